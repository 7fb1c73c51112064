"""A file on its way in: a thread reads it, and writes it down, while the rest of it arrives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Generic, TypeVar

from anyio import CapacityLimiter, to_thread

from otakit.fixtures.byte_source import LARGE_CHUNK

T = TypeVar("T")

PIECE = LARGE_CHUNK - (1 << 18)
"""Bytes that the thread gets at a time, or one chunk more: readers ask for no less.

The fewer pieces, the less often the thread and the event loop wait for each other.
"""

MANY = 256
"""Chunks of a piece, however small they are."""

SMALL = 1 << 20
"""Bytes up to which a file is not read before it is whole, unless it comes in many chunks."""

MOST = 4
"""Pieces that may wait to be read."""


class ArrivingFile(Generic[T]):
    """Bytes that the event loop writes and a function in a thread reads: a pipe that keeps a copy.

    The thread does what takes long: what the function makes of the bytes, and the writing.
    """

    def __init__(self, copy: BinaryIO, function: Callable[["ArrivingFile[T]"], T]) -> None:
        """Have a function read what arrives; what it has read stands in the copy."""
        self.size = 0
        self._copy = copy
        self._function = function
        self._chunks: list[bytes | memoryview] = []  # of the next piece
        self._chunks_size = 0
        self._pieces: SimpleQueue[list[bytes | memoryview]] = SimpleQueue()
        self._piece = memoryview(b"")  # what is left of it
        self._ended = self._over = False
        self._reading: asyncio.Task[T] | None = None
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Event()
        self._is_full = False

    # What the event loop calls

    def write(self, data: bytes | memoryview, /) -> None:
        """Take in what has arrived; a function that is over has no use for it."""
        self.size += len(data)
        if data and not self._over:
            self._chunks.append(data)
            self._chunks_size += len(data)
            if self._chunks_size >= PIECE or len(self._chunks) >= MANY:
                self._pass_on()

    async def room(self) -> None:
        """Wait until there is room for more."""
        is_full = self._pieces.qsize() > MOST
        if is_full or self.size > SMALL:
            self._begin()
        if is_full and not self._over:
            self._room.clear()
            self._is_full = True
            if self._pieces.qsize() > MOST // 2:  # else the thread may wait already
                await self._room.wait()

    async def result(self) -> T:
        """Return what the function has made of the whole file; raises what it raises."""
        self._end()
        return await self._begin()

    async def left(self) -> None:
        """Let go of the file, whole or not."""
        if self._reading is not None:
            self._end()
            await asyncio.gather(self._reading, return_exceptions=True)

    def _begin(self) -> asyncio.Task[T]:
        if self._reading is None:
            self._reading = asyncio.create_task(to_thread.run_sync(self._run, limiter=_own()))
        return self._reading

    def _pass_on(self) -> None:
        self._pieces.put(self._chunks)
        self._chunks, self._chunks_size = [], 0

    def _end(self) -> None:
        if self._chunks:
            self._pass_on()
        self._pieces.put([])

    # What the thread calls

    def _run(self) -> T:
        try:
            found = self._function(self)
            self._copy.flush()
        finally:
            self._over = True
            self._make_room()
        return found

    def read(self, size: int, /) -> bytes:
        """Return 1 to `size` bytes, none at the end; waits for them."""
        if not self._piece and not self._ended:
            piece = b"".join(self._pieces.get())
            if self._is_full and self._pieces.qsize() <= MOST // 2:
                self._make_room()
            self._ended = not piece
            self._copy.write(piece)
            if len(piece) <= size:
                return piece
            self._piece = memoryview(piece)
        data, self._piece = self._piece[:size], self._piece[size:]
        return bytes(data)

    def _make_room(self) -> None:
        self._is_full = False
        self._loop.call_soon_threadsafe(self._room.set)


def _own() -> CapacityLimiter:
    """Let a file have a thread of its own: one that waits for its client must keep nobody out."""
    return CapacityLimiter(1)


@asynccontextmanager
async def arriving(
    path: Path, function: Callable[[ArrivingFile[T]], T]
) -> AsyncIterator[ArrivingFile[T]]:
    """Have a function read a file that arrives, and is kept at a path, until the block ends."""
    with path.open("wb") as copy:
        file = ArrivingFile(copy, function)
        try:
            yield file
        finally:
            await file.left()
