"""Artifacts: uploaded, edited, deleted, and how they are seen."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import ARTIFACTS, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import CREATED, NO_CONTENT, OK, Expected, Oracle
from otakit.fixtures.artifact_writer import write_artifact
from otakit.mockserver.domain.artifacts import Content, Search
from otakit.mockserver.domain.errors import NotFound

ARTIFACT = "artifact"
RELEASES = "v1/deployments/deployments/releases/list"


@lru_cache(maxsize=64)
def artifact_file(name: str, device_types: tuple[str, ...]) -> bytes:
    """Return a small real artifact; the same words give the same bytes."""
    out = io.BytesIO()
    files = [("content", b"otakit")]
    write_artifact(
        out, name=name, device_types=device_types, payload_type="otakit-check", files=files
    )
    return out.getvalue()


@dataclass(frozen=True, kw_only=True)
class _OfArtifact(Step):
    """A step about one artifact that there was once."""

    artifact: int

    def possible(self, oracle: Oracle) -> bool:
        """Need it."""
        return oracle.has(ARTIFACT, self.artifact)

    def path(self, hands: Hands) -> str:
        """Return where it is."""
        return f"{ARTIFACTS}/{in_path(hands.id(ARTIFACT, self.artifact))}"


@step("artifacts-upload", "uploadArtifact", "An artifact is stored once for each device type")
@dataclass(frozen=True, kw_only=True)
class Upload(Step):
    """A user uploads an artifact's file."""

    artifact: int
    release: int
    types: tuple[str, ...]

    def possible(self, oracle: Oracle) -> bool:
        """Need device types, and a new number."""
        return bool(self.types) and not oracle.has(ARTIFACT, self.artifact)

    def _file(self, side: Hands | Oracle) -> bytes:
        return artifact_file(side.ground.release(self.release), self.types)

    def send(self, hands: Hands) -> Exchange:
        """Upload it."""
        return hands.backend.upload(self._file(hands), "new")

    def expect(self, oracle: Oracle) -> Expected:
        """Store it, unless a device could be meant by one that is there."""
        content = Content(
            name=oracle.ground.release(self.release),
            depends={"device_type": self.types},
            size=len(self._file(oracle)),
        )

        def store() -> None:
            artifact = oracle.world.add_artifact(content, "new")
            oracle.labels.put(ARTIFACT, self.artifact, artifact.id)

        return oracle.answer(store, CREATED)

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Take down its id."""
        if answer.status == CREATED:
            hands.labels.put(ARTIFACT, self.artifact, id_in(answer))

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at its release."""
        del oracle
        return [Listed(release=self.release)]


@step("artifacts-describe", "updateArtifact", "An artifact is edited until it is deployed")
@dataclass(frozen=True, kw_only=True)
class Describe(_OfArtifact):
    """A user edits an artifact's description."""

    text: str

    def send(self, hands: Hands) -> Exchange:
        """Edit it."""
        return hands.management.put(self.path(hands), json={"description": self.text})

    def expect(self, oracle: Oracle) -> Expected:
        """Edit it, unless a deployment has used it."""
        artifact = oracle.id(ARTIFACT, self.artifact)
        describe = oracle.world.describe_artifact
        return oracle.answer(lambda: describe(artifact, self.text), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at it."""
        del oracle
        return [Shown(artifact=self.artifact)]


@step("artifacts-delete", "deleteArtifact", "An artifact is deleted unless a deployment needs it")
@dataclass(frozen=True, kw_only=True)
class Delete(_OfArtifact):
    """A user deletes an artifact."""

    def send(self, hands: Hands) -> Exchange:
        """Delete it."""
        return hands.management.delete(self.path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Delete it, unless an unfinished deployment has it."""
        artifact = oracle.id(ARTIFACT, self.artifact)
        return oracle.answer(lambda: oracle.world.remove_artifact(artifact), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look for it."""
        del oracle
        return [Shown(artifact=self.artifact)]


@step("artifacts-shown", "getArtifact", "An artifact is shown as it was uploaded and edited")
@dataclass(frozen=True, kw_only=True)
class Shown(_OfArtifact):
    """A user looks at an artifact."""

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        return hands.management.get(self.path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        try:
            artifact = oracle.world.artifacts.artifact(oracle.id(ARTIFACT, self.artifact))
        except NotFound:
            return Expected(status=404)
        body = {
            "id": artifact.id,
            "name": artifact.name,
            "description": artifact.description,
            "device_types_compatible": list(artifact.content.device_types),
            "signed": False,
            "size": artifact.content.size,
        }
        return Expected(status=OK, body=body)


@dataclass(frozen=True, kw_only=True)
class _OfRelease(Step):
    """A step about the artifacts of one name."""

    release: int


@step("artifacts-list", "listArtifacts", "Artifacts are listed by their name")
@dataclass(frozen=True, kw_only=True)
class Listed(_OfRelease):
    """A user lists the artifacts of one name."""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        query = {"name": hands.ground.release(self.release), "per_page": 100}
        return hands.management.get(f"{ARTIFACTS}/list", params=query)

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        found = oracle.world.artifacts.search(Search(name=oracle.ground.release(self.release)))
        return Expected(status=OK, body={"artifacts": [artifact.id for artifact in found]})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are."""
        return {"artifacts": [hands.labels.labelled(item["id"]) for item in answer.json()]}


@step("artifacts-release", "listReleases", "A release has the artifacts of its name")
@dataclass(frozen=True, kw_only=True)
class Release(_OfRelease):
    """A user looks at a release."""

    def send(self, hands: Hands) -> Exchange:
        """List it."""
        query = {"name": hands.ground.release(self.release), "per_page": 100}
        return hands.management.get(RELEASES, params=query)

    def expect(self, oracle: Oracle) -> Expected:
        """List it, if it has artifacts."""
        name = oracle.ground.release(self.release)
        artifacts = [artifact.id for artifact in oracle.world.artifacts.of_release(name)]
        names = [name] if artifacts else []
        return Expected(status=OK, body={"names": names, "artifacts": artifacts})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read it, whether or not its keys are in capitals."""
        releases = [{k.lower(): v for k, v in item.items()} for item in answer.json()]
        ids = [artifact["id"] for item in releases for artifact in item["artifacts"]]
        names = [item["name"] for item in releases]
        return {"names": names, "artifacts": hands.labels.labelled(ids)}
