"""Configuration, connections, monitoring and the audit trail."""

import csv
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import connect

from ota_stories.recorder import Place
from ota_stories.stage import UNKNOWN, Stage, expect
from ota_support.device import Device

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""RFC 6455, 1.3."""

CONFIGURATION = "/api/devices/v1/deviceconfig/configuration"
CONFIGURATIONS = "/api/management/v1/deviceconfig/configurations/device"
CONNECT = "/api/devices/v1/deviceconnect/connect"
MONITOR = "/api/devices/v1/devicemonitor"
LOGS = "/api/management/v1/auditlogs/logs"


def configuration(stage: Stage) -> None:
    """A user configures a device, which reports what it has."""
    device = stage.device()
    url = f"{CONFIGURATIONS}/{device.id}"
    expect(stage.user.put(url, json={"timezone": "UTC"}), 204)
    expect(stage.user.put(url, json={"timezone": 7}), 400)
    assert expect(device.http.get(CONFIGURATION), 200).json() == {"timezone": "UTC"}
    expect(device.http.put(CONFIGURATION, json={"timezone": "CET"}), 204)
    expect(device.http.put(CONFIGURATION, json=["timezone"]), 400)
    seen = expect(stage.user.get(url), 200).json()
    assert (seen["configured"], seen["reported"]) == ({"timezone": "UTC"}, {"timezone": "CET"})
    expect(stage.user.get(f"{CONFIGURATIONS}/{UNKNOWN}"), 404)
    expect(stage.user.get(f"{CONFIGURATIONS}/no-id"), 400)


def configuration_deployment(stage: Stage) -> None:
    """The configuration is deployed, and fetched by its signed link."""
    device = stage.device()
    url = f"{CONFIGURATIONS}/{device.id}"
    expect(stage.user.put(url, json={"timezone": "UTC"}), 204)
    deployment = expect(stage.user.post(f"{url}/deploy", json={}), 200).json()["deployment_id"]
    offer = expect(device.next(), 200).json()
    assert offer["id"] == deployment
    link = urlsplit(offer["artifact"]["source"]["uri"])
    assert b"timezone" in expect(stage.nobody.get(f"{link.path}?{link.query}"), 200).content
    expect(stage.nobody.get(link.path), 400)
    forged = link.query.replace("x-men-signature=", "x-men-signature=A")
    expect(stage.nobody.get(f"{link.path}?{forged}"), 403)


def connection(stage: Stage) -> None:
    """A device connects, and is seen to be there."""
    device = stage.device()
    expect(device.http.get(CONNECT), 400)
    expect(device.http.get(CONNECT, headers=HANDSHAKE), 101).close()
    token = device.http.headers["authorization"]
    url = f"{stage.url.replace('http', 'ws', 1)}{CONNECT}"
    with connect(url, additional_headers={"Authorization": token}) as socket:
        assert socket.response is not None
        stage.recorder.reached.setdefault(Place("GET", CONNECT), set()).add(
            socket.response.status_code
        )
        seen = stage.user.get(f"/api/management/v1/deviceconnect/devices/{device.id}")
        assert expect(seen, 200).json()["status"] == "connected"


def monitoring(stage: Stage) -> None:
    """A device says what it watches, and raises an alert; a user sees both."""
    device = stage.device()
    subject = {"name": "sshd", "type": "systemd.unit", "status": "not-running"}
    alert = {"name": "ssh", "level": "CRITICAL", "timestamp": "2026-11-20T10:00:00Z"}
    expect(device.http.post(f"{MONITOR}/alert", json=[{**alert, "subject": subject}]), 204)
    expect(device.http.post(f"{MONITOR}/alert", json=[{**alert, "level": "LOUD"}]), 400)
    watched = [{"name": "ssh", "type": "systemd.unit", "status": "enabled"}]
    expect(device.http.post(f"{MONITOR}/config", json=watched), 204)
    expect(device.http.post(f"{MONITOR}/config", json={"name": "ssh"}), 400)
    url = f"/api/management/v1/devicemonitor/devices/{device.id}"
    (seen,) = expect(stage.user.get(f"{url}/alerts"), 200).json()
    assert seen["subject"]["name"] == "sshd"
    assert expect(stage.user.get(f"{url}/config"), 200).json() == watched


def audit(stage: Stage) -> None:
    """What users did stands in the audit trail, also as CSV."""
    device: Device = stage.device()
    expect(stage.user.delete(f"/api/management/v2/devauth/devices/{device.id}"), 204)
    about: dict[str, Any] = {"object_id": device.id}
    answer: httpx.Response = expect(stage.user.get(LOGS, params=about), 200)
    assert answer.json()[0]["action"] == "decommission"
    table = expect(stage.user.get(f"{LOGS}/export", params=about), 200).text
    rows = list(csv.reader(table.splitlines()))
    assert len(rows) == len(answer.json()) + 1


STORIES = (configuration, configuration_deployment, connection, monitoring, audit)
