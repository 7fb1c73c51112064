"""A line on standard error for each request, for people or for programs; without secrets."""

import sys
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.clock import Seconds, rfc3339, wall
from otakit.mockserver.exchange import EXCHANGE, Exchange
from otakit.mockserver.front import HEADER
from otakit.mockserver.journal.secrecy import safe_query
from otakit.mockserver.settings import JSON_LOG

_STARTS = {"http.response.start", "websocket.http.response.start"}


class RequestLog:
    """Outermost of all, so that it sees what CORS answers by itself; stands there only if wanted.

    Its times are the wall clock's. A request is written down at its end; a websocket when it is
    opened or refused.
    """

    def __init__(self, app: ASGIApp, *, log_format: str) -> None:
        """Stand before an application, and write `text` or `json`."""
        self.app = app
        self._line = _json if log_format == JSON_LOG else _text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        began = wall()
        status, request_id = 0, ""

        async def send_on(message: Message) -> None:
            nonlocal status, request_id
            accepts = message["type"] == "websocket.accept"
            if accepts or message["type"] in _STARTS:
                status = 101 if accepts else message["status"]
                request_id = _value(message.get("headers", ()), HEADER)
            await send(message)
            if accepts:
                self._write(scope, began, status, request_id)

        try:
            await self.app(scope, receive, send_on)
        finally:
            if status != 101:  # noqa: PLR2004 - an open websocket, written down already
                self._write(scope, began, status, request_id)

    def _write(self, scope: Scope, began: Seconds, status: int, request_id: str) -> None:
        exchange: Exchange | None = scope.get(EXCHANGE)
        about = {
            "time": rfc3339(began),
            "method": scope.get("method", "GET"),
            "path": _path(scope),
            "status": status,
            "ms": round((wall() - began) * 1000, 1),
            "request_id": request_id,
            "operation": exchange.operation if exchange else "",
            "universe": exchange.universe_id if exchange else "",
        }
        with suppress(OSError):  # nobody reads any more: the request is served all the same
            sys.stderr.write(f"{self._line(about)}\n")


def _path(scope: Scope) -> str:
    """Return a request's path and query as they were sent, what opens something left out."""
    path: str = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{safe_query(query)}" if query else path


def _value(headers: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def _text(about: dict[str, Any]) -> str:
    """Write a line for people: columns, in which what is not known is a dash."""
    shown = (
        f"{about['time']} {about['status'] or '-'} {about['method']} {about['path']}"
        f" {about['ms']}ms {about['operation'] or '-'} {about['universe'] or '-'}"
        f" {about['request_id'] or '-'}"
    )
    return "".join(char if char.isprintable() else "?" for char in shown)


def _json(about: dict[str, Any]) -> str:
    """Write a line for programs: all names are in each, null where something is not known."""
    return encode({name: value or None for name, value in about.items()}).decode()
