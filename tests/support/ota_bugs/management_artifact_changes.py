"""Bugs in how artifacts are edited and deleted."""

from typing import Any

from starlette.responses import FileResponse

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, empty
from otakit.mockserver.bodies import JsonBody
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.world import World
from otakit.mockserver.downloads import Download
from otakit.mockserver.operations import Call
from otakit.mockserver.storage import Storage
from otakit.mockserver.universe import Universe


@bug("MEN-MGT-ART-020", "MEN-MGT-ART-014")
def editions_of_artifacts_are_lost() -> None:
    """An edition is acknowledged, and nothing is changed."""

    @instead_of(World, "describe_artifact")
    def describe(_: Any, world: World, artifact_id: str, _description: str) -> None:
        world.artifacts.artifact(artifact_id)


@bug("MEN-MGT-ART-021", "MEN-MGT-ART-022", "MEN-MGT-ART-032")
def deployments_protect_no_artifacts() -> None:
    """Artifacts are edited and deleted while deployments need them."""

    @instead_of(Deployments, "uses")
    def uses(*_: Any, **__: Any) -> bool:
        return False


@bug("MEN-MGT-ART-022")
def finished_deployments_are_forgotten() -> None:
    """An artifact can be edited again once its deployments are over."""

    @instead_of(Deployments, "uses")
    def uses(real: Any, deployments: Deployments, artifact_id: str, **_: Any) -> bool:
        found: bool = real(deployments, artifact_id, unfinished=True)
        return found


@bug("MEN-MGT-ART-033")
def used_artifacts_stay_forever() -> None:
    """An artifact that was deployed once cannot be deleted any more."""

    @instead_of(Deployments, "uses")
    def uses(real: Any, deployments: Deployments, artifact_id: str, **_: Any) -> bool:
        found: bool = real(deployments, artifact_id, unfinished=False)
        return found


@bug("MEN-MGT-ART-023")
def unknown_artifacts_are_edited() -> None:
    """Editing an artifact that there is not succeeds."""
    _ignoring_unknown("updateArtifact")


@bug("MEN-MGT-ART-024")
def broken_bodies_are_no_bodies() -> None:
    """A body that is no JSON is taken for none."""

    @instead_of(JsonBody, "decode")
    def decode(real: Any, body: JsonBody, raw: bytes) -> Any:
        try:
            return real(body, raw)
        except Invalid:
            return None


@bug("MEN-MGT-ART-030")
def deletions_of_artifacts_are_lost() -> None:
    """A deletion is acknowledged, and the artifact stays."""

    @instead_of(World, "remove_artifact")
    def remove(_: Any, world: World, artifact_id: str) -> None:
        world.artifacts.artifact(artifact_id)


@bug("MEN-MGT-ART-031")
def files_outlive_their_artifacts() -> None:
    """The file of a deleted artifact can still be fetched."""

    @instead_of(Storage, "remove")
    def remove(_: Any, storage: Storage, artifact_id: str) -> None:
        """Keep the file."""

    @instead_of(Download, "_send_file")
    async def send(real: Any, download: Any, universe: Universe, scope: Any, *way: Any) -> None:
        try:
            await real(download, universe, scope, *way)
        except NotFound:
            path = universe.storage.path(scope["path_params"]["artifact_id"])
            await FileResponse(path)(scope, *way)


@bug("MEN-MGT-ART-034")
def unknown_artifacts_are_deleted() -> None:
    """Deleting an artifact that there is not succeeds."""
    _ignoring_unknown("deleteArtifact")


def _ignoring_unknown(operation: str) -> None:
    @answering(operation)
    def answer(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return empty()
        return answer
