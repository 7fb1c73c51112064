"""A file that is read while it arrives: whole, in order, without a wait that nobody ends."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from otakit.fixtures.byte_source import LARGE_CHUNK
from otakit.mockserver.arriving import MANY, MOST, SMALL, ArrivingFile, arriving

LIFETIMES = 10
PATIENCE = 30.0
USUAL_THREADS = 40
"""That anyio has for all who ask for one."""


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; what hangs fails."""
    return asyncio.run(asyncio.wait_for(coroutine, PATIENCE))


@pytest.mark.parametrize("seed", range(LIFETIMES))
def test_what_arrives_is_read_and_kept(tmp_path: Path, seed: int) -> None:
    """Whatever the sizes of chunks and reads are, and whoever is quicker."""
    random = Random(seed)
    chunks = [random.randbytes(random.choice([0, 1, 1000, 200_000])) for _ in range(160)]
    size = random.choice([100, 1 << 16, 1 << 20])

    def read(file: ArrivingFile[bytes]) -> bytes:
        return b"".join(iter(lambda: file.read(size), b""))

    async def arrive() -> bytes:
        async with arriving(tmp_path / "copy", read) as file:
            for chunk in chunks:
                file.write(chunk)
                await file.room()
            return await file.result()

    whole = b"".join(chunks)
    assert run(arrive()) == whole
    assert (tmp_path / "copy").read_bytes() == whole


def test_a_slow_reader_is_not_overrun(tmp_path: Path) -> None:
    """No more waits in memory than may."""
    may_go_on, taken = threading.Event(), []

    def read(file: ArrivingFile[None]) -> None:
        while data := file.read(SMALL):
            may_go_on.wait(PATIENCE)
            taken.append(data)

    async def arrive() -> None:
        async with arriving(tmp_path / "copy", read) as file:
            written = 0

            async def feed() -> None:
                nonlocal written
                for _ in range(4 * MOST):
                    file.write(bytes(SMALL))
                    written += 1
                    await file.room()

            feeding = asyncio.create_task(feed())
            done, _ = await asyncio.wait([feeding], timeout=0.3)
            assert not done
            assert written * SMALL <= (MOST + 3) * LARGE_CHUNK
            may_go_on.set()
            await feeding
            await file.result()

    run(arrive())
    assert len(taken) == 4 * MOST


def test_tiny_chunks_are_passed_on_by_number(tmp_path: Path) -> None:
    """Else a hostile client would have us keep an object for each of its bytes."""
    taken: list[bytes] = []

    def read(file: ArrivingFile[None]) -> None:
        taken.extend(iter(lambda: file.read(LARGE_CHUNK), b""))

    async def arrive() -> None:
        async with arriving(tmp_path / "copy", read) as file:
            for _ in range(3 * MANY):
                file.write(b"x")
                await file.room()
            await file.result()

    run(arrive())
    assert taken == [b"x" * MANY] * 3


def test_what_fails_early_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The rest is taken in, and the error is raised at the end."""

    def fail(file: ArrivingFile[None]) -> None:
        file.read(10)
        message = "no artifact"
        raise ValueError(message)

    async def arrive() -> None:
        async with arriving(tmp_path / "copy", fail) as file:
            for _ in range(4 * MOST):
                file.write(bytes(SMALL))
                await file.room()
            await file.result()

    with pytest.raises(ValueError, match="no artifact"):
        run(arrive())


@pytest.mark.parametrize("size", [SMALL, 2 * SMALL])
def test_a_client_that_goes_leaves_no_thread_behind(tmp_path: Path, size: int) -> None:
    """Where one reads already, it finds the end; a small file has none before it is whole."""
    ends = []

    def read(file: ArrivingFile[None]) -> None:
        while file.read(SMALL):
            pass
        ends.append(file.size)

    async def arrive() -> None:
        async with arriving(tmp_path / "copy", read) as file:
            file.write(bytes(size))
            await file.room()

    run(arrive())
    assert ends == ([size] if size > SMALL else [])


def test_slow_files_keep_no_other_out(tmp_path: Path) -> None:
    """Each that waits for its client does so in a thread of its own."""

    def read(file: ArrivingFile[int]) -> int:
        return sum(map(len, iter(lambda: file.read(SMALL), b"")))

    async def arrive() -> int:
        async with AsyncExitStack() as slow:
            for number in range(USUAL_THREADS + 1):
                waiting = arriving(tmp_path / str(number), read)
                file = await slow.enter_async_context(waiting)
                file.write(bytes(SMALL + 1))
                await file.room()
            async with arriving(tmp_path / "quick", read) as file:
                file.write(b"all of it")
                async with asyncio.timeout(PATIENCE / 3):
                    return await file.result()

    assert run(arrive()) == len(b"all of it")
