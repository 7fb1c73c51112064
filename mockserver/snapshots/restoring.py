"""Restoring a snapshot: all of it is read and verified before anything of a universe changes."""

import base64
import binascii
import hashlib
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.artifacts import Search
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.ids import is_uuid
from otakit.mockserver.domain.world import World
from otakit.mockserver.plans import PLANS
from otakit.mockserver.snapshots.plain_shapes import Misfit
from otakit.mockserver.snapshots.snapshot import CHUNK, FORMAT, About, digest, version
from otakit.mockserver.snapshots.world_state import layout, read_recordings, read_world
from otakit.mockserver.sockets.recordings import Recordings
from otakit.mockserver.storage import Storage
from otakit.mockserver.universe import Universe
from otakit.mockserver.universes import Universes

_TEXT = CHUNK // 3 * 4
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
_MAX_NS = 253_402_300_799 * 10**9
"""The end of the year 9999."""


class Damaged(Invalid):
    """A text that no snapshot can have been."""

    def __init__(self, fault: str) -> None:
        """Refuse for a fault."""
        super().__init__(f"this is no whole snapshot of a universe: {fault}")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    modified_ns: int
    data: msgspec.Raw
    sha256: str


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    otakit_snapshot: Literal[1]
    made_by: str
    layout: str
    dialect: str
    universe: About
    world: Any
    recordings: Any
    artifacts: list[_File]
    digest: str


class _Head(msgspec.Struct):
    otakit_snapshot: Any = None


@dataclass(slots=True)
class Restored:
    """What a snapshot holds, read and verified; `files` is a storage of its own."""

    about: About
    world: World
    recordings: Recordings
    files: Storage


def read_snapshot(path: Path, files: Storage, clock: Clock, dialect: Dialect) -> Restored:
    """Read a snapshot from a file, and write its artifacts' files into a storage.

    Raises Invalid for what is damaged, or was made by another version or for another dialect.
    """
    document = _decode(path)
    _check_origin(document, dialect)
    about = document.universe
    if about.plan not in PLANS or about.booked not in PLANS:
        fault = f"universe: its plan is none of {', '.join(PLANS)}"
        raise Damaged(fault)
    try:
        world = read_world(document.world, clock, dialect)
        recordings = read_recordings(document.recordings)
    except Misfit as misfit:
        raise Damaged(str(misfit)) from None
    _check_files(document, world)
    for file in document.artifacts:
        _write(file, files)
    world.connections.disconnect_all()  # no socket outlives its World
    return Restored(about, world, recordings, files)


def put_in_place(universes: Universes, universe: Universe, restored: Restored) -> None:
    """Let a universe be what a snapshot holds.

    The universe that it was taken of, by its id, has its users, sessions and keys again: what was
    signed then is good again. Another one keeps its own, and its name. Raises Conflict where one
    has the restored keys.
    """
    about, world = restored.about, restored.world
    if about.id == universe.id:
        universes.rekey(universe, about.seed)
        universe.name, universe.email, universe.booked = about.name, about.email, about.booked
    else:
        world.users = universe.world.users
        world.users.keep_time(world.clock)
    universe.plan = about.plan
    universe.storage.replace(restored.files)
    universe.install(world)
    universe.recordings = restored.recordings


def _decode(path: Path) -> _Document:
    """Read the document; an artifact's data stays in the file until it is looked at."""
    if not path.stat().st_size:
        fault = "it is empty"
        raise Damaged(fault)
    with path.open("rb") as file:
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return msgspec.json.decode(text, type=_Document)
    except msgspec.ValidationError as error:
        _check_format(text)
        raise Damaged(str(error)) from None
    except _UNREADABLE as error:
        raise Damaged(str(error)) from None


def _check_format(text: mmap.mmap) -> None:
    """Tell apart what is no snapshot at all, or of a format to come, from what lacks something."""
    try:
        told = msgspec.json.decode(text, type=_Head).otakit_snapshot
    except msgspec.ValidationError:
        told = None
    except _UNREADABLE as error:
        raise Damaged(str(error)) from None
    if told is None:
        fault = "it has no 'otakit_snapshot'"
        raise Damaged(fault)
    if told != FORMAT:
        message = (
            f"the snapshot has format {told!s:.40}, and otakit {version()} reads format "
            f"{FORMAT}: restore it with the version that made it"
        )
        raise Invalid(message)


def _check_origin(document: _Document, dialect: Dialect) -> None:
    told = [getattr(document, name) for name in _Document.__struct_fields__[:7]]
    sums = [(file.id, file.modified_ns, file.sha256) for file in document.artifacts]
    if digest([*map(encode, told), encode(sums)]) != document.digest:
        fault = "its digest is another one: it was damaged or changed"
        raise Damaged(fault)
    if document.layout != layout():
        message = (
            f"the snapshot was made by otakit {document.made_by:.40}, whose state is laid out "
            f"otherwise than that of otakit {version()} here: restore it with that version"
        )
        raise Invalid(message)
    if document.dialect != dialect.name:
        message = (
            f"the snapshot is of dialect '{document.dialect:.40}', this server of "
            f"'{dialect.name}': restore it with `otakit serve --dialect {document.dialect:.40}`"
        )
        raise Invalid(message)


def _check_files(document: _Document, world: World) -> None:
    """Make sure that each artifact has its file, and that ids make no paths of their own."""
    ids = [file.id for file in document.artifacts]
    if sorted(ids) != sorted(a.id for a in world.artifacts.search(Search())):
        fault = "artifacts: their files are not those of the world's artifacts"
        raise Damaged(fault)
    for file in document.artifacts:
        if not is_uuid(file.id) or not 0 <= file.modified_ns <= _MAX_NS:
            fault = f"artifacts: '{file.id:.80}' is no id, or its file of no time"
            raise Damaged(fault)


def _write(file: _File, files: Storage) -> None:
    """Write an artifact's file, chunk by chunk; its data is a text in quotation marks."""
    path = files.path(file.id)
    total = hashlib.sha256()
    data = memoryview(file.data)[1:-1]
    with path.open("wb") as out:
        for begin in range(0, len(data), _TEXT):
            try:
                chunk = base64.b64decode(data[begin : begin + _TEXT], validate=True)
            except binascii.Error:
                fault = f"artifacts: the data of '{file.id}' is not Base64"
                raise Damaged(fault) from None
            total.update(chunk)
            out.write(chunk)
    if total.hexdigest() != file.sha256:
        fault = f"artifacts: the file of '{file.id}' has another SHA-256 than it should have"
        raise Damaged(fault)
    os.utime(path, ns=(file.modified_ns, file.modified_ns))
