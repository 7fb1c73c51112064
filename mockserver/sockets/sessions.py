"""Sessions: what passes between one user, or one file transfer, and one device.

Section 8.4 of the server facts.
"""

import asyncio
from collections import deque
from typing import NoReturn, Protocol, cast

from otakit.fixtures.socket_messages import Message

NORMAL, POLICY, INTERNAL = 1000, 1008, 1011
"""Codes with which the real server closes (RFC 6455, 7.4.1)."""

ROOM = 1 << 20
"""Bytes that may wait for a session's reader; one message may always, whatever its size."""


class Closing(Exception):
    """A websocket or a session is over; `code` and `reason` are what its other end is told."""

    def __init__(self, code: int, reason: str) -> None:
        """End with one of the codes of RFC 6455."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Peer(Protocol):
    """The device's end, as a session sees it."""

    async def send(self, message: Message) -> None:
        """Send a message to the device; waits while the device does not read."""

    def forget(self, session: "Session") -> None:
        """Route no more messages to a session."""


class Session:
    """One session: what the device said and nobody has taken yet, and the way to the device."""

    def __init__(self, sid: str, device: Peer) -> None:
        """Begin with nothing said."""
        self.sid = sid
        self._device = device
        self._waiting: deque[tuple[Message, int]] = deque()
        self._size = 0
        self._closing: Closing | None = None
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._overrun = asyncio.Event()

    async def send(self, message: Message) -> None:
        """Send a message to the device, under this session's id; raises Closing if it is gone."""
        message.hdr.sid = self.sid
        await self._device.send(message)

    async def next(self) -> Message:
        """Return the device's next message; raises Closing when there will be none."""
        while not self._waiting:
            if self._closing is not None:
                raise self._closing
            self._filled.clear()
            await self._filled.wait()
        message, size = self._waiting.popleft()
        self._size -= size
        self._emptied.set()
        return message

    async def put(self, message: Message, size: int) -> None:
        """Add what the device said; waits for room."""
        while self._size >= ROOM and self._closing is None:
            self._emptied.clear()
            await self._emptied.wait()
        if self._closing is None:
            self._waiting.append((message, size))
            self._size += size
            self._filled.set()

    def end(self, code: int, reason: str) -> None:
        """End it from the device's side; what waits can still be read."""
        if self._closing is None:
            self._closing = Closing(code, reason)
        self._filled.set()
        self._emptied.set()

    def overrun(self) -> None:
        """End it because the user does not read; the device is not made to wait for it."""
        self._device.forget(self)
        self.end(POLICY, "nothing was read for too long")
        self._waiting.clear()
        self._overrun.set()

    async def watch(self) -> NoReturn:
        """Wait until the session is overrun; raises Closing then."""
        await self._overrun.wait()
        raise cast("Closing", self._closing)

    def leave(self) -> None:
        """End it from the user's side; nothing more is kept."""
        self._device.forget(self)
        self.end(NORMAL, "")
        self._waiting.clear()
