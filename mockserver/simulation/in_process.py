"""Requests to the server from within its own process: no socket, but the whole way through it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message, Scope

from otakit.fixtures.device_requests import Request, Response

__all__ = ["Send", "in_process"]

Send = Callable[[Request, Callable[[Response], None]], Coroutine[Any, Any, None]]
"""Makes a request and hands over the answer, in pieces where the request is streamed.

Raises ConnectionError where the connection breaks before the answer is complete.
"""

HOST, PORT = "127.0.0.1", 80
CLIENT = ("127.0.0.1", 0)


def in_process(app: ASGIApp) -> Send:
    """Return what makes requests to this application as if they came from this machine."""

    async def send(request: Request, take: Callable[[Response], None]) -> None:
        answer = _Incoming(request, take)
        await app(_scope(request), answer.receive, answer.send)
        answer.end()

    return send


class _Incoming:
    """One request on its way into an application, and its answer on the way out."""

    def __init__(self, request: Request, take: Callable[[Response], None]) -> None:
        self._request = request
        self._take = take
        self._asked = False
        self._status = 0
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._size = 0
        self._complete = False

    async def receive(self) -> Message:
        """Give the application the request's body, once."""
        if self._asked:  # a client that stays does not disconnect
            await asyncio.get_running_loop().create_future()
        self._asked = True
        return {"type": "http.request", "body": self._request.body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take a part of the answer from the application."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in message["headers"]
            }
        elif message["type"] == "http.response.body":
            body = bytes(message.get("body", b""))
            self._size += len(body)
            self._complete = not message.get("more_body", False)
            if self._request.streamed and not self._complete:
                self._take(Response(self._status, self._headers, body, more=True))
            else:
                self._pieces.append(body)

    def end(self) -> None:
        """Hand over the rest; raises ConnectionResetError where the answer is short."""
        promised = self._headers.get("content-length")
        if not self._complete:
            message = "the connection was closed before the answer was complete"
            raise ConnectionResetError(message)
        if promised is not None and promised != str(self._size):
            message = f"the connection was closed after {self._size} of {promised} bytes"
            raise ConnectionResetError(message)
        self._take(Response(self._status, self._headers, b"".join(self._pieces)))


def _scope(request: Request) -> Scope:
    target = urlsplit(request.target)
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers]
    if request.body:
        headers.append((b"content-length", str(len(request.body)).encode()))
    host = target.netloc or HOST
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(target.path),
        "raw_path": target.path.encode(),
        "query_string": target.query.encode(),
        "root_path": "",
        "headers": [(b"host", host.encode()), (b"user-agent", b"Go-http-client/1.1"), *headers],
        "server": (HOST, PORT),
        "client": CLIENT,
    }
