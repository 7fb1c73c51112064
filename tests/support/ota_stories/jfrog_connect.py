"""JFrog Connect: an update flow is deployed to a fleet, followed, and aborted."""

import json
from importlib.resources import files
from typing import Any

import httpx

from ota_stories.stage import Stage, expect

NONE = "dp-0000-0000"


def deployments(stage: Stage) -> None:
    """A deployment is made of a flow, listed, seen on its devices, and aborted."""
    fleet = json.loads(files("otakit.fixtures").joinpath("connect_fleet.json").read_bytes())
    user = _user(stage, fleet)
    flow, (online, *_) = fleet["flows"][0]["uuid"], fleet["devices"]
    plan = _plan(flow, "till")
    deployment = expect(user.post("deployments", json=plan), 201).json()["deployment_uuid"]
    listed = expect(user.get("deployments"), 200).json()
    assert [d["deployment_uuid"] for d in listed["deployments"]] == [deployment]
    url = f"deployments/{deployment}"
    assert expect(user.get(url), 200).json()["comment"] == "till"
    parts = expect(user.get(f"{url}/devices"), 200).json()["deployment_by_device_uuid"]
    assert online["uuid"] in parts
    part = expect(user.get(f"{url}/devices/{online['uuid']}"), 200).json()
    assert part["status"] in ("Pending", "In Progress")
    expect(user.post(f"{url}/devices/{online['uuid']}/abort"), 201)
    assert user.get(f"{url}/devices/{online['uuid']}").json()["status"] == "Aborted"
    expect(user.post(f"{url}/abort"), 201)
    for path in ("", "/devices", f"/devices/{online['uuid']}"):
        expect(user.get(f"deployments/{NONE}{path}"), 404)


def _user(stage: Stage, fleet: dict[str, Any]) -> httpx.Client:
    control = f"{stage.url}/otakit/v1/universes/default/connect"
    expect(stage.nobody.put(f"{control}/fleet", json=fleet), 204)
    access = expect(stage.nobody.get(control), 200).json()
    user = stage.client()
    user.base_url = f"{stage.url}/api/v2/{access['project_key']}/"
    user.headers["Authorization"] = f"Bearer {access['token']}"
    return user


def _plan(flow: str, tag: str) -> dict[str, Any]:
    return {
        "device_filter": {"filters": [{"type": "tag", "operand": "is", "value": tag}]},
        "deployment_configuration": {"flow_uuid": flow, "comment": tag},
    }


STORIES = (deployments,)
