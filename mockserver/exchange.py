"""One request and its answer, as they pass: what the journal keeps and the faults look at."""

from typing import Any

from starlette.types import Scope

from otakit.mockserver.domain.clock import Seconds, wall

EXCHANGE = "otakit.exchange"
"""Where an ASGI scope has the exchange that it belongs to."""

MAX_BODY = 1 << 16
"""Bytes of a body that are kept."""

Headers = list[tuple[bytes, bytes]]


class Exchange:
    """One request and its answer; written down without formatting, until somebody reads it.

    `operation` is the operation's id, `caller` the id of the device or user, `side` whose it is:
    all are empty as long as nobody has found them out. `took` is in seconds of the wall clock.
    """

    __slots__ = (
        "answer",
        "answer_headers",
        "answer_size",
        "began",
        "body",
        "caller",
        "client",
        "faults",
        "headers",
        "is_recorded",
        "method",
        "operation",
        "path",
        "query",
        "request_id",
        "side",
        "status",
        "took",
        "universe_id",
    )

    def __init__(self, scope: Scope, request_id: bytes) -> None:
        """Begin with a request of which only the head has come."""
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: Headers = scope["headers"]
        self.client: Any = scope.get("client")
        self.request_id = request_id
        self.began: Seconds = wall()
        self.took: Seconds = 0.0
        self.operation = self.side = self.universe_id = self.caller = ""
        self.body = b""
        self.status = 0
        self.answer_headers: Headers = []
        self.answer: list[bytes] = []
        self.answer_size = 0
        self.faults: tuple[str, ...] = ()
        self.is_recorded = True

    def found(
        self, operation: str, side: str, universe_id: str, caller: str, body: bytes = b""
    ) -> None:
        """Learn what the request is about, and its body, which a stream's has not."""
        self.operation = operation
        self.side = side
        self.universe_id = universe_id
        self.caller = caller
        self.body = body if len(body) <= MAX_BODY else body[:MAX_BODY]

    def answered(self, status: int, headers: Headers) -> None:
        """Learn how the answer begins."""
        self.status = status
        self.answer_headers = headers

    def answered_with(self, chunk: bytes) -> None:
        """Learn of a part of the answer's body."""
        room = MAX_BODY - self.answer_size
        self.answer_size += len(chunk)
        if room > 0:
            self.answer.append(chunk if len(chunk) <= room else chunk[:room])

    def end(self) -> None:
        """Learn that this was all."""
        self.took = wall() - self.began
