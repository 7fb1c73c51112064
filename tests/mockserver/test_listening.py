"""What is written together leaves together, and nothing is held back for longer than that."""

import asyncio
from collections.abc import Callable, Iterable
from typing import cast

import pytest

from otakit.mockserver.listening import OneGo


class Recording:
    """A transport that tells what it was asked for, in order."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seen: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        """Note one write."""
        self.seen.append(data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        """Note one write of several parts."""
        self.seen.append(b"".join(parts))

    def close(self) -> None:
        """Note the end."""
        self.seen.append("closed")

    def abort(self) -> None:
        """Note the end at once."""
        self.seen.append("aborted")


def write(*parts: bytes, then: Callable[[OneGo], None] = lambda _: None) -> list[bytes | str]:
    """Write parts in one step; return what has left when the loop has come round again."""

    async def run() -> list[bytes | str]:
        transport = Recording()
        one_go = OneGo(cast("asyncio.Transport", transport), asyncio.get_running_loop())
        for part in parts:
            one_go.write(part)
        then(one_go)
        await asyncio.sleep(0)
        return transport.seen

    return asyncio.run(run())


@pytest.mark.parametrize("body", [b"body", b""])
def test_head_and_body_leave_together(body: bytes) -> None:
    """Also where there is no body."""
    assert write(b"head", body) == [b"head" + body]


def test_head_alone_does_not_wait_for_its_body() -> None:
    """An event stream begins with it, and the first event may come in an hour."""
    assert write(b"head") == [b"head"]


def test_parts_keep_their_order() -> None:
    """However many there are."""
    assert b"".join(cast("list[bytes]", write(b"1", b"2", b"3", b"4", b"5"))) == b"12345"


@pytest.mark.parametrize(
    ("end", "told"), [(OneGo.close, "closed"), (OneGo.abort, "aborted")], ids=["close", "abort"]
)
def test_nothing_is_lost_at_the_end(end: Callable[[OneGo], None], told: str) -> None:
    """What was written before leaves before."""
    assert write(b"half", then=end) == [b"half", told]
