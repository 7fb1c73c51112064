"""An answer of one piece leaves in one; every answer leaves as uvicorn would have sent it."""

import asyncio
import logging
from typing import Any, cast

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from otakit.mockserver.one_go import OneGo

DATE = (b"date", b"Thu, 26 Nov 2026 22:00:00 GMT")
Answer = tuple[int, list[tuple[bytes, bytes]], list[bytes]]


class Recording:
    """A transport that tells what it was asked for, in order."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seen: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Note one write."""
        self.seen.append(data)

    def close(self) -> None:
        """Note the end."""
        self.seen.append(b"closed")

    def is_closing(self) -> bool:
        """Say that it is open."""
        return False


def cycle(
    kind: type[RequestResponseCycle], method: str = "GET", *, keep_alive: bool = True
) -> tuple[RequestResponseCycle, Recording]:
    """Return one request that waits for its answer, and what it is written to."""
    transport = Recording()
    logger = logging.getLogger(__name__)
    made = kind(
        scope=cast("Any", {"method": method}),
        transport=cast("asyncio.Transport", transport),
        flow=FlowControl(cast("asyncio.Transport", transport)),
        logger=logger,
        access_logger=logger,
        access_log=False,
        default_headers=[DATE],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: transport.write(b""),
    )
    return made, transport


async def answer(to: RequestResponseCycle, answer: Answer) -> None:
    """Send an answer, in as many parts as its body has."""
    status, headers, parts = answer
    await to.send({"type": "http.response.start", "status": status, "headers": headers})
    for number, part in enumerate(parts, start=1):
        more = number < len(parts)
        await to.send({"type": "http.response.body", "body": part, "more_body": more})


def sent(kind: type[RequestResponseCycle], what: Answer, **request: Any) -> list[bytes] | str:
    """Return what is written for an answer, or what is wrong with it."""

    async def run() -> list[bytes] | str:
        waiting, transport = cycle(kind, **request)
        try:
            await answer(waiting, what)
        except RuntimeError as error:
            return str(error)
        assert waiting.response_complete
        return transport.seen

    return asyncio.run(run())


def length(number: int) -> tuple[bytes, bytes]:
    """Announce a length."""
    return b"content-length", b"%d" % number


ANSWERS: dict[str, Answer] = {
    "a document": (200, [length(4), (b"content-type", b"text/plain")], [b"body"]),
    "nothing": (204, [(b"vary", b"Origin")], [b""]),
    "an empty document": (201, [length(0), (b"location", b"/there")], [b""]),
    "of no length": (200, [], [b"body"]),
    "parts": (200, [length(4)], [b"bo", b"dy"]),
    "parts of no length": (200, [], [b"bo", b"dy", b""]),
    "too long": (200, [length(3)], [b"body"]),
    "too short": (200, [length(5)], [b"body"]),
    "the last": (200, [length(4), (b"connection", b"close")], [b"body"]),
    "in chunks": (200, [(b"transfer-encoding", b"chunked")], [b"body"]),
    "a split one": (200, [length(4), (b"location", b"/\r\nset-cookie: a=b")], [b"body"]),
    "a loud name": (200, [(b"Content-Length", b"4")], [b"body"]),
    "another loud name": (200, [length(4), (b"X-Y", b"z")], [b"body"]),
    "a broken name": (200, [length(4), (b"x y", b"z")], [b"body"]),
}


@pytest.mark.parametrize("request_", [{}, {"method": "HEAD"}, {"keep_alive": False}], ids=str)
@pytest.mark.parametrize("what", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_is_as_uvicorn_sends_it(what: Answer, request_: dict[str, Any]) -> None:
    """Byte for byte, and what it refuses to send is not sent here."""
    ours, theirs = (sent(kind, what, **request_) for kind in (OneGo, RequestResponseCycle))
    if isinstance(theirs, str):
        assert ours == theirs
    else:
        assert b"".join(ours) == b"".join(theirs)  # type: ignore[arg-type]  # both are lists


@pytest.mark.parametrize("name", ["a document", "nothing", "an empty document"])
def test_head_and_body_leave_together(name: str) -> None:
    """One write, and the word that the request is over."""
    written = sent(OneGo, ANSWERS[name])
    assert [bool(data) for data in written] == [True, False]


def test_an_error_takes_the_place_of_a_head_that_waits() -> None:
    """As long as nothing has left, there may be another answer."""

    async def run() -> list[bytes]:
        waiting, transport = cycle(OneGo)
        await waiting.send({"type": "http.response.start", "status": 200, "headers": [length(9)]})
        await answer(waiting, (500, [length(4)], [b"oops"]))
        return transport.seen

    assert asyncio.run(run())[0].startswith(b"HTTP/1.1 500 ")


def test_who_hangs_up_sends_the_head_first() -> None:
    """What an answer promised is seen, and that it does not come."""

    async def run() -> list[bytes]:
        waiting, transport = cycle(OneGo)
        await waiting.send({"type": "http.response.start", "status": 200, "headers": [length(9)]})
        assert transport.seen == []
        cast("OneGo", waiting).leave()
        await waiting.send({"type": "http.response.body", "body": b"123456789"})
        return transport.seen

    (head,) = asyncio.run(run())
    assert head.endswith(b"content-length: 9\r\n\r\n")
