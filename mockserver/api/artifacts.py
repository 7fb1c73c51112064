"""Management APIs / Deployments: artifacts (management/deployments-v1)."""

from typing import Any

from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.audit_trail import about_artifact, difference, removed
from otakit.mockserver.domain.artifacts import Artifact, Search
from otakit.mockserver.domain.audit import DELETE, UPDATE
from otakit.mockserver.domain.clock import Seconds, rfc3339
from otakit.mockserver.domain.ids import uuid_of
from otakit.mockserver.downloads import artifact_link
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

LINK_LIFETIME: Seconds = 15 * 60


@operation("listAllArtifacts")
def list_all_artifacts(call: Call) -> Answer:
    """List artifacts, all on one page."""
    return json_answer([artifact_json(a) for a in call.world.artifacts.search(search_of(call))])


@operation("listArtifacts")
def list_artifacts(call: Call) -> Answer:
    """List artifacts page by page."""
    page = page_of(call)
    found = call.world.artifacts.search(search_of(call), call.params.get("sort", "name:asc"))
    shaped = [artifact_json(artifact) for artifact in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


@operation("getArtifact")
def get_artifact(call: Call) -> Answer:
    """Show an artifact."""
    return json_answer(artifact_json(_artifact(call)))


@operation("updateArtifact")
def update_artifact(call: Call) -> Answer:
    """Change an artifact's description."""
    artifact = _artifact(call)
    before = {"description": artifact.description}
    call.world.describe_artifact(artifact.id, (call.body or {}).get("description", ""))
    change = difference(before, {"description": artifact.description})
    call.audit(UPDATE, about_artifact(artifact), change)
    return empty()


@operation("deleteArtifact")
def delete_artifact(call: Call) -> Answer:
    """Delete an artifact and its file."""
    artifact = _artifact(call)
    call.world.remove_artifact(artifact.id)
    call.universe.storage.remove(artifact.id)
    call.audit(DELETE, about_artifact(artifact), removed("artifact", [artifact.name]))
    return empty()


@operation("getArtifactLink")
def get_artifact_link(call: Call) -> Answer:
    """Make a link from which the artifact can be fetched for a while.

    For how many minutes, `expire` says in the first edition; the others have no such parameter.
    """
    minutes = call.params.get("expire")
    lifetime = LINK_LIFETIME if minutes is None else 60 * minutes
    uri, expire = artifact_link(call, _artifact(call), lifetime)
    return json_answer({"uri": uri, "expire": expire, "method": "GET"})


@operation("getStorageLimit")
def get_storage_limit(call: Call) -> Answer:
    """Show how much all artifacts take; a limit of 0 is none."""
    usage = call.world.artifacts.usage if call.world.dialect.counts_storage else 0
    return json_answer({"limit": 0, "usage": usage})


def artifact_json(artifact: Artifact) -> dict[str, Any]:
    """Shape an Artifact."""
    content = artifact.content
    shaped: dict[str, Any] = {
        "id": artifact.id,
        "name": artifact.name,
        "description": artifact.description,
        "device_types_compatible": content.device_types,
        "info": {"format": "mender", "version": content.version},
        "signed": content.signed,
        "updates": content.updates,
        "artifact_provides": content.provides,
        "artifact_depends": content.depends,
        "clears_artifact_provides": content.clears_provides,
        "size": content.size,
        "modified": rfc3339(artifact.modified),
    }
    return shaped


def search_of(call: Call) -> Search:
    """Read what a list of artifacts or releases is narrowed to."""
    given = call.params
    wanted = {key: given[key] for key in ("name", "description", "device_type") if key in given}
    return Search(**wanted)


def _artifact(call: Call) -> Artifact:
    return call.world.artifacts.artifact(uuid_of(call.params["id"]))
