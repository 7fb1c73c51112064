"""One request and its answer, as they pass: what the journal keeps and the faults look at."""

from typing import Any

from msgspec import Struct
from starlette.types import Scope, Send

from otakit.mockserver.domain.clock import Seconds, wall

EXCHANGE = "otakit.exchange"
"""Where an ASGI scope has the exchange that it belongs to."""

MAX_BODY = 1 << 16
"""Bytes of a body that are kept."""

Headers = list[tuple[bytes, bytes]]


class Exchange(Struct, gc=False):
    """One request and its answer; written down without formatting, until somebody reads it.

    `operation` is the operation's id, `caller` the id of the device or user, `side` whose API it
    is: all are empty as long as nobody has found them out. `took` is in seconds of the wall clock.
    Of what `streams`, only the sizes are kept; a size of -1 is one that nobody knows. `faults` are
    the ids of those that struck; `sender` is what they have the answer sent with. Without an answer
    the status stays 0. There is one for each request, and journals keep many: so it is made and
    collected without Python's help.
    """

    method: str
    scheme: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    client: Any
    request_id: bytes
    began: Seconds
    took: Seconds = 0.0
    operation: str = ""
    side: str = ""
    universe_id: str = ""
    caller: str = ""
    body: bytes = b""
    body_size: int = -1
    status: int = 0
    answer_headers: Headers = []
    answer: list[bytes] = []
    answer_size: int = 0
    faults: tuple[str, ...] = ()
    sender: Send | None = None
    is_recorded: bool = True
    is_over: bool = False
    streams: bool = False

    def aims_at(self, operation: str, side: str) -> None:
        """Learn what the request is about."""
        self.operation = operation
        self.side = side

    def comes_from(self, universe_id: str, caller: str) -> None:
        """Learn whose request it is."""
        self.universe_id = universe_id
        self.caller = caller

    def received(self, body: bytes) -> None:
        """Learn the request's body."""
        self.body_size = len(body)
        self.body = body if self.body_size <= MAX_BODY else body[:MAX_BODY]

    def answered(self, status: int, headers: Headers) -> None:
        """Learn how the answer begins."""
        self.status = status
        self.answer_headers = headers

    def answered_with(self, chunk: bytes) -> None:
        """Learn of a part of the answer's body."""
        room = MAX_BODY - self.answer_size
        self.answer_size += len(chunk)
        if room > 0 and chunk and not self.streams:
            self.answer.append(chunk if len(chunk) <= room else chunk[:room])

    def end(self) -> None:
        """Learn that this was all."""
        self.took = wall() - self.began
        self.is_over = True
        self.sender = None  # it holds on to the whole request


def begin(scope: Scope, request_id: bytes) -> Exchange:
    """Begin with a request of which only the head has come."""
    return Exchange(
        scope.get("method", "GET"),  # a websocket's scope has none
        scope["scheme"],
        path := scope["path"],
        scope.get("raw_path") or path.encode(),
        scope["query_string"],
        scope["headers"],
        scope.get("client"),
        request_id,
        wall(),
    )


def header(scope: Scope, name: bytes) -> bytes:
    """Return a request's header, the first of that name; empty where there is none."""
    for known, value in scope["headers"]:
        if known == name:
            found: bytes = value
            return found
    return b""
