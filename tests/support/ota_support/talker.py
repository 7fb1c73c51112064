"""A server that says what a test has written down, whatever it is asked."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

__all__ = ["Last", "Talker", "talker"]


class Last(bytes):
    """An answer after which the connection is closed."""

    __slots__ = ()


class Talker:
    """What it is about to answer, one for each request; those that are beyond get nothing.

    `requests` are those that have come whole, `connections` counts all that were made.
    """

    def __init__(self, *answers: bytes) -> None:
        """Be about to give these answers."""
        self.answers = deque(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._talking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def url(self, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Return where it listens."""
        return f"{scheme}://{host}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk over one connection."""
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._talking[task] = writer
        task.add_done_callback(self._talking.pop)
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                self.requests.append(await _request(reader))
                if not self.answers:
                    continue
                answer = self.answers.popleft()
                writer.write(answer)
                await writer.drain()
                if isinstance(answer, Last):
                    break
        writer.close()

    @property
    def open(self) -> int:
        """Count the connections that there are now."""
        return len(self._talking)

    def interject(self, words: bytes) -> None:
        """Say something that nobody has asked for, on all connections."""
        for writer in self._talking.values():
            writer.write(words)

    async def hang_up(self) -> None:
        """End all connections."""
        for writer in self._talking.values():
            writer.transport.abort()
        await asyncio.gather(*self._talking)


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.partition(b"content-length: ")
    return head + await reader.readexactly(int(length.split(b"\r\n")[0]) if length else 0)


@asynccontextmanager
async def talker(
    *answers: bytes, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Talker]:
    """Run one for the block."""
    talking = Talker(*answers)
    server = await asyncio.start_server(talking.serve, host, 0, ssl=tls)
    talking.port = server.sockets[0].getsockname()[1]
    try:
        yield talking
    finally:
        server.close()
        await talking.hang_up()
