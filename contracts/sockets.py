"""Websockets to the target: their handshakes are exchanges like any other request."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import httpx
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect

from otakit.contracts.backend import Backend
from otakit.contracts.connection import USER_AGENT
from otakit.contracts.errors import NoAnswer
from otakit.contracts.exchange import Exchange
from otakit.fixtures.socket_messages import BadMessage, Message, pack, read

DEVICE = "/api/devices/v1/deviceconnect/connect"

SWITCHED = 101


class Socket:
    """One handshake and, where it led to one, the websocket; `answer` is the handshake."""

    def __init__(self, answer: Exchange, connection: ClientConnection | None) -> None:
        """Hold what came of a handshake."""
        self.answer = answer
        self._connection = connection

    def send(self, said: Message) -> None:
        """Send a message; one that the other end does not take any more is lost."""
        self.send_frame(pack(said))

    def send_frame(self, frame: bytes) -> None:
        """Send a frame as it is."""
        if self._connection is not None:
            try:
                self._connection.send(frame)
            except ConnectionClosed:
                return

    def frame(self, seconds: float) -> bytes | None:
        """Return the next frame; None if the time is over, or the websocket is closed."""
        if self._connection is None:
            return None
        try:
            found = self._connection.recv(timeout=seconds)
        except (TimeoutError, ConnectionClosed):
            return None
        return found if isinstance(found, bytes) else found.encode()

    def message(self, proto: int, typ: str, seconds: float) -> Message | None:
        """Return the next message of a kind, and drop what comes before it; None as above."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            frame = self.frame(left)
            if frame is None:
                return None
            try:
                said = read(frame)
            except BadMessage:
                continue
            if said.kind == (proto, typ):
                return said
        return None


@contextmanager
def opened(backend: Backend, path: str, headers: Mapping[str, str]) -> Iterator[Socket]:
    """Ask for a websocket, and close it at the end; raises NoAnswer where nobody answers."""
    with ExitStack() as stack:
        yield _handshake(backend, path, headers, stack)


def _handshake(backend: Backend, path: str, headers: Mapping[str, str], stack: ExitStack) -> Socket:
    target = backend.target
    url = f"{target.base}{path}"
    began = time.monotonic()
    connection: ClientConnection | None = None
    try:
        asked = connect(
            f"ws{url.removeprefix('http')}",
            additional_headers=dict(headers),
            user_agent_header=USER_AGENT,
            ssl=target.trust() if url.startswith("https:") else None,
            open_timeout=target.timeout,
            close_timeout=1.0,
        )
        connection = stack.enter_context(asked)
        found = connection.response
    except InvalidStatus as refused:
        found = refused.response
    except (OSError, InvalidHandshake, WebSocketException) as error:
        message = f"GET {path}: no websocket, and no refusal either: {error}"
        raise NoAnswer(message) from None
    if found is None:
        message = f"GET {path}: no answer"
        raise NoAnswer(message)
    request = httpx.Request("GET", url, headers={**headers, "Upgrade": "websocket"})
    body = bytes(found.body or b"") if connection is None else b""
    response = httpx.Response(
        found.status_code, headers=list(found.headers.raw_items()), content=body, request=request
    )
    operation = backend.documents.find("GET", path)
    violations = backend.documents.violations(operation, request, response) if operation else ()
    answer = Exchange(
        request=request,
        response=response,
        seconds=time.monotonic() - began,
        operation=operation,
        violations=violations,
    )
    backend.heard(answer)
    return Socket(answer, connection)
