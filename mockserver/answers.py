"""What the server sends back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from anyio.lowlevel import checkpoint
from starlette.types import Send

from otakit.mockserver.wire import in_a_task

Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"

encode = msgspec.json.Encoder().encode
"""Write any JSON value as bytes."""


@dataclass(slots=True)
class Answer:
    """One HTTP answer: status, body (empty: none) and headers besides length and type."""

    status: int
    body: bytes = b""
    content_type: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()

    async def send(self, send: Send) -> None:
        """Send it over ASGI."""
        headers: Headers = [(b"content-length", b"%d" % len(self.body))]
        if self.status == NO_CONTENT:
            headers.clear()  # RFC 9110, 8.6: no Content-Length in a 204
        if self.content_type:
            headers.append((b"content-type", self.content_type))
        headers.extend(self.headers)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(slots=True)
class StreamedAnswer(Answer):
    """An answer whose body is made while it is sent, chunk by chunk; HTTP/1.1 says so itself.

    The chunks are taken in one go with other requests in between: what they are made of must not
    be what those may change.
    """

    chunks: Iterable[bytes] = ()

    async def send(self, send: Send) -> None:
        """Send it over ASGI."""
        await in_a_task()
        headers: Headers = [(b"content-type", self.content_type), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for chunk in self.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await checkpoint()  # so that a long answer keeps nobody waiting
        await send({"type": "http.response.body", "body": b""})


OK, CREATED, ACCEPTED, NO_CONTENT = 200, 201, 202, 204


def json_answer(
    value: Any, status: int = OK, headers: Sequence[tuple[bytes, bytes]] = ()
) -> Answer:
    """Answer with a JSON value."""
    return Answer(status, encode(value), JSON, headers)


def empty(status: int = NO_CONTENT, headers: Sequence[tuple[bytes, bytes]] = ()) -> Answer:
    """Answer without content."""
    return Answer(status, b"", b"", headers)


def created(location: str) -> Answer:
    """Answer that something was created, and where it is."""
    return Answer(CREATED, b"", b"", ((b"location", header_text(location)),))


def header_text(text: str) -> bytes:
    """Write a header's value; what ASCII does not have is left out of it."""
    return text.encode("ascii", "ignore").replace(b"\r", b"").replace(b"\n", b"")
