"""The devices' websockets of one universe: one for each connected device, with its sessions.

Section 8.1 of the server facts. These are live things: they belong to no World, and are closed when
their World is dropped.
"""

import asyncio
from contextlib import suppress

from starlette.types import Message as Frame
from starlette.websockets import WebSocket, WebSocketDisconnect

from otakit.fixtures.socket_messages import (
    CHECK_UPDATE,
    CLIENT,
    BadMessage,
    Message,
    message,
    pack,
    read,
)
from otakit.mockserver.domain.world import World
from otakit.mockserver.sockets.sessions import INTERNAL, NORMAL, POLICY, Closing, Session

REVOKED = "the device's token was revoked"

PATIENCE = 5.0
"""Seconds that a device waits for one session's slow reader, before that session is ended.

As long a message that nobody waits for may wait for the device.
"""

GOODBYE = 5.0
"""Seconds for a closing message to be sent to a peer that may not read any more."""

MAX_REASON = 123
"""Bytes that a close frame has for its reason (RFC 6455, 5.5)."""


class DeviceSocket:
    """One device's live connection."""

    def __init__(self, websocket: WebSocket, device_id: str, jti: str) -> None:
        """Take a websocket that has been accepted; `jti` is the id of the token it came with."""
        self.device_id = device_id
        self.jti = jti
        self._websocket = websocket
        self._sessions: dict[str, Session] = {}
        self._prompting: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()

    async def send(self, said: Message) -> None:
        """Send a message; waits while the device does not read. Raises Closing if it is gone."""
        if self._ended.done():
            raise self._ended.result()
        try:
            await self._websocket.send_bytes(pack(said))
        except (WebSocketDisconnect, RuntimeError):
            reason = "internal error"
            raise Closing(INTERNAL, reason) from None

    def prompt(self) -> None:
        """Make the device ask for an update, soon; nobody waits, and nobody hears if it is gone."""
        if self._prompting is None or self._prompting.done():
            self._prompting = asyncio.create_task(self._prompt())

    def open(self, sid: str) -> Session:
        """Begin a session; `leave` it when it is over."""
        session = self._sessions[sid] = Session(sid, self)
        if self._ended.done():
            session.end(INTERNAL, "device disconnected")
        return session

    def forget(self, session: Session) -> None:
        """Route no more messages to a session; its device's late words are dropped."""
        self._sessions.pop(session.sid, None)

    def end(self, code: int, reason: str) -> None:
        """Close the connection, soon."""
        if not self._ended.done():
            self._ended.set_result(Closing(code, reason))

    async def serve(self) -> None:
        """Bring the device's messages to their sessions until the connection is over."""
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait((reader, self._ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            if self._prompting is not None:
                self._prompting.cancel()
            self.end(INTERNAL, "internal error")
            closing = self._ended.result()
            for session in list(self._sessions.values()):
                session.end(closing.code, closing.reason)
        (fault,) = await asyncio.gather(reader, return_exceptions=True)
        await close(self._websocket, closing)
        if isinstance(fault, Exception):
            raise fault

    async def _prompt(self) -> None:
        with suppress(Closing, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.send(message(CLIENT, CHECK_UPDATE))

    async def _read(self) -> None:
        try:
            while True:
                frame = await self._websocket.receive()
                if frame["type"] == "websocket.disconnect":
                    clean = frame.get("code") in {1000, 1001}
                    self.end(*((NORMAL, "") if clean else (INTERNAL, "internal error")))
                    return
                await self._route(frame)
        except BadMessage as error:
            self.end(INTERNAL, f"internal error: {error}")

    async def _route(self, frame: Frame) -> None:
        data = binary(frame)
        said = read(data)
        session = self._sessions.get(said.hdr.sid or "")
        if session is None:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await session.put(said, len(data))
        except TimeoutError:
            session.overrun()


class DeviceSockets:
    """The live connections of one universe, by device."""

    def __init__(self) -> None:
        """Begin without any."""
        self._sockets: dict[str, DeviceSocket] = {}

    def get(self, device_id: str) -> DeviceSocket | None:
        """Return a device's live connection, or None."""
        return self._sockets.get(device_id)

    def prompt(self, device_id: str) -> None:
        """Make a device ask for an update, if it is connected; section 7.3 of the server facts."""
        socket = self._sockets.get(device_id)
        if socket is not None:
            socket.prompt()

    async def serve(self, socket: DeviceSocket, world: World) -> None:
        """Serve a device's connection in place of its older one, and keep the World's record."""
        if world.admission.bearer(socket.jti) is None:  # gone while the handshake was answered
            socket.end(POLICY, REVOKED)
            await socket.serve()
            return
        older = self._sockets.get(socket.device_id)
        if older is not None:
            older.end(NORMAL, "replaced by a newer connection")
        self._sockets[socket.device_id] = socket
        world.connections.connect(socket.device_id)
        try:
            await socket.serve()
        finally:
            if self._sockets.get(socket.device_id) is socket:
                del self._sockets[socket.device_id]
                world.connections.disconnect(socket.device_id)

    def recheck(self, world: World, device_id: str) -> None:
        """Close a device's connection if its token is good no more, or the device is gone."""
        socket = self._sockets.get(device_id)
        if socket is not None and world.admission.bearer(socket.jti) is None:
            socket.end(POLICY, REVOKED)
            del self._sockets[device_id]
            world.connections.disconnect(device_id)

    def close_all(self) -> None:
        """Close all connections, because their World is dropped."""
        for socket in self._sockets.values():
            socket.end(NORMAL, "the server begins anew")
        self._sockets.clear()


def binary(frame: Frame) -> bytes:
    """Return a received frame's bytes; raises BadMessage for text."""
    data: bytes | None = frame.get("bytes")
    if data is None:
        problem = "a binary frame is expected, not text"
        raise BadMessage(problem)
    return data


async def close(websocket: WebSocket, closing: Closing) -> None:
    """Close a websocket, also one whose peer is gone or reads no more."""
    reason = closing.reason.encode()[:MAX_REASON].decode("utf-8", "ignore")
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(GOODBYE):
            await websocket.close(closing.code, reason)
