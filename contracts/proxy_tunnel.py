"""Websockets through the proxy: the handshake is passed on, and then bytes, whatever they say.

So nothing of a websocket is changed or judged: not its frames, extensions or subprotocols, of
which mender-connect has one that is not even a token of HTTP.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import uvicorn
from uvicorn.server import ServerState

from otakit.contracts.proxy import NoWholeAnswer, Proxy, problem
from otakit.contracts.proxy_headers import Headers

SWITCHED = 101

_PIECE = 2**16
_MOST_OF_HEAD = 2**17


class Tunnel(asyncio.StreamReaderProtocol):
    """A client's connection that has asked for a websocket; uvicorn makes one for each."""

    def __init__(self, proxy: Proxy, state: ServerState) -> None:
        """Begin before the handshake."""
        reader = asyncio.StreamReader(limit=_MOST_OF_HEAD)
        super().__init__(reader, self._begin)
        self._proxy = proxy
        self._state = state
        self._transport_of_client: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - uvicorn's are
        self._transport_of_client = transport
        self._state.connections.add(self)  # type: ignore[arg-type]  # asks for `shutdown` only
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the client has gone."""
        self._state.connections.discard(self)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End with the server."""
        if self._transport_of_client is not None:
            self._transport_of_client.close()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._run(reader, writer))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._pass_on(reader, writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
        passed = self._proxy.passed("GET", target, headers)
        passed.body.end()
        told = self._proxy.rules.for_target(
            headers,
            client=str((writer.get_extra_info("peername") or ("unknown",))[0]),
            address=str((writer.get_extra_info("sockname") or ("",))[0]),
            upgrade=True,
        )
        answer = None
        try:
            answer = await self._proxy.send(passed, target, told)
            self._answer(answer, writer)
            if answer.status_code == SWITCHED:
                self._proxy.finish(passed)  # it may stay open for weeks
                await _join(reader, writer, answer.extensions["network_stream"])
                return
            async for chunk in answer.aiter_raw():
                passed.answer.add(chunk)
                writer.write(chunk)
                await writer.drain()
            passed.answer.end()
        except NoWholeAnswer as failure:
            passed.failure = str(failure)
            status, said, body = problem(failure, headers)
            _write_head(writer, status, said)
            writer.write(body)
        except httpx.HTTPError as error:
            passed.failure = str(self._proxy.failure(error))
        finally:
            if answer is not None:
                await answer.aclose()
            if passed.status != SWITCHED:
                self._proxy.finish(passed)

    def _answer(self, answer: httpx.Response, writer: asyncio.StreamWriter) -> None:
        raw = [(name.lower(), value) for name, value in answer.headers.raw]
        headers = self._proxy.rules.for_client(raw, answer.status_code)
        if answer.status_code == SWITCHED:
            headers += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
            _write_head(writer, SWITCHED, headers)
        else:
            _write_head(writer, answer.status_code, headers)


def tunnels(proxy: Proxy) -> Callable[..., Tunnel]:
    """Return what uvicorn calls for each websocket."""

    def make(*, config: uvicorn.Config, server_state: ServerState, app_state: Any) -> Tunnel:
        del config, app_state
        return Tunnel(proxy, server_state)

    return make


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: Any) -> None:
    """Pass bytes on in both directions until either side ends."""

    async def up() -> None:
        while chunk := await reader.read(_PIECE):
            await stream.write(chunk)

    async def down() -> None:
        while chunk := await stream.read(_PIECE):
            writer.write(chunk)
            await writer.drain()

    directions = [asyncio.create_task(up()), asyncio.create_task(down())]
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)


def _parsed(head: bytes) -> tuple[bytes, Headers]:
    """Take apart what uvicorn has put together: there is nothing odd in it any more."""
    first_line, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    return first_line.split(b" ")[1], [(n.lower(), v.strip()) for n, _, v in pairs]


def _write_head(writer: asyncio.StreamWriter, status: int, headers: Headers) -> None:
    more = [] if status == SWITCHED else [(b"connection", b"close")]
    lines = [b"%b: %b" % pair for pair in [*headers, *more]]
    reason = httpx.codes.get_reason_phrase(status).encode()
    writer.write(b"\r\n".join([b"HTTP/1.1 %d %b" % (status, reason), *lines, b"", b""]))
