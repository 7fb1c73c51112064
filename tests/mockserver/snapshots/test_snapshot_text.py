"""The text of a snapshot is made while it is read, of what there was when it was taken."""

import base64
import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.errors import Unprocessable
from otakit.mockserver.settings import Settings
from otakit.mockserver.snapshots.snapshot import CHUNK, SnapshotText, take
from otakit.mockserver.storage import Storage
from otakit.mockserver.universe import Universe
from otakit.mockserver.universes import Universes

SIZE = 2 * CHUNK + 1


@pytest.fixture
def universe(tmp_path: Path) -> Universe:
    """Return a universe with an artifact of several chunks."""
    universe = Universes(Settings(), Storage(tmp_path)).default
    content = Content(name="v1", depends={"device_type": ["pi"]}, size=SIZE)
    artifact = universe.world.add_artifact(content)
    path = universe.storage.scratch("arriving")
    path.write_bytes(bytes(range(256)) * (SIZE // 256) + b"!")
    universe.storage.keep(path, artifact.id, artifact.modified)
    return universe


@pytest.fixture
def text(universe: Universe) -> SnapshotText:
    """Return its snapshot."""
    return take(universe, 1 << 30)


def begun(text: SnapshotText) -> Iterator[bytes]:
    """Read a snapshot's text up to the data of its first artifact."""
    chunks = iter(text)
    while not next(chunks).endswith(b'"data":"'):
        pass
    return chunks


def test_it_has_what_there_was(universe: Universe, text: SnapshotText) -> None:
    """What is deleted meanwhile is in it."""
    universe.storage.clear()
    universe.world.artifacts.remove(json.loads(b"".join(text))["artifacts"][0]["id"])
    (file,) = json.loads(b"".join(text))["artifacts"]
    assert len(base64.b64decode(file["data"])) == SIZE


def test_no_chunk_is_large(text: SnapshotText) -> None:
    """Whatever the size of the artifact."""
    assert max(map(len, begun(text))) == CHUNK // 3 * 4


@pytest.mark.parametrize("until", ["unread", "begun"])
def test_nothing_is_left_of_one_that_nobody_reads(
    universe: Universe, tmp_path: Path, until: str
) -> None:
    """A client that goes leaves no files behind."""
    text: SnapshotText | None = take(universe, 1 << 30)
    assert text is not None
    chunks = next(begun(text)) if until == "begun" else None
    assert len(list(tmp_path.iterdir())) == 2
    del text, chunks
    gc.collect()
    assert [path.name for path in tmp_path.iterdir()] == ["default"]


def test_an_artifact_without_file_is_told(universe: Universe) -> None:
    """Rather than left out: what was taken could not be restored."""
    universe.storage.clear()
    with pytest.raises(Unprocessable, match=r"the file of artifact '.*' is gone"):
        take(universe, 1 << 30)
