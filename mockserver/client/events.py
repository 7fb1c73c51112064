"""What happens in a universe, heard from outside."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self

import msgspec

from otakit.mockserver.client.wire import Wire


class Event(msgspec.Struct, frozen=True):
    """Something that happened: `kind` is clock, request, world, faults, fleet or missed."""

    kind: str
    data: Any


class Events:
    """An iterator over what happens from its making on; a context manager, too.

    It ends with the universe or the server.
    """

    def __init__(self, wire: Wire, path: str) -> None:
        """Listen; from here on nothing is missed: the first event tells that the server does."""
        self._stack = ExitStack()
        try:
            lines = self._stack.enter_context(wire.stream(path))
            self._events = _events(lines)
            self._first: Event | None = next(self._events, None)
        except BaseException:
            self._stack.close()
            raise

    def __iter__(self) -> Self:
        """Be an iterator."""
        return self

    def __next__(self) -> Event:
        """Wait for the next event."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._events)

    def __enter__(self) -> Self:
        """Listen until the block is left."""
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        self.close()

    def close(self) -> None:
        """Listen no more."""
        self._stack.close()


def _events(lines: Iterator[str]) -> Iterator[Event]:
    kind = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            kind = value
        elif field == "data":
            yield Event(kind, msgspec.json.decode(value))
