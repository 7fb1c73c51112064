"""The state of a World as plain data: written, read back, and how it is laid out.

A World is parts that are joined by their constructors, and each part's state. Only the state is
written: reading makes a new World and fills its parts. So a part of the World is in its snapshots
as soon as it is in the World.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from random import Random
from typing import Any

from otakit.mockserver.domain.clock import Clock, rfc3339
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.lookups import Lookups
from otakit.mockserver.domain.world import World
from otakit.mockserver.snapshots.plain_shapes import Misfit, Read, Shape, Written, check_keys
from otakit.mockserver.snapshots.state_shapes import Shapes, attributes_of
from otakit.mockserver.sockets.recordings import Recordings

_MODEL = "otakit.mockserver.domain."
_SHAPES = Shapes()
_DATA = (type(None), bool, int, float, str, bytes, dict, list, tuple, set, frozenset, Random)


def write_world(world: World) -> dict[str, Any]:
    """Return the state of a World as plain data, its clock's too."""
    graph = Written()
    parts = {path: _write_part(part, graph) for path, part in _parts(world)}
    return {"clock": {"moment": world.clock.exactly(), "speed": world.clock.speed}, "parts": parts}


def read_world(plain: Any, clock: Clock, dialect: Dialect) -> World:
    """Make the World that was written, with a clock that goes on from where its clock was.

    Raises Misfit for what no World of this version has written.
    """
    _check_object(plain, ("clock", "parts"))
    _resume(clock, plain["clock"])
    world = World(clock=clock, dialect=dialect)
    parts = dict(_parts(world))
    _check_object(plain["parts"], parts)
    graph: Read = {}
    for path, part in parts.items():
        _read_part(part, plain["parts"][path], graph, path)
    return world


def write_recordings(recordings: Recordings) -> dict[str, Any]:
    """Return what is recorded as plain data."""
    return _write_part(recordings, Written())


def read_recordings(plain: Any) -> Recordings:
    """Make the recordings that were written; raises Misfit."""
    recordings = Recordings()
    _read_part(recordings, plain, {}, "recordings")
    return recordings


@cache
def layout() -> str:
    """Return what tells apart versions of otakit that write Worlds differently."""
    parts = {path or "world": type(part) for path, part in _parts(World())}
    parts["recordings"] = Recordings
    lines = [f"{path}.{n}: {s.name}" for path, kind in parts.items() for n, s in _state(kind)]
    lines += [f"{name}: {described}" for name, described in sorted(_SHAPES.classes.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _parts(world: World) -> Iterator[tuple[str, object]]:
    """Go through the parts of a World with the path to each, in the order of their making.

    Raises TypeError for an attribute that is neither annotated in its class's body nor joins parts.
    Lookups are made anew of the others.
    """
    seen = {id(world)}
    waiting: list[tuple[str, object]] = [("", world)]
    for path, part in waiting:
        yield path, part
        known = attributes_of(type(part))
        for name, value in vars(part).items():
            if name in known or isinstance(value, (Clock, Dialect, Lookups)):
                continue
            if _is_data(value) and not _is_joint(value):
                message = f"{type(part).__name__}.{name}: annotate state in the class's body"
                raise TypeError(message)
            if type(value).__module__.startswith(_MODEL) and id(value) not in seen:
                seen.add(id(value))
                waiting.append((f"{path}.{name}" if path else name, value))


def _is_data(value: object) -> bool:
    return isinstance(value, _DATA) or is_dataclass(value)


def _is_joint(value: object) -> bool:
    """Say whether it is a list of other parts, such as those that watch."""
    return isinstance(value, list) and bool(value) and not any(map(_is_data, value))


def _state(kind: type) -> list[tuple[str, Shape]]:
    return [(name, _SHAPES.of(hint)) for name, hint in attributes_of(kind).items()]


def _write_part(part: object, graph: Written) -> dict[str, Any]:
    return {name: shape.write(getattr(part, name), graph) for name, shape in _state(type(part))}


def _read_part(part: object, plain: Any, graph: Read, path: str) -> None:
    state = _state(type(part))
    place = path
    try:
        _check_object(plain, [name for name, _ in state])
        for name, shape in state:
            place = f"{path}.{name}"
            setattr(part, name, shape.read(plain[name], graph))
    except Misfit as misfit:
        misfit.place.append(place)
        raise


def _resume(clock: Clock, plain: Any) -> None:
    _check_object(plain, ("moment", "speed"))
    moment, speed = plain["moment"], plain["speed"]
    if not all(type(n) in {int, float} and math.isfinite(n) for n in (moment, speed)) or speed < 0:
        message = "clock: a moment and a speed of 0 or more are expected"
        raise Misfit(message)
    try:
        rfc3339(moment)
    except (ValueError, OverflowError, OSError):
        message = f"clock: {moment} is no moment of the calendar"
        raise Misfit(message) from None
    clock.resume(moment, speed)


def _check_object(plain: Any, names: Any) -> None:
    if not isinstance(plain, dict):
        message = "an object is expected"
        raise Misfit(message)
    check_keys(plain, names)
