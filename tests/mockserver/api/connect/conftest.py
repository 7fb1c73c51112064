"""Devices and users who hold websockets, played by the tests."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SHELL, FILES, FORWARD, CLIENT, CONTROL = 1, 2, 3, 4, 0xFFFF
TIMEOUT = 20


def int64(number: int) -> msgspec.Raw:
    """Encode an offset as mender-connect does, in eight bytes."""
    return msgspec.Raw(b"\xd3" + number.to_bytes(8, "big"))


class Socket:
    """One end of a websocket."""

    def __init__(self, connection: ClientConnection) -> None:
        """Take a connection that is open."""
        self.connection = connection

    def say(self, proto: int, typ: str, *, sid: str = "", body: Any = None, **props: Any) -> None:
        """Send a message."""
        header = {"proto": proto, "typ": typ, "sid": sid, "props": props}
        sent = {"hdr": {name: value for name, value in header.items() if value or name == "proto"}}
        if body is not None:
            sent["body"] = body
        self.connection.send(msgspec.msgpack.encode(sent))

    def hear(self) -> dict[str, Any]:
        """Wait for the next message and return it, flat: proto, typ, sid, props, body."""
        raw = self.connection.recv(timeout=TIMEOUT)
        assert isinstance(raw, bytes)
        heard = msgspec.msgpack.decode(raw)
        return {**heard.pop("hdr"), **heard, "raw": raw}

    def expect(self, proto: int, typ: str) -> dict[str, Any]:
        """Wait for the next message, which has to be of that kind."""
        heard = self.hear()
        assert (heard["proto"], heard["typ"]) == (proto, typ)
        return heard

    def end(self) -> tuple[int, str]:
        """Wait until the other side closes; return code and reason. Nothing else may come."""
        with pytest.raises(ConnectionClosed) as closed:
            self.connection.recv(timeout=TIMEOUT)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason

    def close(self) -> None:
        """Leave politely."""
        self.connection.close()

    def vanish(self) -> None:
        """Leave without a word."""
        self.connection.socket.shutdown(2)

    def accept(self, *protocols: int) -> str:
        """Answer the handshake of a file transfer; return its session."""
        asked = self.expect(CONTROL, "open")
        assert msgspec.msgpack.decode(asked["body"]) == {"versions": [1]}
        body = msgspec.msgpack.encode({"version": 1, "protocols": protocols or (1, 2, 3, 4)})
        self.say(CONTROL, "accept", sid=asked["sid"], body=body)
        return str(asked["sid"])


@pytest.fixture
def open_socket(server: Any) -> Iterator[Callable[..., Socket]]:
    """Return a function that opens a websocket on a path of the server."""
    with ExitStack() as stack:

        def open_one(path: str, headers: dict[str, str]) -> Socket:
            url = server.url.replace("http", "ws", 1) + path
            connection = connect(
                url, additional_headers=headers, compression=None, max_size=16 << 20
            )
            return Socket(stack.enter_context(connection))

        yield open_one


@pytest.fixture
def connect_device(open_socket: Callable[..., Socket]) -> Callable[..., Socket]:
    """Return a function that connects a device."""

    def opened(device: Any, headers: dict[str, str] | None = None) -> Socket:
        known = {"Authorization": device.http.headers["authorization"], **(headers or {})}
        return open_socket("/api/devices/v1/deviceconnect/connect", known)

    return opened


@pytest.fixture
def online(device: Any, connect_device: Callable[..., Socket]) -> Socket:
    """Return the socket of `device`."""
    return connect_device(device)


@pytest.fixture
def connect_user(
    open_socket: Callable[..., Socket], management: httpx.Client
) -> Callable[..., Socket]:
    """Return a function that opens a user's session on a device."""

    def opened(device: Any, headers: dict[str, str] | None = None) -> Socket:
        known = {"Authorization": management.headers["authorization"]}
        path = f"/api/management/v1/deviceconnect/devices/{device.id}/connect"
        return open_socket(path, known if headers is None else headers)

    return opened


@pytest.fixture
def until_status(management: httpx.Client) -> Callable[[Any, str], None]:
    """Return a function that waits until a device has a connection status."""

    def wait(device: Any, status: str) -> None:
        deadline = time.monotonic() + TIMEOUT
        path = f"v1/deviceconnect/devices/{device.id}"
        while (shown := management.get(path).json())["status"] != status:
            assert time.monotonic() < deadline, shown
            time.sleep(0.01)

    return wait


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., "Future[Any]"]]:
    """Return a function that runs another one while the test plays the device."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit
