"""Senders that do something to the body of the answer that passes through them."""

import math

from starlette.types import Message, Scope, Send

from otakit.mockserver.faults.faults import Strike
from otakit.mockserver.faults.plan import MAX_PAUSE
from otakit.mockserver.wire import HungUp, pause

_BODILESS = frozenset({204, 304})

STEPS = 10
"""Pieces that a throttled body goes out in, each second."""


class Harmed:
    """Passes an answer on, and has `harm` do what is to be done to its body.

    An answer whose length is not announced is held back until it is whole; one without a body is
    left alone.
    """

    whole = False
    """Whether to wait for all of the body, whatever is announced."""

    def __init__(self, strike: Strike, send: Send) -> None:
        """Stand before a sender."""
        self._strike = strike
        self.send = send
        self._passing = False
        self._held: Message | None = None
        self._chunks: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._passing:
            await self.send(message)
        elif self._held is None:
            await self.harm(message.get("body", b""), more=message.get("more_body", False))
        else:
            self._chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._release(self._held)

    def prepare(self, start: Message, length: int) -> None:
        """Get ready for a body of this length; `start` may be changed."""

    async def harm(self, chunk: bytes, *, more: bool) -> None:
        """Send a part of the body as it is to be; `more` says whether others follow."""
        raise NotImplementedError

    def concerns(self, start: Message) -> bool:
        """Say whether there is anything to be done to this answer."""
        if self._strike.exchange.method == "HEAD" or start["status"] in _BODILESS:
            return False
        return header(start, b"content-length") != b"0"

    async def _begin(self, start: Message) -> None:
        length = header(start, b"content-length")
        self._passing = not self.concerns(start)
        if self._passing:
            self._strike.spare()
        elif length is None or self.whole:
            self._held = start
            return
        else:
            self.prepare(start, int(length))
        await self.send(start)

    async def _release(self, start: Message) -> None:
        self._held = None
        body = b"".join(self._chunks)
        self.prepare(start, len(body))
        await self.send(start)
        await self.harm(body, more=False)


class Truncated(Harmed):
    """Ends the connection within the body; its whole length stays announced."""

    def __init__(self, strike: Strike, send: Send, at: float) -> None:
        """End it when so many percent are sent."""
        super().__init__(strike, send)
        self._at = at
        self._left = 0

    def prepare(self, start: Message, length: int) -> None:
        """Find the place."""
        del start
        self._left = min(int(length * self._at / 100), length - 1)

    async def harm(self, chunk: bytes, *, more: bool) -> None:
        """Send what comes before the place."""
        del more
        if self._left:
            sent = chunk[: self._left]
            self._left -= len(sent)
            await self.send({"type": "http.response.body", "body": sent, "more_body": True})
        if not self._left:
            raise HungUp


class Corrupted(Harmed):
    """Sends one byte of the body with all its bits turned."""

    def __init__(self, strike: Strike, send: Send, at: float) -> None:
        """Choose the byte by how many percent of the body come before it."""
        super().__init__(strike, send)
        self._at = at
        self._place = 0

    def prepare(self, start: Message, length: int) -> None:
        """Find the byte."""
        del start
        self._place = max(0, min(int(length * self._at / 100), length - 1))

    async def harm(self, chunk: bytes, *, more: bool) -> None:
        """Turn the byte where it is in this part."""
        if 0 <= self._place < len(chunk):
            turned = bytearray(chunk)
            turned[self._place] ^= 0xFF
            chunk = bytes(turned)
        self._place -= len(chunk)
        await self.send({"type": "http.response.body", "body": chunk, "more_body": more})


class Throttled(Harmed):
    """Sends the body piece by piece, for five minutes at most; then the rest."""

    def __init__(self, strike: Strike, send: Send, rate: int, scope: Scope) -> None:
        """Send so many bytes in a second."""
        super().__init__(strike, send)
        self._rate = rate
        self._scope = scope
        self._spent = 0.0

    async def harm(self, chunk: bytes, *, more: bool) -> None:
        """Wait, send a piece, go on."""
        piece = math.ceil(self._rate / STEPS)
        if not self._spent:  # the head is not slow; it would wait for what follows
            await self.send({"type": "http.response.body", "body": b"", "more_body": True})
        while chunk and self._spent < MAX_PAUSE:
            sent, chunk = chunk[:piece], chunk[piece:]
            wait = min(len(sent) / self._rate, MAX_PAUSE - self._spent)
            await pause(self._scope, wait)
            self._spent += wait
            await self.send({"type": "http.response.body", "body": sent, "more_body": True})
        await self.send({"type": "http.response.body", "body": chunk, "more_body": more})


class MalformedJson(Harmed):
    """Sends the first half of a JSON body as if it were all."""

    whole = True

    def __init__(self, strike: Strike, send: Send) -> None:
        """Begin without any part."""
        super().__init__(strike, send)
        self._half = 0

    def concerns(self, start: Message) -> bool:
        """Only JSON can be malformed."""
        kind = header(start, b"content-type") or b""
        return super().concerns(start) and kind.partition(b";")[0].strip() == b"application/json"

    def prepare(self, start: Message, length: int) -> None:
        """Announce half of the length."""
        self._half = length // 2
        others = [(n, v) for n, v in start["headers"] if n != b"content-length"]
        start["headers"] = [(b"content-length", b"%d" % self._half), *others]

    async def harm(self, chunk: bytes, *, more: bool) -> None:
        """Send the half: no half of an object, a list or a text is JSON."""
        half = chunk[: self._half]
        await self.send({"type": "http.response.body", "body": half, "more_body": more})


def header(start: Message, name: bytes) -> bytes | None:
    """Return a header of an answer that begins, or None."""
    return next((value for given, value in start["headers"] if given == name), None)
