"""Snapshots: a universe as one JSON document with all that it holds, artifacts included.

What is in it, in this order: the format; who made it; the layout of the state and the dialect,
which have to be those of the server that restores it; the universe, the state of its World and what
its terminals printed; the artifacts' files in Base64; and a digest of all that.
"""

import base64
import hashlib
import importlib.metadata
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.artifacts import Artifact, Search
from otakit.mockserver.domain.errors import Unprocessable
from otakit.mockserver.snapshots.world_state import layout, write_recordings, write_world
from otakit.mockserver.storage import Storage
from otakit.mockserver.universe import Universe

FORMAT = 1
CHUNK = 3 << 18
"""Bytes of a file that are taken at once: three of them are four characters of Base64."""

_FRAMING = 1 << 12
"""Bytes of a snapshot, or of one artifact in it, besides what it holds; at most."""


class About(msgspec.Struct, forbid_unknown_fields=True):
    """What a snapshot says of its universe; the keys come out of `seed`."""

    id: str
    name: str
    email: str
    seed: int
    booked: str
    plan: str


def take(universe: Universe, limit: int) -> "SnapshotText":
    """Take a snapshot of a universe as it is now; its text is made while it is read.

    Raises Unprocessable for one of more than `limit` bytes, which no server would restore.
    """
    artifacts = universe.world.artifacts.search(Search())
    head = {
        "otakit_snapshot": FORMAT,
        "made_by": version(),
        "layout": layout(),
        "dialect": universe.world.dialect.name,
        "universe": About(
            id=universe.id,
            name=universe.name,
            email=universe.email,
            seed=universe.seed,
            booked=universe.booked,
            plan=universe.plan,
        ),
        "world": write_world(universe.world),
        "recordings": write_recordings(universe.recordings),
    }
    pieces = {name: encode(value) for name, value in head.items()}
    sizes = [a.content.size * 4 // 3 + _FRAMING for a in artifacts]
    size = _FRAMING + sum(map(len, pieces.values())) + sum(sizes)
    if size > limit:
        message = (
            f"the snapshot would have {size} bytes, and none of over {limit} can be restored: "
            "delete artifacts first"
        )
        raise Unprocessable(message)
    return SnapshotText(pieces, artifacts, universe.storage)


class SnapshotText:
    """The text of a snapshot, in chunks, once; the files are those of when it was taken."""

    def __init__(
        self, pieces: dict[str, bytes], artifacts: Iterable[Artifact], storage: Storage
    ) -> None:
        """Hold the head's pieces and the artifacts' files, whatever becomes of them.

        Raises Unprocessable where a file is not there.
        """
        self._pieces = pieces
        self._ids = [artifact.id for artifact in artifacts]
        self._files = storage.aside()
        weakref.finalize(self, self._files.drop)
        for artifact_id in self._ids:
            try:
                storage.lend(self._files, artifact_id)
            except FileNotFoundError:
                message = f"the file of artifact '{artifact_id}' is gone: delete the artifact first"
                raise Unprocessable(message) from None

    def __iter__(self) -> Iterator[bytes]:
        """Go through the text."""
        begin = b"{"
        for name, piece in self._pieces.items():
            yield b'%s"%s":%s' % (begin, name.encode(), piece)
            begin = b","
        yield b',"artifacts":['
        sums: list[tuple[str, int, str]] = []
        for artifact_id in self._ids:
            path = self._files.path(artifact_id)
            about: dict[str, Any] = {"id": artifact_id, "modified_ns": path.stat().st_mtime_ns}
            yield b'%s%s,"data":"' % (b"," if sums else b"", encode(about)[:-1])
            file_sum = hashlib.sha256()
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    file_sum.update(chunk)
                    yield base64.b64encode(chunk)
            sums.append((*about.values(), file_sum.hexdigest()))
            yield b'","sha256":"%s"}' % file_sum.hexdigest().encode()
        yield b'],"digest":"%s"}' % digest([*self._pieces.values(), encode(sums)]).encode()


def digest(pieces: Iterable[bytes]) -> str:
    """Return the sum of all that a snapshot says, however it is spaced out."""
    total = hashlib.sha256()
    for piece in pieces:
        total.update(piece)
        total.update(b"\n")
    return total.hexdigest()


def version() -> str:
    """Return this version of otakit."""
    return importlib.metadata.version("otakit")
