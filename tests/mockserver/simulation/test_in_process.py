"""Requests within the process: the whole answer, its pieces, or a broken connection."""

import asyncio
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from otakit.fixtures.device_requests import Request, Response
from otakit.mockserver.simulation.in_process import in_process


def answering(*messages: dict[str, Any], seen: dict[str, Any] | None = None) -> ASGIApp:
    """Return an application that gives these parts of an answer, whatever it is asked."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if seen is not None:
            seen.update(scope, body=(await receive())["body"])
        for message in messages:
            await send(message)

    return app


def start(status: int = 200, **headers: str) -> dict[str, Any]:
    """Return the head of an answer; underscores in names of headers stand for hyphens."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}


def part(body: bytes, *, more: bool) -> dict[str, Any]:
    """Return a part of an answer's body."""
    return {"type": "http.response.body", "body": body, "more_body": more}


def ask(app: ASGIApp, request: Request) -> list[Response]:
    """Make a request; return what is handed over."""
    taken: list[Response] = []
    asyncio.run(in_process(app)(request, taken.append))
    return taken


def test_application_sees_a_request_like_any_other() -> None:
    """Path, query, headers, body and addresses are where a server puts them."""
    seen: dict[str, Any] = {}
    app = answering(start(204), part(b"", more=False), seen=seen)
    request = Request("PUT", "/a%20b/c?x=%2F&y", (("authorization", "Bearer t"),), b"{}")
    assert [response.status for response in ask(app, request)] == [204]
    assert (seen["type"], seen["method"], seen["scheme"]) == ("http", "PUT", "http")
    assert (seen["path"], seen["raw_path"], seen["query_string"]) == (
        "/a b/c",
        b"/a%20b/c",
        b"x=%2F&y",
    )
    headers = dict(seen["headers"])
    assert headers[b"host"] == b"127.0.0.1"
    assert headers[b"authorization"] == b"Bearer t"
    assert headers[b"content-length"] == b"2"
    assert seen["body"] == b"{}"
    assert seen["client"][0] == seen["server"][0] == "127.0.0.1"


def test_absolute_link_names_its_host() -> None:
    """Links that the server makes lead back to it."""
    seen: dict[str, Any] = {}
    app = answering(start(), part(b"", more=False), seen=seen)
    ask(app, Request("GET", "http://mock.example:8080/file?signature=x"))
    assert (seen["path"], dict(seen["headers"])[b"host"]) == ("/file", b"mock.example:8080")


PARTS = (
    start(content_length="6", ETag='"1"'),
    part(b"abc", more=True),
    part(b"def", more=True),
    part(b"", more=False),
)


def test_answer_comes_whole_unless_its_pieces_are_wanted() -> None:
    """The last piece says that it is."""
    (whole,) = ask(answering(*PARTS), Request("GET", "/"))
    assert (whole.body, whole.more, whole.headers["etag"]) == (b"abcdef", False, '"1"')
    pieces = ask(answering(*PARTS), Request("GET", "/", streamed=True))
    assert [(piece.body, piece.more) for piece in pieces] == [
        (b"abc", True),
        (b"def", True),
        (b"", False),
    ]


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ((), "before the answer was complete"),
        (PARTS[:1], "before the answer was complete"),
        (PARTS[:3], "before the answer was complete"),
        ((*PARTS[:2], part(b"", more=False)), "after 3 of 6 bytes"),
    ],
)
def test_short_answer_is_a_broken_connection(messages: Any, said: str) -> None:
    """An empty answer, a head alone, a body that stops; pieces that came stay taken."""
    taken: list[Response] = []
    send = in_process(answering(*messages))
    with pytest.raises(ConnectionResetError, match=said):
        asyncio.run(send(Request("GET", "/", streamed=True), taken.append))
    assert all(piece.more for piece in taken)


def test_application_that_breaks_the_connection_breaks_it() -> None:
    """As faults do."""

    async def app(*_: object) -> None:
        message = "reset by peer"
        raise ConnectionResetError(message)

    with pytest.raises(ConnectionResetError, match="reset by peer"):
        ask(app, Request("GET", "/"))
