"""Websockets through the proxy."""

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


def test_end_of_one_side_is_the_end_of_the_other(
    server: Any, proxy: RunningProxy, device: Device
) -> None:
    """With the target's code and reason; a user who vanishes is missed by the target."""
    headers = {"Authorization": f"Bearer {server.login()}"}
    with obliging(proxy.url, device.http.headers["authorization"]) as held:
        with open_socket(proxy.url, terminal(device), headers) as user:
            user.vanish()
        with server.management() as management:
            path = f"v2/devauth/devices/{device.id}"
            assert management.delete(path).status_code == 204
        assert held.over.wait(timeout=20)
        assert held.connection.close_code is not None


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
        assert held.over.wait(timeout=20)
