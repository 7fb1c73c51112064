"""One request and its answer, as they pass: what the journal keeps and the faults look at."""

from typing import Any

from starlette.types import Scope, Send

from otakit.mockserver.domain.clock import Seconds, wall

EXCHANGE = "otakit.exchange"
"""Where an ASGI scope has the exchange that it belongs to."""

MAX_BODY = 1 << 16
"""Bytes of a body that are kept."""

Headers = list[tuple[bytes, bytes]]


class Exchange:
    """One request and its answer; written down without formatting, until somebody reads it.

    `operation` is the operation's id, `caller` the id of the device or user, `side` whose API it
    is: all are empty as long as nobody has found them out. `took` is in seconds of the wall clock.
    Of what `streams`, only the sizes are kept; a size of -1 is one that nobody knows. `faults` are
    the ids of those that struck; `sender` is what they have the answer sent with. Without an answer
    the status stays 0.
    """

    __slots__ = (
        "answer",
        "answer_headers",
        "answer_size",
        "began",
        "body",
        "body_size",
        "caller",
        "client",
        "faults",
        "headers",
        "is_over",
        "is_recorded",
        "method",
        "operation",
        "path",
        "query",
        "raw_path",
        "request_id",
        "scheme",
        "sender",
        "side",
        "status",
        "streams",
        "took",
        "universe_id",
    )

    def __init__(self, scope: Scope, request_id: bytes) -> None:
        """Begin with a request of which only the head has come."""
        self.method: str = scope.get("method", "GET")  # a websocket's scope has none
        self.scheme: str = scope["scheme"]
        self.path: str = scope["path"]
        self.raw_path: bytes = scope.get("raw_path") or self.path.encode()
        self.query: bytes = scope["query_string"]
        self.headers: Headers = scope["headers"]
        self.client: Any = scope.get("client")
        self.request_id = request_id
        self.began: Seconds = wall()
        self.took: Seconds = 0.0
        self.operation = self.side = self.universe_id = self.caller = ""
        self.body = b""
        self.body_size = -1
        self.status = 0
        self.answer_headers: Headers = []
        self.answer: list[bytes] = []
        self.answer_size = 0
        self.faults: tuple[str, ...] = ()
        self.sender: Send | None = None
        self.is_recorded = True
        self.is_over = False
        self.streams = False

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
