"""Shapes of the simplest values, and what all shapes share."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from otakit.mockserver.bodies import MAX_DEPTH, is_too_deep

NUMBER = "#"
"""Where the number of an object stands that is met again; no attribute can have this name."""


class Misfit(Exception):
    """Plain data that has not the shape of what it is to become; `place` says where."""

    def __init__(self, fault: str) -> None:
        """Refuse for a fault."""
        super().__init__(fault)
        self.fault = fault
        self.place: list[str] = []

    def __str__(self) -> str:
        """Say where, and what is wrong."""
        return f"{'/'.join(reversed(self.place))}: {self.fault}"


class Written:
    """What has been written of one graph of objects, by identity."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.nodes: dict[int, dict[str, Any]] = {}
        self._numbered = 0

    def number(self, node: dict[str, Any]) -> int:
        """Return the number of an object's node, which is given one when it is first asked for."""
        if NUMBER not in node:
            self._numbered += 1
            node[NUMBER] = self._numbered
        number: int = node[NUMBER]
        return number


Read = dict[int, tuple["Shape", Any]]
"""The numbered objects that have been read of a graph."""


@dataclass(slots=True, eq=False)
class Shape:
    """How one type is written and read; `name` describes all of it that the plain data shows.

    `takes` are the kinds of plain data that it reads.
    """

    name: str
    takes: tuple[type, ...]
    write: Callable[[Any, Written], Any]
    read: Callable[[Any, Read], Any]


def check_keys(plain: Mapping[str, Any], wanted: Iterable[str]) -> None:
    """Raise Misfit unless an object has these keys, and no others."""
    names = set(wanted)
    for key in names - plain.keys():
        message = f"'{key}' is missing"
        raise Misfit(message)
    for key in plain.keys() - names:
        message = f"'{key:.80}' is not known"
        raise Misfit(message)


def expect(kind: type, name: str, plain: Any) -> None:
    """Raise Misfit for plain data of another kind; `name` says what was expected."""
    if type(plain) is not kind:
        raise Misfit(instead(name, plain))


def instead(name: str, plain: Any) -> str:
    """Say what is there in place of what was expected."""
    return f"{name} is expected, not {_KINDS.get(type(plain), type(plain).__name__)}"


_KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _scalar(name: str, *kinds: type) -> Shape:
    def same(value: Any, _: object) -> Any:
        if type(value) not in kinds:
            raise Misfit(instead(name, value))
        return value

    return Shape(name, kinds, same, same)


def _any() -> Shape:
    """Return the shape of JSON that clients have sent."""

    def write(value: Any, _: Written) -> Any:
        return value

    def read(plain: Any, _: Read) -> Any:
        if isinstance(plain, (dict, list)) and is_too_deep(plain):
            message = f"it is nested over {MAX_DEPTH} levels deep"
            raise Misfit(message)
        return plain

    return Shape("JSON", tuple(_KINDS), write, read)


def _bytes() -> Shape:
    name = "Base64"

    def read(plain: Any, _: Read) -> bytes:
        try:
            return base64.b64decode(plain, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise Misfit(instead(name, plain)) from None

    return Shape(name, (str,), lambda value, _: base64.b64encode(value).decode(), read)


def _random() -> Shape:
    """Return the shape of a source of chance: all that its next numbers depend on."""
    name = "the state of a source of chance"

    def write(value: Random, _: Written) -> list[Any]:
        version, numbers, gauss = value.getstate()
        return [version, list(numbers), gauss]

    def read(plain: Any, _: Read) -> Random:
        random = Random()  # noqa: S311 - a mock's: repeatable, not secret
        try:
            version, numbers, gauss = plain
            random.setstate((version, tuple(numbers), gauss))
        except (TypeError, ValueError, OverflowError):
            raise Misfit(instead(name, plain)) from None
        return random

    return Shape(name, (list,), write, read)


def one_of(values: tuple[Any, ...]) -> Shape:
    """Return the shape of a few texts that may be."""
    name = "one of " + ", ".join(map(repr, values))

    def same(value: Any, _: object) -> Any:
        if value not in values:
            raise Misfit(instead(name, value))
        return value

    return Shape(name, (str,), same, same)


SIMPLE: dict[Any, Shape] = {
    Any: _any(),
    str: _scalar("text", str),
    int: _scalar("integer", int),
    float: _scalar("number", float, int),
    bool: _scalar("true or false", bool),
    type(None): _scalar("null", type(None)),
    None: _scalar("null", type(None)),
    bytes: _bytes(),
    Random: _random(),
}
