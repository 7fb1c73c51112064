"""Devices and users who hold websockets, played by the tests."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from ota_support.sockets import TIMEOUT, Socket
from ota_support.sockets import open_socket as opened


@pytest.fixture
def open_socket(server: Any) -> Iterator[Callable[..., Socket]]:
    """Return a function that opens a websocket on a path of the server."""
    with ExitStack() as stack:

        def open_one(path: str, headers: dict[str, str]) -> Socket:
            return stack.enter_context(opened(server.url, path, headers))

        yield open_one


@pytest.fixture
def connect_device(open_socket: Callable[..., Socket]) -> Callable[..., Socket]:
    """Return a function that connects a device."""

    def go(device: Any, headers: dict[str, str] | None = None) -> Socket:
        known = {"Authorization": device.http.headers["authorization"], **(headers or {})}
        return open_socket("/api/devices/v1/deviceconnect/connect", known)

    return go


@pytest.fixture
def online(device: Any, connect_device: Callable[..., Socket]) -> Socket:
    """Return the socket of `device`."""
    return connect_device(device)


@pytest.fixture
def connect_user(
    open_socket: Callable[..., Socket], management: httpx.Client
) -> Callable[..., Socket]:
    """Return a function that opens a user's session on a device."""

    def go(device: Any, headers: dict[str, str] | None = None) -> Socket:
        known = {"Authorization": management.headers["authorization"]}
        path = f"/api/management/v1/deviceconnect/devices/{device.id}/connect"
        return open_socket(path, known if headers is None else headers)

    return go


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
