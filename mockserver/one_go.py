"""How an answer leaves: its head and its body together, where it is of one piece."""

from itertools import chain
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

_BODILESS = frozenset({204, 304})
_OF_THE_CONNECTION = frozenset({b"connection", b"transfer-encoding"})


class OneGo(RequestResponseCycle):
    """One request on a connection, and its answer.

    uvicorn writes head and body one after the other, each of which is a call of the kernel and a
    packet that wakes the client, and looks at each header by itself. Here the head waits for what
    follows (ASGI, Response Start: it must), and an answer of one piece is written at once. All
    other answers are left to uvicorn.
    """

    _start: Any = None

    async def send(self, message: Any) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            whole = self._whole(start, message)
            if whole is not None:
                self._send_whole(whole)
                return
            await super().send(start)
        await super().send(message)

    def leave(self) -> None:
        """Take the request for answered, as far as it is: a head that waits leaves."""
        if self._start is not None and not self.disconnected:
            self.transport.write(_head(self._start, self.default_headers) or b"")
        self.disconnected = True

    def _whole(self, start: Any, message: Any) -> bytes | None:
        """Return an answer's bytes, or None where it takes more than to write them."""
        if (
            message.get("more_body", False)
            or not self.keep_alive
            or self.disconnected
            or self.flow.write_paused
            or self.scope["method"] == "HEAD"
        ):
            return None
        body: bytes = message.get("body", b"")
        return _head(start, self.default_headers, body)

    def _send_whole(self, answer: bytes) -> None:
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(answer)
        self.message_event.set()
        self.on_response()


def _head(start: Any, defaults: Any, body: bytes | None = None) -> bytes | None:
    """Write the head of an answer, and the body where it is given.

    None for one that does not say how long it is, says something else, or has a header that only
    uvicorn may judge.
    """
    status = start["status"]
    pieces = [STATUS_LINE[status]]
    names, values = b"", b""
    length = 0 if status in _BODILESS else None
    for name, value in chain(defaults, start["headers"]):
        pieces += (name, b": ", value, b"\r\n")
        names += name
        values += value
        if name == b"content-length":
            length = int(value)
        elif name in _OF_THE_CONNECTION:
            return None
    if length is None or (body is not None and len(body) != length):
        return None
    if HEADER_RE.search(names) or HEADER_VALUE_RE.search(values) or names != names.lower():
        return None
    pieces += (b"\r\n", body or b"")
    return b"".join(pieces)
