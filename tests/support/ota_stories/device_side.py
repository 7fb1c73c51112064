"""What devices do: ask to be let in, tell their inventory, update."""

import json
from typing import Any

from ota_stories.stage import UNKNOWN, Stage, expect
from ota_support.device import Device

DEPLOYMENTS = "/api/devices/v1/deployments/device/deployments"
V2 = "/api/devices/v2/deployments/device/deployments"
ATTRIBUTES = "/api/devices/v1/inventory/device/attributes"


def admission(stage: Stage) -> None:
    """A device is refused, accepted by a user, and gets a token."""
    device = stage.stranger()
    expect(device.authenticate(id_data=""), 400)
    expect(device.authenticate(), 401)
    found = expect(stage.user.get("/api/management/v2/devauth/devices"), 200).json()
    waiting = next(d for d in found if d["identity_data"] == device.identity)
    path = (
        f"/api/management/v2/devauth/devices/{waiting['id']}/auth/{waiting['auth_sets'][0]['id']}"
    )
    expect(stage.user.put(f"{path}/status", json={"status": "accepted"}), 204)
    token = expect(device.authenticate(), 200).text
    assert token.count(".") == 2


def inventory(stage: Stage) -> None:
    """A device tells what it is; a user sees it."""
    device = stage.device()
    told = [{"name": "hostname", "value": "thing"}]
    for method in ("PATCH", "PUT"):
        expect(device.http.request(method, ATTRIBUTES, json=told), 200)
        expect(device.http.request(method, ATTRIBUTES, json=[{"value": "nameless"}]), 400)
        expect(stage.nobody.request(method, ATTRIBUTES, json=told), 401)
    seen = expect(stage.user.get(f"/api/management/v1/inventory/devices/{device.id}"), 200).json()
    assert "thing" in [a["value"] for a in seen["attributes"]]


def update(stage: Stage) -> None:
    """A device finds its update, reports, sends a log, and is done."""
    device, artifact = stage.device(), stage.artifact("update")
    expect(device.next(), 204)
    expect(device.http.get(f"{DEPLOYMENTS}/next", params={"artifact_name": "release-1"}), 400)
    deployment = stage.deploy("update", device)
    offer = expect(device.next(), 200).json()
    assert (offer["id"], offer["artifact"]["id"]) == (deployment, artifact)
    _download(stage, offer)
    expect(device.report(deployment, "dancing"), 400)
    expect(device.report(UNKNOWN, "installing"), 404)
    expect(device.report(deployment, "installing"), 204)
    _log(device, deployment)
    expect(device.report(deployment, "success"), 204)
    held = stage.deploy("update", device, force_installation=True)
    expect(device.next(), 200)
    url = f"/api/management/v1/deployments/deployments/{held}/status"
    expect(stage.user.put(url, json={"status": "aborted"}), 204)
    expect(device.report(held, "installing"), 409)


def update_by_provides(stage: Stage) -> None:
    """The same with what a device provides, in both versions; a changed story is a conflict."""
    stage.artifact("provided")
    for number, url in enumerate((f"{DEPLOYMENTS}/next", f"{V2}/next")):
        device = stage.device()
        told = _provides(number, "rpi")
        expect(device.http.post(url, json=told), 204)
        expect(device.http.post(url, json={}), 400)
        deployment = stage.deploy("provided", device)
        assert expect(device.http.post(url, json=told), 200).json()["id"] == deployment
        expect(device.http.post(url, json=_provides(number, "other")), 409)
    device = stage.device()
    stage.deploy("provided", device)
    expect(device.next(), 200)
    expect(device.next(device_type="other"), 409)


def control_map(stage: Stage) -> None:
    """A device is told where to pause."""
    device = stage.device()
    stage.artifact("mapped")
    states = {"ArtifactInstall_Enter": {"action": "pause"}}
    deployment = stage.deploy(
        "mapped", device, update_control_map={"priority": 1, "states": states}
    )
    told = {**_provides(1, "rpi"), "update_control_map": True}
    offer = expect(device.http.post(f"{V2}/next", json=told), 200).json()
    assert offer["update_control_map"]["states"] == states
    url = f"{V2}/{deployment}/update_control_map"
    assert expect(device.http.get(url), 200).json()["update_control_map"]["states"] == states
    expect(device.http.get(f"{V2}/no-id/update_control_map"), 400)
    expect(device.report(deployment, "failure"), 204)
    expect(device.http.get(url), 404)


def _provides(number: int, device_type: str) -> dict[str, Any]:
    told = {"artifact_name": "release-1", "device_type": device_type}
    return {"device_provides": told} if number else {**told, "artifact_provides": {}}


def _download(stage: Stage, offer: dict[str, Any]) -> None:
    content = expect(stage.nobody.get(offer["artifact"]["source"]["uri"]), 200).content
    assert len(content) > 4096


def _log(device: Device, deployment: str) -> None:
    url = f"{DEPLOYMENTS}/%s/log"
    line = {"timestamp": "2026-11-20T10:00:00Z", "level": "info", "message": "installing"}
    expect(device.http.put(url % deployment, json={"messages": [line]}), 204)
    expect(device.http.put(url % deployment, content=json.dumps({"messages": "none"})), 400)
    expect(device.http.put(url % UNKNOWN, json={"messages": [line]}), 404)


STORIES = (admission, inventory, update, update_by_provides, control_map)
