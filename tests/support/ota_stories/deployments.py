"""What users do with deployments; told so that older editions can follow, too."""

from ota_stories.device_side import DEPLOYMENTS as DEVICE_SIDE
from ota_stories.stage import UNKNOWN, Stage, expect, made
from ota_support.device import Device

BASE = "/api/management/v1/deployments/deployments"
MALFORMED = "no-id"


def creation(stage: Stage) -> None:
    """Deployments are made of what is there, seen and listed."""
    device = stage.device()
    stage.artifact("created")
    deployment = stage.deploy("created", device)
    expect(stage.user.post(BASE, json={"name": "nothing"}), 400)
    asked = {"name": "none", "artifact_name": "no such release", "devices": [device.id]}
    if 422 in stage.documented("POST", "/deployments"):
        expect(stage.user.post(BASE, json=asked), 422)
    seen = expect(stage.user.get(f"{BASE}/{deployment}"), 200).json()
    assert (seen["artifact_name"], seen["status"]) == ("created", "pending")
    expect(stage.user.get(f"{BASE}/{UNKNOWN}"), 404)
    listed = expect(stage.user.get(BASE, params={"search": "created"}), 200).json()
    assert [d["id"] for d in listed] == [deployment]
    expect(stage.user.get(BASE, params={"status": "lost"}), 400)


def progress(stage: Stage) -> None:
    """A deployment's devices are counted and listed, and their logs are read."""
    device = stage.device()
    stage.artifact("followed")
    deployment = stage.deploy("followed", device)
    url = f"{BASE}/{deployment}"
    assert expect(stage.user.get(f"{url}/statistics"), 200).json()["pending"] == 1
    expect(device.next(), 200)
    expect(stage.user.get(f"{url}/devices/{device.id}/log"), 404)
    expect(device.report(deployment, "failure"), 204)
    line = {"timestamp": "2026-11-20T10:00:00Z", "level": "error", "message": "it broke"}
    expect(device.http.put(f"{DEVICE_SIDE}/{deployment}/log", json={"messages": [line]}), 204)
    assert "it broke" in expect(stage.user.get(f"{url}/devices/{device.id}/log"), 200).text
    assert stage.user.get(f"{url}/statistics").json()["failure"] == 1
    (part,) = expect(stage.user.get(f"{url}/devices"), 200).json()
    assert (part["id"], part["status"]) == (device.id, "failure")
    for what in ("statistics", "devices"):
        expect(stage.user.get(f"{BASE}/{UNKNOWN}/{what}"), 404)


def abort(stage: Stage) -> None:
    """A deployment is aborted once; so is what one device has to do."""
    device = stage.device()
    stage.artifact("aborted")
    url = f"{BASE}/{stage.deploy('aborted', device)}/status"
    expect(stage.user.put(url, json={"status": "paused"}), 400)
    expect(stage.user.put(url, json={"status": "aborted"}), 204)
    expect(stage.user.put(url, json={"status": "aborted"}), 422)
    expect(stage.user.put(f"{BASE}/{UNKNOWN}/status", json={"status": "aborted"}), 404)
    deployment = stage.deploy("aborted", device)
    expect(stage.user.delete(f"{BASE}/devices/{device.id}"), 204)
    assert stage.user.get(f"{BASE}/{deployment}/statistics").json()["aborted"] == 1
    expect(device.next(), 204)


def current_lists(stage: Stage) -> None:
    """The current edition's further lists."""
    devices = [stage.device(), stage.device()]
    stage.artifact("listed")
    deployment = stage.deploy("listed", *devices)
    url = f"{BASE}/{deployment}"
    ids = {device.id for device in devices}
    listed = expect(stage.user.get(f"{url}/devices/list", params={"per_page": 1}), 200)
    assert len(listed.json()) == 1
    assert set(expect(stage.user.get(f"{url}/device_list"), 200).json()) == ids
    expect(stage.user.get(f"{BASE}/{MALFORMED}/device_list"), 400)
    for what in ("devices/list", "device_list"):
        expect(stage.user.get(f"{BASE}/{UNKNOWN}/{what}"), 404)
    counts = expect(stage.user.post(f"{BASE}/statistics/list", json=[deployment]), 200).json()
    assert counts[0]["stats"]["pending"] == 2
    expect(stage.user.post(f"{BASE}/statistics/list", json={"ids": []}), 400)
    expect(stage.user.post(f"{BASE}/statistics/list", json=[UNKNOWN]), 404)


def groups(stage: Stage) -> None:
    """A group's devices are deployed to."""
    device: Device = stage.device()
    stage.artifact("grouped")
    group = f"/api/management/v1/inventory/devices/{device.id}/group"
    expect(stage.user.put(group, json={"group": "lab"}), 204)
    plan = {"name": "to the lab", "artifact_name": "grouped"}
    deployment = made(stage.user.post(f"{BASE}/group/lab", json=plan))
    assert stage.user.get(f"{BASE}/{deployment}/device_list").json() == [device.id]
    expect(stage.user.post(f"{BASE}/group/empty", json=plan), 400)
    expect(stage.user.post(f"{BASE}/group/lab", json={**plan, "artifact_name": "none"}), 422)


def control_maps(stage: Stage) -> None:
    """A deployment's update control map is changed, if it has one."""
    device = stage.device()
    stage.artifact("steered")
    mapped = stage.deploy("steered", device, update_control_map={"priority": 0, "states": {}})
    plain = stage.deploy("steered", device)
    change = {"update_control_map": {"priority": 5, "states": {}}}
    expect(stage.user.patch(f"{BASE}/{mapped}", json=change), 204)
    seen = stage.user.get(f"{BASE}/{mapped}").json()
    assert seen["update_control_map"]["priority"] == 5
    expect(stage.user.patch(f"{BASE}/{mapped}", json={"update_control_map": 7}), 400)
    expect(stage.user.patch(f"{BASE}/{UNKNOWN}", json=change), 404)
    expect(stage.user.patch(f"{BASE}/{plain}", json=change), 409)


def dynamic(stage: Stage) -> None:
    """A saved filter's devices are deployed to, also those that come later."""
    device = stage.device()
    stage.artifact("dynamic")
    term = {"scope": "tags", "attribute": "ring", "type": "$eq", "value": "canary"}
    saved = made(
        stage.user.post("/api/management/v2/inventory/filters", json={"name": "c", "terms": [term]})
    )
    url = "/api/management/v2/deployments/deployments"
    plan = {"name": "canaries", "artifact_name": "dynamic", "filter_id": saved}
    deployment = made(stage.user.post(url, json=plan))
    expect(stage.user.post(url, json={**plan, "filter_id": UNKNOWN}), 400)
    expect(stage.user.post(url, json={**plan, "artifact_name": "none"}), 422)
    expect(device.next(), 204)
    tags = f"/api/management/v1/inventory/devices/{device.id}/tags"
    expect(stage.user.put(tags, json=[{"name": "ring", "value": "canary"}]), 200)
    assert expect(device.next(), 200).json()["id"] == deployment


def plans(stage: Stage) -> None:
    """What belongs to a higher plan is refused in a lower one."""
    lower = stage.restart("--plan", "professional")
    url = "/api/management/v2/deployments/deployments"
    plan = {"name": "canaries", "artifact_name": "dynamic", "filter_id": UNKNOWN}
    assert "plan" in expect(lower.user.post(url, json=plan), 403).json()["error"]


OLDER = (creation, progress, abort)
"""What every edition can do."""

STORIES = (*OLDER, current_lists, groups, control_maps, dynamic)
