"""What users do on connected devices is found in the audit log, on the device."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_support.sockets import TIMEOUT, obliging

Connect = Callable[..., Any]


@pytest.fixture
def changes(management: httpx.Client) -> Callable[..., list[str]]:
    """Return a function that waits for a number of entries on a device; it returns their texts."""

    def wait(device: Any, number: int) -> list[str]:
        deadline = time.monotonic() + TIMEOUT
        params = {"object_id": device.id, "object_type": "device", "sort": "asc"}
        while True:
            entries = management.get("v1/auditlogs/logs", params=params).json()[1:]  # let in
            if len(entries) >= number or time.monotonic() > deadline:
                assert {e["action"] for e in entries} == {"update"}
                assert {e["actor"]["email"] for e in entries} == {"admin@example.com"}
                return [e["change"] for e in entries]

    return wait


@pytest.mark.parametrize("leave", ["close", "vanish"])
def test_terminal_is_told_when_it_opens_and_when_it_ends(
    device: Any, online: Any, connect_user: Connect, changes: Callable[..., list[str]], leave: str
) -> None:
    """By the session's id, which playback takes."""
    user = connect_user(device)
    user.say(1, "new")
    sid = online.expect(1, "new")["sid"]
    assert changes(device, 1) == [f'+ remote session: "{sid}"']
    getattr(user, leave)()
    assert changes(device, 2)[1:] == [f'- remote session: "{sid}"']


def test_terminal_of_a_device_that_leaves_is_over(
    device: Any, online: Any, connect_user: Connect, changes: Callable[..., list[str]]
) -> None:
    """Its end is told although nobody asked for it."""
    user = connect_user(device)
    online.close()
    user.end()
    opened, ended = changes(device, 2)
    assert (opened[0], ended[0], opened[1:]) == ("+", "-", ended[1:])


def test_refused_terminal_leaves_nothing(
    device: Any, management: httpx.Client, changes: Callable[..., list[str]], server: Any
) -> None:
    """Neither that of a stranger nor one on a device that is not connected."""
    path = f"{server.url}/api/management/v1/deviceconnect/devices/{device.id}/connect"
    assert httpx.get(path).status_code == 401
    assert management.get(path).status_code == 404
    with obliging(server.url, device.http.headers["authorization"]):
        assert httpx.get(path).status_code == 401
        management.put(f"v1/inventory/devices/{device.id}/group", json={"group": "lab"})
    (only,) = changes(device, 1)
    assert "group" in only


def test_upload_is_told_with_its_path(
    server: Any,
    device: Any,
    management: httpx.Client,
    until_status: Callable[[Any, str], None],
    changes: Callable[..., list[str]],
) -> None:
    """And with what else was said of the file; a download changes nothing, and is not."""
    path = f"v1/deviceconnect/devices/{device.id}"
    form = {"path": "/etc/motd", "mode": "0600"}
    with obliging(server.url, device.http.headers["authorization"]):
        until_status(device, "connected")
        answer = management.put(f"{path}/upload", data=form, files={"file": b"welcome"})
        assert answer.status_code == 201, answer.text
        got = management.get(f"{path}/download", params={"path": "/etc/motd"})
        assert (got.status_code, got.content) == (200, b"hello")
    assert changes(device, 1) == ['+ file: {"path":"/etc/motd","mode":384}']


def test_failed_upload_leaves_nothing(
    device: Any,
    online: Any,
    management: httpx.Client,
    meanwhile: Callable[..., Any],
    changes: Callable[..., list[str]],
) -> None:
    """The device did not take it."""
    target = f"v1/deviceconnect/devices/{device.id}/upload"
    form, files = {"path": "/etc/motd"}, {"file": b"welcome"}
    asked = meanwhile(management.put, target, data=form, files=files, timeout=20)
    sid = online.accept()
    online.expect(2, "put_file")
    online.say(2, "error", sid=sid, body=b"\x81\xa3err\xa9read only")
    assert asked.result(timeout=20).status_code == 400
    management.put(f"v1/inventory/devices/{device.id}/group", json={"group": "lab"})
    (only,) = changes(device, 1)
    assert "group" in only
