"""Files to and from a connected device: the server's side of the file transfer protocol.

Sections 8.2 and 8.4 of the server facts; section 5 of the client facts has mender-connect's side.
"""

import asyncio
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import msgspec

from otakit.fixtures.socket_messages import (
    CONTROL,
    FILES,
    BadMessage,
    Message,
    content,
    int64,
    message,
    offset,
    pack,
    structured,
)
from otakit.mockserver.problems import Refused
from otakit.mockserver.sockets.device_sockets import DeviceSockets
from otakit.mockserver.sockets.sessions import Closing, Session

T = TypeVar("T")

SILENCE = 60.0
"""Seconds without a word from the device, or without it reading, after which it is given up."""

CHUNK = 4096
"""Bytes of a file in one message; mender-connect takes messages of at most 8192."""

WINDOW = 20
"""Chunks that may be on their way without having been acknowledged."""

ACK_EVERY = 10
"""Chunks of a download after which one acknowledgement is sent."""

MAX_ERROR = 1024
"""Characters that are passed on of what a device says went wrong."""

_FAREWELL = 5.0
_NOT_REGULAR = 0x8F280000
"""What Go's FileMode has for directories, links, devices, pipes and sockets."""


class FileInfo(msgspec.Struct):
    """What a device tells of a file; all of it is optional."""

    path: str | None = None
    size: int | None = None
    uid: int | None = None
    gid: int | None = None
    mode: int | None = None

    @property
    def is_regular(self) -> bool:
        """Say whether it is a plain file, be the mode Go's or Unix's."""
        mode = self.mode or 0
        return not mode & _NOT_REGULAR and stat.S_IFMT(mode & 0xFFFF) in {0, stat.S_IFREG}


class Accept(msgspec.Struct):
    """A device's answer to `open`."""

    version: int = 0
    protocols: list[int] = []


class DeviceError(msgspec.Struct):
    """What a device says when it cannot do something."""

    err: str = ""
    code: int | None = None


class FileTransfer:
    """One session of the file transfer protocol."""

    def __init__(self, session: Session, user_id: str) -> None:
        """Transfer files in a session for a user."""
        self._session = session
        self._user_id = user_id

    async def open(self) -> None:
        """Agree with the device; raises Refused (502) if it does not transfer files."""
        await self._send(CONTROL, "open", body=pack({"versions": [1]}))
        answer = await self._next()
        if answer.kind != (CONTROL, "accept"):
            raise Refused(502, "file transfer not implemented on device")
        if FILES not in _read(answer, Accept).protocols:
            raise Refused(502, "file transfer disabled on device")

    async def stat(self, path: str) -> FileInfo:
        """Ask what the device knows of a file; raises Refused."""
        await self._send(FILES, "stat", body=pack({"path": path}))
        info = _read(await self._expect("file_info"), FileInfo)
        if not info.is_regular:
            raise Refused(400, f"path is not a regular file: '{path}'")
        return info

    async def fetch(self, path: str) -> AsyncGenerator[bytes, None]:
        """Get a file piece by piece; raises Refused, also in the middle."""
        await self._send(FILES, "get_file", body=pack({"path": path}))
        received = count = 0
        while True:
            chunk = await self._expect("file_chunk")
            piece = _content(chunk)
            if not piece:
                return
            at = _offset(chunk)
            if at != received:
                raise Refused(502, f"the device sent offset {at} instead of {received}")
            received += len(piece)
            count += 1
            yield piece
            if count % ACK_EVERY == 0:
                await self._send(FILES, "ack", offset=int64(received))

    async def put(self, about: dict[str, Any], chunks: Iterator[bytes]) -> None:
        """Write a file on the device; `about` has path, mode, uid and gid. Raises Refused."""
        await self._send(FILES, "put_file", body=pack(about))
        await self._expect("ack")
        sent = acknowledged = 0
        for chunk in chunks:
            while sent - acknowledged >= WINDOW * CHUNK:
                acknowledged = max(acknowledged, _offset(await self._expect("ack")))
            await self._send(FILES, "file_chunk", body=chunk, offset=int64(sent))
            sent += len(chunk)
        await self._send(FILES, "file_chunk", offset=int64(sent))
        while _offset(await self._expect("ack")) < sent:
            pass

    async def close(self) -> None:
        """Tell the device that the session is over."""
        with suppress(Closing, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                told = message(CONTROL, "close", user_id=self._user_id)
                await self._session.send(told)

    async def _send(self, proto: int, typ: str, *, body: bytes | None = None, **props: Any) -> None:
        told = message(proto, typ, body=body, user_id=self._user_id, **props)
        try:
            async with asyncio.timeout(SILENCE):
                await self._session.send(told)
        except TimeoutError:
            raise _silent() from None
        except Closing:
            raise disconnected() from None

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(SILENCE):
                return await self._session.next()
        except TimeoutError:
            raise _silent() from None
        except Closing:
            raise disconnected() from None

    async def _expect(self, typ: str) -> Message:
        said = await self._next()
        if said.kind == (FILES, typ):
            return said
        if said.hdr.typ == "error":
            error = _read(said, DeviceError)
            code = error.code if error.code and 400 <= error.code < 600 else 400  # noqa: PLR2004
            raise Refused(
                code, error.err[:MAX_ERROR] or "the device reports an error without saying which"
            )
        told = said.hdr.typ[:40]
        raise Refused(502, f"the device sent '{told}' of protocol {said.hdr.proto}, not '{typ}'")


@asynccontextmanager
async def file_transfer(
    sockets: DeviceSockets, device_id: str, sid: str, user_id: str
) -> AsyncIterator[FileTransfer]:
    """Open a session for files on a device, and close it; raises Refused (409, 408, 502)."""
    device = sockets.get(device_id)
    if device is None:
        raise disconnected()
    session = device.open(sid)
    transfer = FileTransfer(session, user_id)
    try:
        await transfer.open()
        yield transfer
    finally:
        await transfer.close()
        session.leave()


def disconnected() -> Refused:
    """Say that a device is not there, or not any more (409)."""
    return Refused(409, "device disconnected")


def _silent() -> Refused:
    return Refused(408, f"the device has been silent for {SILENCE:.0f} seconds")


def _read(said: Message, kind: type[T]) -> T:
    try:
        return structured(said, kind)
    except BadMessage as error:
        raise _confused(error) from None


def _content(said: Message) -> bytes:
    try:
        return content(said)
    except BadMessage as error:
        raise _confused(error) from None


def _offset(said: Message) -> int:
    try:
        return offset(said)
    except BadMessage as error:
        raise _confused(error) from None


def _confused(error: BadMessage) -> Refused:
    return Refused(502, f"the device's answer cannot be read: {error}")
