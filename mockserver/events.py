"""What happens in a universe, told to whoever listens at that moment; nothing is kept."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CLOCK, REQUEST, WORLD, FAULTS = "clock", "request", "world", "faults"
FLEET, MISSED = "fleet", "missed"

MAX_WAITING = 1000
"""Events that a listener may not have taken yet; above it the oldest are missed."""

Event = tuple[str, Any]
"""What kind it is, and its data: a JSON value."""


class Listener:
    """Somebody who takes events one after another."""

    def __init__(self) -> None:
        """Begin without any."""
        self._waiting: deque[Event] = deque()
        self._missed = 0
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, event: Event) -> None:
        """Leave an event for it."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(event)
        self._arrived.set()

    def close(self) -> None:
        """Tell it that nothing more comes."""
        self._closed = True
        self._arrived.set()

    async def take(self) -> list[Event]:
        """Wait for events and return those that have come; none when there will be no more.

        Where some were missed, the first says how many.
        """
        await self._arrived.wait()
        self._arrived.clear()
        taken = [*([(MISSED, {"count": self._missed})] if self._missed else []), *self._waiting]
        self._waiting.clear()
        self._missed = 0
        if self._closed:
            self._arrived.set()
        return taken


class Events:
    """The listeners of one universe."""

    def __init__(self) -> None:
        """Begin without any."""
        self._listeners: set[Listener] = set()

    def __bool__(self) -> bool:
        """Say whether anybody listens: what nobody hears need not be written."""
        return bool(self._listeners)

    def publish(self, kind: str, data: Any) -> None:
        """Tell all who listen."""
        for listener in self._listeners:
            listener.put((kind, data))

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Listen until the block is left."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End all listening: the universe goes, or the server stops."""
        for listener in self._listeners:
            listener.close()
