"""How uvicorn listens: the options that our own sockets need, wherever a server is started."""

import asyncio
import base64
import binascii
import socket
import struct
from typing import Any
from weakref import ref

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from otakit.mockserver.at_once import AtOnce
from otakit.mockserver.one_go import OneGo
from otakit.mockserver.wire import WIRE

MAX_MESSAGE = 8 << 20
MAX_HEAD = 1 << 20
"""Bytes of a request's head, as in Go, which the real server is written in."""

PING_INTERVAL = PING_TIMEOUT = 30.0
"""Seconds, section 8.1 of the server facts: a peer that is silent for a minute is gone."""


class Listener(AtOnce):
    """Takes a broken websocket handshake for the plain request that it is.

    So it gets the documented error object from its operation, not a line of text from a library.
    It also hangs up on a request whose head does not end.
    """

    _in_head = False
    _head = 0  # bytes received of a head that is not complete

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin before there is a connection."""
        super().__init__(*args, **kwargs)
        self.ended = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the client has gone."""
        self.ended.set()
        super().connection_lost(exc)

    def leave(self, request: "ref[OneGo]", *, reset: bool) -> None:
        """End the connection, and take a request on it for answered."""
        if (cycle := request()) is not None:
            cycle.leave()
        _end(self.transport, reset=reset, at_once=self.ended.is_set())

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived."""
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > MAX_HEAD and not self.transport.is_closing():
                self.send_400_response(f"The request's head has over {MAX_HEAD} bytes.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_headers_complete(self) -> None:
        """Go on to a request's body."""
        self._in_head = False
        super().on_headers_complete()
        if self.cycle is not None:  # as it is before a handshake
            self.cycle.__class__ = OneGo  # uvicorn does not ask of which class it shall be
            scope: Any = self.scope
            scope["extensions"] = {WIRE: (self, ref(self.cycle))}  # which has the scope: no circle

    def shutdown(self) -> None:
        """End with the server: an idle client of TLS may never say that it is done, too."""
        self.ended.set()
        super().shutdown()
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            self.transport.abort()

    def _should_upgrade(self) -> bool:
        return super()._should_upgrade() and self._is_handshake()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the answer does."""

    def _is_handshake(self) -> bool:
        """Say whether a request is a handshake by RFC 6455, 4.2.1."""
        headers = {bytes(name).lower(): bytes(value) for name, value in self.headers}
        try:
            key = base64.b64decode(headers.get(b"sec-websocket-key", b"").strip(), validate=True)
        except binascii.Error:
            return False
        return (
            self.scope["method"] == "GET"
            and len(key) == 16  # noqa: PLR2004 - the RFC's own number
            and headers.get(b"sec-websocket-version", b"").strip() == b"13"
        )


class Protocol(ServerProtocol):
    """RFC 6455's rules, but for one: `protomsg/msgpack`, which devices offer, is no token."""

    def process_subprotocol(self, headers: Headers) -> Subprotocol | None:
        """Leave the choice to the application."""
        del headers
        return None


class Sockets(WebSocketsSansIOProtocol):
    """One websocket."""

    def __init__(self, config: uvicorn.Config, *args: Any, **kwargs: Any) -> None:
        """Begin before the handshake."""
        super().__init__(config, *args, **kwargs)
        self.conn = Protocol(max_size=config.ws_max_size, logger=self.logger)
        self.ended = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the client has gone."""
        self.ended.set()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Learn that the server stops."""
        self.ended.set()
        super().shutdown()

    def leave(self, request: Any, *, reset: bool) -> None:
        """End the connection, and take its handshake for answered."""
        del request
        self.handshake_complete = True
        _end(self.transport, reset=reset, at_once=self.ended.is_set())

    def handle_connect(self, event: Request) -> None:
        """Take a handshake in."""
        super().handle_connect(event)
        if not self.close_sent:
            scope: Any = self.scope
            scope["extensions"][WIRE] = (self, self)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; what calls itself text and is none ends the connection (1007).

        uvicorn does the same, and logs a traceback of it.
        """
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(CloseCode.INVALID_DATA)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    async def send(self, message: Any) -> None:
        """Send an ASGI message."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # else uvicorn logs an error for each refusal


def _end(transport: asyncio.Transport, *, reset: bool, at_once: bool) -> None:
    """Close a connection, after what was sent, or with a reset (RST).

    `at_once` does not wait for a client of TLS to say that it is done, too.
    """
    if not reset and not at_once:
        transport.close()
        return
    sock = transport.get_extra_info("socket")
    if reset and sock is not None:
        # To linger for no time is to reset (POSIX, SO_LINGER).
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def options() -> dict[str, Any]:
    """Return what to pass to `uvicorn.Config` for a server of this application."""
    return {
        "http": Listener,
        "proxy_headers": False,  # the edge has them
        "ws": Sockets,
        "ws_max_size": MAX_MESSAGE,
        "ws_ping_interval": PING_INTERVAL,
        "ws_ping_timeout": PING_TIMEOUT,
        "ws_per_message_deflate": False,
    }
