"""Device connect (management/connect-v1): files on devices."""

import asyncio
import re
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from typing import Any, BinaryIO

from starlette.types import Receive, Send

from otakit.mockserver.answers import CREATED, OK, Answer, Headers, empty
from otakit.mockserver.audit_trail import added, witness
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.problems import Refused
from otakit.mockserver.sockets.file_transfer import (
    CHUNK,
    FileInfo,
    FileTransfer,
    disconnected,
    file_transfer,
)
from otakit.mockserver.uploads import receive_into

OCTETS = b"application/octet-stream"
MAX_ID = 0xFFFFFFFF
MAX_PATH = 4096

_OCTAL = re.compile(r"[0-7]{1,5}")
_DECIMAL = re.compile(r"[0-9]{1,10}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@operation("statFile")
async def stat_file(call: Call) -> Answer:
    """Tell what a device knows of a file."""
    path = call.params["path"]
    async with _transfer(call) as transfer:
        info = await transfer.stat(path)
    return Streamed(headers=_headers(path, info))


@operation("downloadFile")
async def download_file(call: Call) -> Answer:
    """Pass a device's file on, once its first piece is there."""
    path = call.params["path"]
    async with AsyncExitStack() as stack:
        transfer = await stack.enter_async_context(_transfer(call))
        info = await transfer.stat(path)
        pieces = await stack.enter_async_context(aclosing(transfer.fetch(path)))
        first = await anext(pieces, b"")
        call.exchange.streams = True
        return Download(_headers(path, info), first, pieces, stack.pop_all(), call.receive)


@operation("uploadFile")
async def upload_file(call: Call) -> Answer:
    """Put a file onto a device, once all of it is here: mender-cli tells the mode after it."""
    if call.universe.sockets.get(call.params["id"]) is None:
        raise disconnected()
    watching = witness(call.world, call.caller, call.params["id"])
    limit = call.server.settings.device_file_limit
    with tempfile.TemporaryFile() as file:
        form = await receive_into(call, file_part="file", file=file, limit=limit, last=False)
        about = _about(form)
        file.seek(0)
        async with _transfer(call) as transfer:
            await transfer.put(about, _chunks(file))
    watching.tell(added("file", [about]))
    return empty(CREATED)


class Streamed(Answer):
    """An answer of which nobody knows the length; here, the one to HEAD."""

    def __init__(self, headers: Headers) -> None:
        """Answer with these headers."""
        super().__init__(OK, b"", OCTETS, headers)

    async def send(self, send: Send) -> None:
        """Send it over ASGI."""
        await self.begin(send)
        await send({"type": "http.response.body", "body": b""})

    async def begin(self, send: Send) -> None:
        """Send the headers."""
        headers = [(b"content-type", self.content_type), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})


class Download(Streamed):
    """A file on its way from a device; goes no faster than the one who fetches it reads."""

    __slots__ = ("_first", "_pieces", "_receive", "_stack")

    def __init__(
        self,
        headers: Headers,
        first: bytes,
        pieces: AsyncGenerator[bytes, None],
        stack: AsyncExitStack,
        receive: Receive,
    ) -> None:
        """Send a first piece and those that follow it; the stack closes what they come from."""
        super().__init__(headers)
        self._first = first
        self._pieces = pieces
        self._stack = stack
        self._receive = receive

    async def send(self, send: Send) -> None:
        """Send until the file ends, the device fails, or nobody fetches it any more."""
        async with self._stack:
            tasks = [asyncio.create_task(c) for c in (self._pump(send), _left(self._receive))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                ends = await asyncio.gather(*tasks, return_exceptions=True)
            if isinstance(ends[0], Exception) and not isinstance(ends[0], Refused):
                raise ends[0]

    async def _pump(self, send: Send) -> None:
        """Send the file; where the device fails the answer stays without end, for all to see."""
        await self.begin(send)
        piece = self._first
        while piece:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            piece = await anext(self._pieces, b"")
        await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _transfer(call: Call) -> AbstractAsyncContextManager[FileTransfer]:
    sid = call.world.ids.uuid()
    return file_transfer(call.universe.sockets, call.params["id"], sid, call.caller)


def _headers(path: str, info: FileInfo) -> Headers:
    """Tell what the device told, and nothing else."""
    name = _UNSAFE.sub("_", path.rpartition("/")[2])
    told = {
        b"x-men-file-path": None if info.path is None else _CONTROL.sub("", info.path[:MAX_PATH]),
        b"x-men-file-uid": info.uid,
        b"x-men-file-gid": info.gid,
        b"x-men-file-mode": None if info.mode is None else f"{info.mode:o}",
        b"x-men-file-size": info.size,
        b"content-disposition": f'attachment; filename="{name}"',
    }
    return [(field, str(value).encode()) for field, value in told.items() if value is not None]


def _about(form: dict[str, list[str]]) -> dict[str, Any]:
    """Read a form's texts; raises Invalid."""
    path = form.get("path", [""])[0]
    if not path:
        message = "path: cannot be blank."
        raise Invalid(message)
    if not path.startswith("/"):
        message = f"path: must be absolute: '{path[:80]}'"
        raise Invalid(message)
    if len(path) > MAX_PATH:
        message = f"path: has {len(path)} characters, at most {MAX_PATH} are allowed"
        raise Invalid(message)
    about: dict[str, Any] = {"path": path}
    for name in ("uid", "gid"):
        if name in form:
            about[name] = _number(name, form[name][0], _DECIMAL, 10)
    if "mode" in form:
        about["mode"] = _number("mode", form["mode"][0], _OCTAL, 8)
    return about


def _number(name: str, text: str, pattern: re.Pattern[str], base: int) -> int:
    if not pattern.fullmatch(text) or (number := int(text, base)) > MAX_ID:
        kind = "an octal number of at most five digits" if base != 10 else f"0 to {MAX_ID}"  # noqa: PLR2004
        message = f"{name}: '{text[:80]}' is not {kind}"
        raise Invalid(message)
    return number


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
