"""A user's websocket to a device: terminals and forwarded ports pass through it.

Section 8.4 of the server facts.
"""

import asyncio
import contextlib
from collections.abc import Iterable

from starlette.websockets import WebSocket, WebSocketDisconnect

from otakit.fixtures.socket_messages import SHELL, BadMessage, Message, message, pack, raw, read
from otakit.mockserver.sockets.device_sockets import binary, close
from otakit.mockserver.sockets.recordings import Recordings
from otakit.mockserver.sockets.sessions import INTERNAL, NORMAL, POLICY, Closing, Session

OUTPUT_LIMIT = 8 << 20
"""Bytes that the shells of one session may print."""

FAREWELL = 5.0
"""Seconds for the message that ends a shell to reach a device that may not read any more."""

_ERROR = 2


class Terminal:
    """One user's session on one device."""

    def __init__(
        self, websocket: WebSocket, session: Session, user_id: str, recordings: Recordings
    ) -> None:
        """Take a websocket that has been accepted."""
        self._recordings = recordings
        self._websocket = websocket
        self._session = session
        self._user_id = user_id
        self._has_shell = False
        self._printed = 0

    async def serve(self) -> None:
        """Pass messages on in both directions until one side is gone."""
        ways = (self._to_device(), self._to_user(), self._session.watch())
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        ends = [task.exception() for task in done]
        closing = next((end for end in ends if isinstance(end, Closing)), None)
        await self._stop_shell()
        await close(self._websocket, closing or Closing(INTERNAL, "internal error"))
        for end in ends:
            if not isinstance(end, Closing) and end is not None:
                raise end

    async def _to_device(self) -> None:
        while True:
            frame = await self._websocket.receive()
            if frame["type"] == "websocket.disconnect":
                raise Closing(NORMAL, "")
            try:
                said = read(binary(frame))
            except BadMessage as error:
                raise Closing(INTERNAL, f"internal error: {error}") from None
            said.hdr.props = {**(said.hdr.props or {}), "user_id": raw(self._user_id)}
            if said.kind == (SHELL, "new"):
                self._has_shell = True
            elif said.kind == (SHELL, "stop"):
                self._has_shell = False
            await self._session.send(said)

    async def _to_user(self) -> None:
        while True:
            said = await self._session.next()
            frame = pack(said)
            if said.hdr.proto == SHELL:
                self._watch_shell(said, frame)
            try:
                await self._websocket.send_bytes(frame)
            except (WebSocketDisconnect, RuntimeError):
                raise Closing(NORMAL, "") from None

    def _watch_shell(self, said: Message, frame: bytes) -> None:
        if said.hdr.typ == "stop":
            self._has_shell = False
        elif said.hdr.typ == "shell":
            self._printed += len(memoryview(said.body))
            if self._printed > OUTPUT_LIMIT:
                raise Closing(POLICY, "session byte limit exhausted")
            self._recordings.add(self._session.sid, frame)

    async def _stop_shell(self) -> None:
        """Tell the device that nobody sits before its shell any more."""
        if self._has_shell:
            stop = message(
                SHELL, "stop", body=b"user disconnected", status=_ERROR, user_id=self._user_id
            )
            with contextlib.suppress(Closing, TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await self._session.send(stop)


async def play(websocket: WebSocket, frames: Iterable[bytes], pause: float) -> None:
    """Send a recording, with so many seconds after each message, until it ends or nobody looks."""
    watching = asyncio.create_task(_left(websocket))
    try:
        for frame in frames:
            await websocket.send_bytes(frame)
            await asyncio.wait((watching,), timeout=pause)
            if watching.done():
                break
        await close(websocket, Closing(NORMAL, ""))
    except (WebSocketDisconnect, RuntimeError):
        pass  # the one who looked has gone
    finally:
        watching.cancel()


async def _left(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
