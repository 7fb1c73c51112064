"""mender-client against the mock when a download breaks off.

The client waits for a minute before it asks for the rest, which no option shortens.
"""

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from anyio.from_thread import start_blocking_portal

if TYPE_CHECKING:
    from tests.conftest import RunningServer
    from tests.real_clients.conftest import MenderClient, Operator

CONTENT = random.Random(0).randbytes(300_000)
DOWNLOAD = "GET /otakit/v1/storage/artifacts/"


@pytest.mark.xdist_group("a minute of waiting")
def test_broken_download_is_resumed(
    server: "RunningServer",
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """After a cut at 40 % the client asks for the rest, gets just that, and installs the whole."""
    relay = Relay(server.url)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(relay.run()) as url:
        client = mender_client(url=url)
        files = {"dest_dir": str(client.disk), "filename": "blob", "blob": CONTENT}
        artifact = write_artifact("release-1", "single-file", **files)
        operator.upload(artifact)
        size = artifact.stat().st_size
        relay.cut = size * 40 // 100
        client.start()
        device = operator.accept(client)
        deployment = operator.deploy("release-1", device)
        client.until(lambda: operator.finished(deployment), "it is finished", timeout=150)

    assert operator.statistics(deployment) == {"success": 1}
    assert (client.disk / "blob").read_bytes() == CONTENT
    [(whole, begun), (rest, continued)] = relay.downloads
    assert "range" not in whole
    assert begun[""] == "HTTP/1.1 200 OK"
    assert begun["content-length"] == str(size)
    assert rest["range"] == f"bytes={relay.cut}-"
    assert continued[""] == "HTTP/1.1 206 Partial Content"
    assert continued["content-range"] == f"bytes {relay.cut}-{size - 1}/{size}"


Head = dict[str, str]
"""Headers by their names in small letters; the first line has the name ''."""


class Relay:
    """Passes requests and answers on, but of the first artifact download only the beginning."""

    def __init__(self, target: str) -> None:
        """Relay to the server with this URL."""
        parts = urlsplit(target)
        self._target = parts.hostname, parts.port
        self.cut = 0
        self.downloads: list[tuple[Head, Head]] = []

    @asynccontextmanager
    async def run(self) -> AsyncIterator[str]:
        """Take connections, and give the URL for them."""
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        try:
            yield "http://{}:{}".format(*server.sockets[0].getsockname())
        finally:
            server.close()

    async def _handle(self, client_in: StreamReader, client_out: StreamWriter) -> None:
        """Relay one connection's one request: the server is told to close after it."""
        server_in, server_out = await asyncio.open_connection(*self._target)
        with closing(client_out), closing(server_out), suppress(ConnectionError, EOFError):
            request = await client_in.readuntil(b"\r\n\r\n")
            server_out.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            request_body = asyncio.create_task(copy(client_in, server_out))
            answer = await server_in.readuntil(b"\r\n\r\n")
            client_out.write(answer)
            await copy(server_in, client_out, self._share(head_of(request), head_of(answer)))
            request_body.cancel()

    def _share(self, request: Head, answer: Head) -> int | None:
        """Note a download; return how many bytes of the body to pass on, or None for all."""
        if not request[""].startswith(DOWNLOAD):
            return None
        self.downloads.append((request, answer))
        return self.cut if len(self.downloads) == 1 else None


def head_of(received: bytes) -> Head:
    """Read the head of a request or an answer."""
    first, *lines = received.decode().strip().split("\r\n")
    return {"": first} | {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }


async def copy(source: StreamReader, sink: StreamWriter, length: int | None = None) -> None:
    """Pass bytes on until the source ends, or until there were so many."""
    if length is not None:
        sink.write(await source.readexactly(length))
        return
    while data := await source.read(1 << 16):
        sink.write(data)
        await sink.drain()
