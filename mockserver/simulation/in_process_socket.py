"""Devices' websockets within the server's own process: no connection, but the whole application."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from otakit.fixtures.device_socket import DeviceSocket
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.simulation.in_process import CLIENT, HOST, PORT

__all__ = ["HeldSocket"]

MOST_WAITING = 64
"""Messages of a device that wait for the server, before the server is made to wait."""

_UPGRADE = (
    (b"host", HOST.encode()),
    (b"user-agent", b"Go-http-client/1.1"),
    (b"connection", b"Upgrade"),
    (b"upgrade", b"websocket"),
    (b"sec-websocket-version", b"13"),
)

_LOG = logging.getLogger("otakit.simulation")


class HeldSocket:
    """One websocket; `socket` is the device's end, `over` says that it is closed, or was refused.

    `heard` is called whenever the device has heard something from the server.
    """

    def __init__(
        self, socket: DeviceSocket, now: Callable[[], Seconds], heard: Callable[[], None]
    ) -> None:
        """Prepare it; `run` opens it."""
        self.socket = socket
        self.over = False
        self._now = now
        self._heard = heard
        self._said: deque[bytes] = deque()
        self._asked = False
        self._stirred = asyncio.Event()
        self._taken = asyncio.Event()
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self, app: ASGIApp) -> None:
        """Hold it until either side closes it."""
        try:
            await app(_scope(self.socket), self._receive, self._send)
        except ConnectionError:
            pass  # a fault broke it
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the others go on
            _LOG.exception("the websocket of a simulated device ends")
        finally:
            self.leave()
            self._answered.set()
            self._ended.set()

    async def answered(self) -> None:
        """Wait until the server has accepted it, or refused."""
        await self._answered.wait()

    def leave(self) -> None:
        """Close it from the device's side, soon."""
        self.over = True
        self._stirred.set()
        self._taken.set()

    async def ended(self) -> None:
        """Wait until the server has taken notice that it is closed."""
        await self._ended.wait()

    async def _receive(self) -> Message:
        """Give the application the device's next message."""
        if not self._asked:
            self._asked = True
            return {"type": "websocket.connect"}
        while not self._said:
            if self.over:
                return {"type": "websocket.disconnect", "code": 1000, "reason": ""}
            self._stirred.clear()
            await self._stirred.wait()
        self._taken.set()
        return {"type": "websocket.receive", "bytes": self._said.popleft(), "text": None}

    async def _send(self, message: Message) -> None:
        """Take what the application sends."""
        if self.over:
            problem = "the device has closed its websocket"
            raise ConnectionResetError(problem)
        kind = message["type"]
        if kind == "websocket.accept":
            self.socket.opened()
            self._answered.set()
        elif kind == "websocket.send":
            await self._hear(message.get("bytes"))
        elif kind == "websocket.close":
            self.leave()

    async def _hear(self, frame: bytes | None) -> None:
        while len(self._said) > MOST_WAITING and not self.over:
            self._taken.clear()
            await self._taken.wait()
        self._said += self.socket.receive(frame or b"", self._now())
        self._stirred.set()
        self._heard()


def _scope(socket: DeviceSocket) -> Scope:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in socket.headers]
    extensions: dict[str, Any] = {"websocket.http.response": {}}
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": socket.target,
        "raw_path": socket.target.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*_UPGRADE, *headers],
        "server": (HOST, PORT),
        "client": CLIENT,
        "subprotocols": [],
        "extensions": extensions,
    }
