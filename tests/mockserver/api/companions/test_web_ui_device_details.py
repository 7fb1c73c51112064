"""The web UI's details of a device work.

What they ask and break without was found by taking it away: facts on the web UI, section 4.3.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ota_support.sockets import TIMEOUT, Obliging, obliging, open_socket

DEPLOYMENTS = "v1/deployments/deployments"


def get(management: httpx.Client, path: str, **params: Any) -> Any:
    """Ask as the page does; it takes nothing but 200 and JSON."""
    answer = management.get(path, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


@pytest.fixture
def online(server: Any, device: Any, management: httpx.Client) -> Iterator[Obliging]:
    """Return the connected device."""
    with obliging(server.url, device.http.headers["authorization"]) as connected:
        path = f"v1/deviceconnect/devices/{device.id}"
        until(lambda: get(management, path)["status"] == "connected")
        yield connected


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + TIMEOUT
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_drawer_is_polled(management: httpx.Client, device: Any) -> None:
    """Every ten seconds: inventory, identity, configuration and connection."""
    told = [{"name": "device_type", "value": "rpi"}]
    device.http.patch("v1/inventory/device/attributes", json=told)
    for _ in range(2):
        shown = get(management, f"v1/inventory/devices/{device.id}")
        assert {"id", "updated_ts", "attributes"} <= shown.keys()
        assert all({"name", "value", "scope"} <= a.keys() for a in shown["attributes"])
        (known,) = get(management, "v2/devauth/devices", id=device.id)
        assert known["auth_sets"][0]["pubkey"].startswith("-----BEGIN PUBLIC KEY-----")
        configured = get(management, f"v1/deviceconfig/configurations/device/{device.id}")
        assert {"configured", "reported", "updated_ts"} <= configured.keys()
        connection = get(management, f"v1/deviceconnect/devices/{device.id}")
        assert connection["status"] == "disconnected"
        assert connection["updated_ts"]


def test_tags_are_saved_with_the_etag(management: httpx.Client, device: Any) -> None:
    """Of the inventory that was read before; somebody else's change is not overwritten."""
    path = f"v1/inventory/devices/{device.id}"
    first = management.put(f"{path}/tags", json=[{"name": "name", "value": "one"}])
    assert first.status_code == 200
    read = management.get(path)
    headers = {"If-Match": read.headers["etag"]}
    named = [{"name": "name", "value": "two"}]
    assert management.put(f"{path}/tags", json=named, headers=headers).status_code == 200
    assert management.put(f"{path}/tags", json=named, headers=headers).status_code == 412


def test_configuration_tab(management: httpx.Client, device: Any, online: Obliging) -> None:
    """Saved, deployed, followed, reported back; the device hears of it at once."""
    path = f"v1/deviceconfig/configurations/device/{device.id}"
    wanted = {"timezone": "Europe/Oslo"}
    assert management.put(path, json=wanted).status_code == 204
    answer = management.post(f"{path}/deploy", json={"retries": 0})
    assert answer.status_code == 200
    deployment = answer.json()["deployment_id"]
    until(lambda: (4, "check-update") in online.heard)
    shown = get(management, f"{DEPLOYMENTS}/{deployment}")
    assert (shown["id"], shown["type"], shown["status"]) == (deployment, "configuration", "pending")
    brought = json.loads(base64.b64decode(shown["configuration"]))
    assert brought == {"timezone": "Eur...<omitted>"}
    assert device.next().json()["id"] == deployment
    device.report(deployment, "success")
    device.http.put("v1/deviceconfig/configuration", json=wanted)
    assert get(management, f"{DEPLOYMENTS}/{deployment}")["status"] == "finished"
    after = get(management, path)
    assert after["reported"] == wanted
    assert after["reported_ts"]
    assert after["deployment_id"] == deployment


def test_deployments_tab(
    management: httpx.Client,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> None:
    """What was deployed to it, until its history is removed."""
    new_artifact()
    deployment = deploy(device)
    device.next()
    device.report(deployment, "failure")
    path = f"{DEPLOYMENTS}/devices/{device.id}"
    answer = management.get(path, params={"page": 1, "per_page": 10})
    assert answer.headers["x-total-count"] == "1"
    (entry,) = answer.json()
    assert entry["id"]
    assert {"id", "artifact_name", "status"} <= entry["deployment"].keys()
    assert {"id", "status", "created", "finished", "log"} <= entry["device"].keys()
    assert management.delete(f"{path}/history").status_code == 204
    assert management.get(path, params={"page": 1, "per_page": 10}).status_code == 200


def test_troubleshooting_tab(
    server: Any, management: httpx.Client, device: Any, online: Obliging
) -> None:
    """A terminal, files and commands, the first two with the token in a cookie."""
    base = f"v1/deviceconnect/devices/{device.id}"
    cookie = {"Cookie": f"JWT={server.login()}"}
    with open_socket(server.url, f"/api/management/{base}/connect", cookie) as user:
        user.say(1, "new", terminal_width=80, terminal_height=24)
        until(lambda: (1, "new") in online.heard)
    until(lambda: (1, "stop") in online.heard)
    for command in ("check-update", "send-inventory"):
        assert management.post(f"{base}/{command}").status_code == 202
    form = {"path": "/etc/motd"}
    sent = management.put(f"{base}/upload", data=form, files={"file": ("motd", b"welcome")})
    assert sent.status_code == 201
    url = f"{server.url}/api/management/{base}/download"
    got = httpx.get(url, params={"path": "/etc/motd"}, headers=cookie)
    assert (got.status_code, got.content) == (200, b"hello")
    assert got.headers["content-disposition"] == 'attachment; filename="motd"'
    assert httpx.get(url, params={"path": "/etc/motd"}).status_code == 401
