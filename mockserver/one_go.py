"""How an answer leaves: its head and its body together, where it is of one piece."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

_BODILESS = frozenset({204, 304})
_OF_THE_CONNECTION = frozenset({b"connection", b"transfer-encoding"})

_BYTES = [bytes([number]) for number in range(256)]
_IN_NAMES = b"".join(b for b in _BYTES if not HEADER_RE.search(b) and b == b.lower())
_IN_VALUES = b"".join(b for b in _BYTES if not HEADER_VALUE_RE.search(b))
"""What uvicorn lets pass as it is; to take it away from a text is quicker than to search that."""


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
    headers = [*defaults, *start["headers"]]
    known = dict(headers)
    length = known.get(b"content-length", b"0" if status in _BODILESS else None)
    if length is None or not _OF_THE_CONNECTION.isdisjoint(known):
        return None
    if body is not None and len(body) != int(length):
        return None
    values = b"".join([value for _, value in headers])
    if b"".join(known).translate(None, _IN_NAMES) or values.translate(None, _IN_VALUES):
        return None
    pieces = [STATUS_LINE[status]]
    for name, value in headers:
        pieces += (name, b": ", value, b"\r\n")
    pieces += (b"\r\n", body or b"")
    return b"".join(pieces)
