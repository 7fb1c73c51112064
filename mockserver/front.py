"""The server's front: the request id of every answer, and every error in its documented shape.

Reference, Error: the request id is the one in the X-MEN-RequestID header.
"""

import asyncio
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.exchange import EXCHANGE, Exchange, begin
from otakit.mockserver.problems import Refused, problem
from otakit.mockserver.wire import HungUp, hang_up

HEADER = b"x-men-requestid"
MAX_LENGTH = 256

SWITCHING_PROTOCOLS = 101
"""What a handshake is answered with that is accepted."""

_VARY = (b"vary", b"Origin")
"""What CORS says where there is an origin: a cache must not give this answer to another one."""


def _stopping() -> Refused:
    return Refused(503, "the server stops: send the request again once it runs")


class Front:
    """Outermost of the middlewares that know the product."""

    def __init__(self, app: ASGIApp, *, ids: Ids, record: Callable[[Exchange], None]) -> None:
        """Wrap an application.

        `ids` makes the request ids that clients do not bring; `record` gets each exchange at its
        end.
        """
        self.app = app
        self._ids = ids
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await self._handshake(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = self._request_id(headers)
        added = [(HEADER, request_id)] if b"origin" in headers else [(HEADER, request_id), _VARY]
        exchange = scope[EXCHANGE] = begin(scope, request_id)
        scope["app"] = self  # so Starlette's routers raise their 404 and 405, to be shaped here

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
                exchange.answered(message["status"], message["headers"])
            else:
                exchange.answered_with(message.get("body", b""))
                if not message.get("more_body", False):
                    self._end(exchange)  # first: who has an answer finds it written down
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except HungUp as how:
            hang_up(scope, how)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - it is answered
            try:
                await _make_up(error, exchange, send_with_id)
            except HungUp as how:
                hang_up(scope, how)
        finally:
            self._end(exchange)

    async def _handshake(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket; what goes wrong before it is one gets an HTTP status."""
        request_id = self._request_id(dict(scope["headers"]))
        added = [(HEADER, request_id)]
        exchange = scope[EXCHANGE] = begin(scope, request_id)
        accepted = False

        async def send_with_id(message: Message) -> None:
            nonlocal accepted
            if message["type"] == "websocket.accept":
                accepted = True
                message["headers"] = [*message.get("headers", ()), *added]
                exchange.answered(SWITCHING_PROTOCOLS, message["headers"])
                self._end(exchange)  # it may stay open for days
            elif message["type"] == "websocket.close" and not accepted:
                raise HTTPException(404)  # Starlette's way to say that it has no such route
            await send(message)

        async def deny(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
                exchange.answered(message["status"], message["headers"])
            else:
                exchange.answered_with(message.get("body", b""))
                self._end(exchange)
            await send({**message, "type": f"websocket.{message['type']}"})

        try:
            await self.app(scope, receive, send_with_id)
        except HungUp as how:
            self._end(exchange)
            hang_up(scope, how)
        except Exception as error:
            if accepted:
                raise
            await problem(error, request_id.decode("latin-1")).send(deny)

    def _end(self, exchange: Exchange) -> None:
        if not exchange.is_over:
            exchange.end()
            self._record(exchange)

    def _request_id(self, headers: dict[bytes, bytes]) -> bytes:
        """Return the id that the client brought, or a new one."""
        return headers.get(HEADER, b"")[:MAX_LENGTH] or self._ids.uuid().encode()


async def _make_up(error: BaseException, exchange: Exchange, send: Send) -> None:
    """Make an answer of what went wrong before there was one."""
    request_id = exchange.request_id.decode("latin-1")
    if isinstance(error, Exception):
        if exchange.status:
            raise error
        await problem(error, request_id).send(exchange.sender or send)
    elif not exchange.status:  # cancelled: the server stops, and has waited long enough
        await problem(_stopping(), request_id).send(send)
