"""Management APIs / Deployments as built: releases in capitals, and with notes and tags in v2.

Sections 6.8 and 6.9 of the server facts (as_built/management/deployments-v1 and -v2).
"""

from typing import Any

from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.api.artifacts import artifact_json
from otakit.mockserver.audit_trail import about_release, difference, removed
from otakit.mockserver.domain.artifacts import Release
from otakit.mockserver.domain.audit import DELETE, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import ReleasesInUse
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.releases import (
    ReleaseSearch,
    all_tags,
    all_types,
    find_releases,
    set_tags,
)
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, lenient_page_of

DEPRECATED = Page(size=20)
"""All that the list without pages shows."""


@operation("listFirstReleases")
def list_first_releases(call: Call) -> Answer:
    """List the first releases by name, without pages."""
    found = find_releases(call.world.artifacts, _search(call))
    return json_answer([_capitals(release) for release in DEPRECATED.of(found)])


@operation("listReleasesInCapitals")
def list_releases_in_capitals(call: Call) -> Answer:
    """List releases page by page, their keys in capitals."""
    page = lenient_page_of(call)
    found = find_releases(call.world.artifacts, _search(call), call.params.get("sort", ""))
    shaped = [_capitals(release) for release in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


@operation("listReleasesV2")
def list_releases_v2(call: Call) -> Answer:
    """List releases page by page, with notes and tags."""
    page = lenient_page_of(call)
    found = find_releases(call.world.artifacts, _search(call), call.params.get("sort", ""))
    shaped = [_release_json(release) for release in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


@operation("getRelease")
def get_release(call: Call) -> Answer:
    """Show a release."""
    return json_answer(_release_json(call.world.artifacts.release(call.params["name"])))


@operation("updateRelease")
def update_release(call: Call) -> Answer:
    """Change a release's notes."""
    release = call.world.artifacts.release(call.params["name"])
    before = {"notes": release.notes}
    release.notes = call.body.get("notes", release.notes)
    told = difference(before, {"notes": release.notes})
    call.audit(UPDATE, about_release(release.name), told)
    return empty()


@operation("setReleaseTags")
def set_release_tags(call: Call) -> Answer:
    """Put other tags in place of a release's."""
    release = call.world.artifacts.release(call.params["name"])
    before = {"tags": release.tags}
    set_tags(call.world.artifacts, release.name, call.body)
    call.audit(UPDATE, about_release(release.name), difference(before, {"tags": release.tags}))
    return empty()


@operation("deleteReleases")
def delete_releases(call: Call) -> Answer:
    """Delete releases with all their artifacts, unless an unfinished deployment uses one."""
    world = call.world
    releases = {name: world.artifacts.of_release(name) for name in call.params["name"]}
    ids = [artifact.id for artifacts in releases.values() for artifact in artifacts]
    users = world.deployments.unfinished_users(ids)
    if users:
        raise ReleasesInUse(users)
    for artifact_id in ids:
        world.remove_artifact(artifact_id)
        call.universe.storage.remove(artifact_id)
    for name, artifacts in releases.items():
        told = removed("artifact", [artifact.id for artifact in artifacts])
        call.audit(DELETE, about_release(name), told)
    return empty()


@operation("listReleaseTags")
def list_release_tags(call: Call) -> Answer:
    """List the tags of all releases."""
    return json_answer(all_tags(call.world.artifacts))


@operation("listReleaseTypes")
def list_release_types(call: Call) -> Answer:
    """List the kinds of payloads in all releases."""
    return json_answer(all_types(call.world.artifacts))


def _search(call: Call) -> ReleaseSearch:
    given = call.params
    names = ("name", "description", "device_type", "update_type")
    wanted = {name: given[name] for name in names if name in given}
    return ReleaseSearch(tags=tuple(tag.lower() for tag in given.get("tag", ())), **wanted)


def _release_json(release: Release) -> dict[str, Any]:
    artifacts = [artifact_json(artifact) for artifact in release.artifacts.values()]
    return {
        "name": release.name,
        "modified": rfc3339(release.modified),
        "artifacts": artifacts,
        "artifacts_count": len(artifacts),
        "tags": release.tags,
        "notes": release.notes,
    }


_CAPITALS = {
    "name": "Name",
    "modified": "Modified",
    "artifacts": "Artifacts",
    "artifacts_count": "ArtifactsCount",
}


def _capitals(release: Release) -> dict[str, Any]:
    return {_CAPITALS.get(k, k): v for k, v in _release_json(release).items()}
