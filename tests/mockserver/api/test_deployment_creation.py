"""Creating deployments: for listed devices, for all, for a group, for a saved filter."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
PLAN = {"name": "update", "artifact_name": "release-2"}
NO_DEPLOYMENT = "00000000-0000-4000-8000-000000000000"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(autouse=True)
def artifact(new_artifact: Callable[..., str]) -> str:
    """Have something to deploy; return its id."""
    return new_artifact()


def create(
    management: httpx.Client, path: str = DEPLOYMENTS, **more: Any
) -> tuple[dict[str, Any], list[str]]:
    """Create a deployment; return what is shown of it, and its targets."""
    answer = management.post(path, json={**PLAN, **more})
    assert (answer.status_code, answer.content) == (201, b"")
    location = answer.headers["location"]
    assert location.startswith("/api/management/v1/deployments/deployments/")
    url = management.base_url.copy_with(path=location)
    shown = management.get(url)
    assert shown.status_code == 200
    return shown.json(), management.get(f"{url}/device_list").json()


def test_to_listed_devices(management: httpx.Client, device: Any, artifact: str) -> None:
    """To listed devices."""
    shown, targets = create(management, devices=[device.id])
    assert targets == [device.id]
    assert (shown["name"], shown["artifact_name"]) == ("update", "release-2")
    assert (shown["status"], shown["device_count"]) == ("pending", 1)
    assert (shown["type"], shown["dynamic"]) == ("software", False)
    assert (shown["artifacts"], shown["retries"]) == ([artifact], 0)
    assert not {"finished", "phases", "update_control_map"} & shown.keys()


def test_to_all_accepted_devices(
    management: httpx.Client, new_device: Callable[..., Any], stranger: Callable[[], Any]
) -> None:
    """To all accepted devices."""
    accepted = [new_device().id, new_device().id]
    assert stranger().authenticate().status_code == 401
    shown, targets = create(management, all_devices=True)
    assert (targets, shown["device_count"]) == (accepted, 2)


def test_to_a_group(management: httpx.Client, new_device: Callable[..., Any]) -> None:
    """To a group."""
    members = [new_device().id, new_device().id]
    new_device()
    management.patch("v1/inventory/groups/lab/devices", json=members)
    shown, targets = create(management, f"{DEPLOYMENTS}/group/lab")
    assert (set(targets), shown["groups"]) == (set(members), ["lab"])


def test_to_what_a_filter_finds_now_and_later(
    management: httpx.Client, new_device: Callable[..., Any]
) -> None:
    """To what a filter finds now and later."""
    term = {"scope": "inventory", "attribute": "memory", "type": "$lt", "value": 1024}
    saved = management.post("v2/inventory/filters", json={"name": "small", "terms": [term]})
    filter_id = saved.headers["location"].rpartition("/")[2]
    first = new_device(memory=512)
    new_device(memory=2048)
    path = "v2/deployments/deployments"
    shown, targets = create(management, path, filter_id=filter_id, max_devices=5)
    assert targets == [first.id]
    assert (shown["dynamic"], shown["initial_device_count"], shown["max_devices"]) == (True, 1, 5)
    assert shown["filter"] == {"id": filter_id, "name": "small", "terms": [term]}
    later = new_device(memory=256)
    assert later.next().json()["id"] == shown["id"]
    joined = management.get(f"{DEPLOYMENTS}/{shown['id']}/device_list").json()
    assert joined == [first.id, later.id]


@pytest.mark.parametrize(
    "body",
    [
        {},
        PLAN,
        {**PLAN, "devices": []},
        {**PLAN, "devices": [""]},
        {**PLAN, "devices": "one"},
        {**PLAN, "devices": ["one"], "all_devices": True},
        {**PLAN, "all_devices": False},
        {**PLAN, "devices": ["one"], "name": ""},
        {**PLAN, "devices": ["one"], "name": "n" * 257},
        {**PLAN, "devices": ["one"], "artifact_name": ""},
        {**PLAN, "devices": ["one"], "retries": -1},
        {**PLAN, "devices": ["one"], "update_control_map": []},
        {"name": "update", "devices": ["one"]},
        {"artifact_name": "release-2", "devices": ["one"]},
    ],
    ids=lambda body: str(body)[:90],
)
def test_odd_plans_are_refused(
    management: httpx.Client, refused: Refused, body: dict[str, Any]
) -> None:
    """Odd plans are refused."""
    refused(management.post(DEPLOYMENTS, json=body), 400)
    assert management.get(DEPLOYMENTS).json() == []


def test_without_devices_there_is_nothing_to_do(management: httpx.Client, refused: Refused) -> None:
    """Without devices there is nothing to do."""
    refused(management.post(DEPLOYMENTS, json={**PLAN, "all_devices": True}), 400)
    refused(management.post(f"{DEPLOYMENTS}/group/nobody", json=PLAN), 400)
    assert management.get(DEPLOYMENTS).json() == []


def test_odd_group_plans_are_refused(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Odd group plans are refused."""
    management.patch("v1/inventory/groups/lab/devices", json=[device.id])
    for more in ({"devices": [device.id]}, {"all_devices": True}, {"name": ""}):
        refused(management.post(f"{DEPLOYMENTS}/group/lab", json={**PLAN, **more}), 400)


def test_odd_dynamic_plans_are_refused(management: httpx.Client, refused: Refused) -> None:
    """Odd dynamic plans are refused."""
    path = "v2/deployments/deployments"
    for more in ({}, {"filter_id": ""}, {"filter_id": "no-such-filter"}):
        refused(management.post(path, json={**PLAN, **more}), 400)
    assert management.get(DEPLOYMENTS).json() == []


def test_nothing_is_deployed_without_an_artifact(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Nothing is deployed without an artifact."""
    management.patch("v1/inventory/groups/lab/devices", json=[device.id])
    term = {"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}
    saved = management.post("v2/inventory/filters", json={"name": "all", "terms": [term]})
    plan = {"name": "update", "artifact_name": "release-3"}
    filter_id = saved.headers["location"].rpartition("/")[2]
    for path, more in (
        (DEPLOYMENTS, {"devices": [device.id]}),
        (DEPLOYMENTS, {"all_devices": True}),
        (f"{DEPLOYMENTS}/group/lab", {}),
        ("v2/deployments/deployments", {"filter_id": filter_id}),
    ):
        assert "'release-3'" in refused(management.post(path, json={**plan, **more}), 422)
    assert management.get(DEPLOYMENTS).json() == []


def test_equal_plans_make_two_deployments(management: httpx.Client, device: Any) -> None:
    """Equal plans make two deployments."""
    first, _ = create(management, devices=[device.id])
    second, _ = create(management, devices=[device.id])
    assert first["id"] != second["id"]


@pytest.mark.parametrize(("deployment_id", "status"), [("no-uuid", 400), (NO_DEPLOYMENT, 404)])
def test_unknown_deployments(
    management: httpx.Client, refused: Refused, deployment_id: str, status: int
) -> None:
    """Unknown deployments."""
    path = f"{DEPLOYMENTS}/{deployment_id}"
    for suffix in ("", "/statistics", "/devices", "/devices/list", "/device_list"):
        refused(management.get(f"{path}{suffix}"), status)
    refused(management.put(f"{path}/status", json={"status": "aborted"}), status)
    refused(management.patch(path, json={"update_control_map": {}}), status)
