"""Management APIs / Deployments: artifacts are edited and deleted, unless deployments need them."""

from otakit.contracts.backend import ARTIFACTS, Artifact, Backend
from otakit.contracts.expectations import (
    expect,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_artifacts import NOTHING, SECTION, edit, look_at

EDIT = f"{SECTION} / Update Artifact Info"
DELETE = f"{SECTION} / Delete Artifact"


@rule(
    "MEN-MGT-ART-020",
    "An artifact's description can be edited: 204",
    document=EDIT,
    operations=["updateArtifact", "getArtifact"],
)
def description_is_edited(backend: Backend) -> None:
    """Edit it, and look."""
    artifact = backend.artifact()
    expect_status(edit(backend, artifact, "edited"), 204)
    expect_field(look_at(backend, artifact), "description", "edited")


@rule(
    "MEN-MGT-ART-021",
    "An artifact that a deployment uses cannot be edited: 422, and it stays as it is",
    document=EDIT,
    operations=["updateArtifact", "getArtifact"],
)
def used_artifact_is_not_edited(backend: Backend) -> None:
    """Deploy an artifact to a device that does not ask, and edit it."""
    artifact = backend.artifact()
    backend.deploy(artifact, [backend.lent_device()])
    before = field_of(look_at(backend, artifact), "description")
    expect_error(edit(backend, artifact, "edited"), 422)
    expect_field(look_at(backend, artifact), "description", before)


@rule(
    "MEN-MGT-ART-022",
    "An artifact that any deployment has used, also one that is over, cannot be edited: 422",
    document=EDIT,
    operations=["updateArtifact"],
)
def artifact_of_the_past_is_not_edited(backend: Backend) -> None:
    """Deploy an artifact, let the device install it, and edit it."""
    expect_error(edit(backend, _installed(backend), "edited"), 422)


@rule(
    "MEN-MGT-ART-023",
    "Editing an artifact that there is not is answered 404",
    document=EDIT,
    operations=["updateArtifact"],
)
def unknown_artifact_is_not_edited(backend: Backend) -> None:
    """Edit an artifact by an id that none has."""
    body = {"description": "edited"}
    expect_error(backend.management.put(f"{ARTIFACTS}/{NOTHING}", json=body), 404)


@rule(
    "MEN-MGT-ART-024",
    "An edition that is no JSON is refused: 400",
    document=EDIT,
    operations=["updateArtifact"],
)
def edition_is_json(backend: Backend) -> None:
    """Send half an object."""
    headers = {"Content-Type": "application/json"}
    path = backend.lent_artifact().path
    answer = backend.management.put(path, content=b'{"description": "hal', headers=headers)
    expect_error(answer, 400)


@rule(
    "MEN-MGT-ART-030",
    "A deleted artifact is gone",
    document=DELETE,
    operations=["deleteArtifact", "getArtifact"],
)
def deleted_artifact_is_gone(backend: Backend) -> None:
    """Delete an artifact, and look for it."""
    artifact = backend.artifact()
    expect_status(backend.management.delete(artifact.path), 204)
    expect_error(backend.management.get(artifact.path), 404)


@rule(
    "MEN-MGT-ART-031",
    "An artifact is deleted from file storage, too: a link to its file leads nowhere",
    document=DELETE,
    operations=["deleteArtifact", "getArtifactLink"],
)
def deleted_file_is_gone(backend: Backend) -> None:
    """Delete an artifact, and use a link that was made before."""
    artifact = backend.artifact()
    with backend.building("a link to the artifact"):
        answer = expect_status(backend.management.get(f"{artifact.path}/download"), 200)
        link = str(field_of(answer, "uri"))
        expect_status(backend.anonymous.get(link), 200)
    expect_status(backend.management.delete(artifact.path), 204)

    def look() -> None:
        found = backend.anonymous.get(link)
        expect(
            found.status >= 400,  # noqa: PLR2004 - any error
            "the file of a deleted artifact",
            expected="an error",
            actual=found.answer(),
            answer=found,
        )

    backend.eventually(look)


@rule(
    "MEN-MGT-ART-032",
    "An artifact that a deployment in progress uses cannot be deleted: 409, and it stays",
    document=DELETE,
    operations=["deleteArtifact", "getArtifact"],
    severity="critical",
)
def used_artifact_is_not_deleted(backend: Backend) -> None:
    """Deploy an artifact to a device that does not ask, and delete it."""
    artifact = backend.artifact()
    backend.deploy(artifact, [backend.lent_device()])
    expect_error(backend.management.delete(artifact.path), 409)
    expect_status(backend.management.get(artifact.path), 200)


@rule(
    "MEN-MGT-ART-033",
    "An artifact can be deleted once the deployments that use it have finished",
    document=DELETE,
    operations=["deleteArtifact"],
)
def artifact_of_the_past_is_deleted(backend: Backend) -> None:
    """Deploy an artifact, let the device install it, and delete it."""
    artifact = _installed(backend)
    backend.eventually(lambda: expect_status(backend.management.delete(artifact.path), 204))


@rule(
    "MEN-MGT-ART-034",
    "Deleting an artifact that there is not is answered 404",
    document=DELETE,
    operations=["deleteArtifact"],
)
def unknown_artifact_is_not_deleted(backend: Backend) -> None:
    """Delete an artifact by an id that none has."""
    expect_error(backend.management.delete(f"{ARTIFACTS}/{NOTHING}"), 404)


def _installed(backend: Backend) -> Artifact:
    """Return an artifact that one deployment has used, which is over."""
    device = backend.accepted_device()
    artifact = backend.artifact()
    deployment = backend.deploy(artifact, [device])
    with backend.building("a finished deployment"):
        expect_status(device.poll(), 200)
        expect_status(device.report(deployment.id, "success"), 204)
        backend.eventually(
            lambda: expect_field(backend.management.get(deployment.path), "status", "finished")
        )
    return artifact
