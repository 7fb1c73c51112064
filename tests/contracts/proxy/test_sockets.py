"""Websockets through the proxy."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from ota_support.device import Device
from ota_support.proxies import RunningProxy, lines
from ota_support.server import NO_TLS
from ota_support.sockets import obliging, open_socket

CONNECT = "/api/devices/v1/deviceconnect/connect"
TIMEOUT = 20
LONG = b"x" * 900_000


@pytest.fixture
def proxy(server: Any, start_proxy: Callable[..., RunningProxy]) -> RunningProxy:
    """Return a proxy before the mock."""
    return start_proxy(server.url)


@pytest.fixture
def device(server: Any) -> Iterator[Device]:
    """Return a device that is let in."""
    with (
        httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS) as http,
        server.management() as management,
    ):
        device = Device(http, 1)
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        made = management.post("v2/devauth/devices", json=asked)
        device.id = made.headers["location"].rpartition("/")[2]
        assert device.authenticate().status_code == 200
        yield device


def terminal(device: Device) -> str:
    """Return where a user reaches a device's shell."""
    return f"/api/management/v1/deviceconnect/devices/{device.id}/connect"


def test_terminal_works(server: Any, proxy: RunningProxy, device: Device) -> None:
    """Device and user are both behind the proxy; a page's origin is the proxy's."""
    headers = {"Authorization": f"Bearer {server.login()}", "Origin": proxy.url}
    with (
        obliging(proxy.url, device.http.headers["authorization"]) as held,
        open_socket(proxy.url, terminal(device), headers) as user,
    ):
        user.say(1, "new", body=msgspec.msgpack.encode({}))
        assert user.expect(1, "shell")["body"] == b"$ "
        user.say(1, "shell", body=LONG)  # more than any buffer on the way
        user.say(1, "new", body=msgspec.msgpack.encode({}))
        assert user.expect(1, "shell")["body"] == b"$ "
        assert held.heard.count((1, "shell")) == 1
        user.close()
    report = proxy.stop()
    reached = {o["operation"]: o["reached"] for o in report["operations"]}
    assert reached["connectDevice"] == {"101": 1}
    assert lines(report) == []


def test_device_that_vanishes_is_missed(server: Any, proxy: RunningProxy, device: Device) -> None:
    """The target's end is closed as soon as the device's is."""
    headers = {"Authorization": device.http.headers["authorization"]}
    with server.management() as management, open_socket(proxy.url, CONNECT, headers) as socket:
        until_status(management, device, "connected")
        socket.vanish()
        until_status(management, device, "disconnected")


def test_target_that_hangs_up_is_heard(server: Any, proxy: RunningProxy, device: Device) -> None:
    """With its close frame: a device that is not let in any more learns it."""
    with (
        obliging(proxy.url, device.http.headers["authorization"]) as held,
        server.management() as management,
    ):
        until_status(management, device, "connected")
        assert management.delete(f"v2/devauth/devices/{device.id}").status_code == 204
        assert held.over.wait(timeout=TIMEOUT)
        assert held.connection.close_code == 1008


def until_status(management: httpx.Client, device: Device, status: str) -> None:
    """Wait until the server says so of a device's connection."""
    deadline = time.monotonic() + TIMEOUT
    while management.get(f"v1/deviceconnect/devices/{device.id}").json()["status"] != status:
        assert time.monotonic() < deadline, f"not {status}"
        time.sleep(0.01)


def test_refused_handshake_is_the_targets_own_answer(
    server: Any, proxy: RunningProxy, device: Device
) -> None:
    """Status and body: 401 without a token, and 404 for a device that is not connected."""
    with pytest.raises(InvalidStatus) as refused, open_socket(proxy.url, terminal(device), {}):
        pass
    assert refused.value.response.status_code == 401
    headers = {"Authorization": f"Bearer {server.login()}"}
    with (
        pytest.raises(InvalidStatus) as unknown,
        open_socket(proxy.url, terminal(device), headers),
    ):
        pass
    assert unknown.value.response.status_code == 404
    assert b'"error"' in (unknown.value.response.body or b"")
    report = proxy.stop()
    assert lines(report) == []


def test_open_sockets_do_not_keep_the_proxy(proxy: RunningProxy, device: Device) -> None:
    """Ctrl-C ends it while a device is connected, and the device learns of it."""
    with obliging(proxy.url, device.http.headers["authorization"]) as held:
        assert proxy.stop()["requests"] == 1
        assert held.over.wait(timeout=TIMEOUT)
