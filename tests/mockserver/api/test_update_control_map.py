"""Update control maps: where a device has to pause during an update."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
NEXT = "v2/deployments/device/deployments/next"
PAUSE = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}
GO_ON = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "continue"}}}
PROVIDES = {"artifact_name": "release-1", "device_type": "rpi"}

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(autouse=True)
def artifact(new_artifact: Callable[..., str]) -> str:
    """Have something to deploy; return its id."""
    return new_artifact()


def ask(device: Any, *, maps: bool = True) -> Any:
    """Ask for an update, as a device that understands maps or not."""
    asked = {"device_provides": PROVIDES, "update_control_map": maps}
    answer = device.http.post(NEXT, json=asked)
    assert answer.status_code == 200
    return answer.json()


def map_of(device: Any, deployment: str) -> httpx.Response:
    """Ask for the map that holds now."""
    path = f"v2/deployments/device/deployments/{deployment}/update_control_map"
    answer: httpx.Response = device.http.get(path)
    return answer


def test_map_comes_beside_the_artifact(
    device: Any, deploy: Callable[..., str], artifact: str
) -> None:
    """Map comes beside the artifact."""
    deployment = deploy(device, update_control_map=PAUSE)
    offered = ask(device)
    assert offered.keys() == {"id", "artifact", "update_control_map"}
    assert offered["artifact"]["id"] == artifact
    assert offered["update_control_map"] == {**PAUSE, "id": deployment}


def test_map_comes_to_devices_that_understand_it(device: Any, deploy: Callable[..., str]) -> None:
    """Map comes to devices that understand it."""
    deploy(device, update_control_map=PAUSE)
    assert "update_control_map" not in ask(device, maps=False)
    assert "update_control_map" not in device.next().json()


def test_busy_device_sees_a_changed_map(
    management: httpx.Client, device: Any, deploy: Callable[..., str]
) -> None:
    """Busy device sees a changed map."""
    deployment = deploy(device, update_control_map=PAUSE)
    ask(device)
    before = map_of(device, deployment)
    assert before.status_code == 200
    assert before.json() == {"update_control_map": {**PAUSE, "id": deployment}}
    path = f"{DEPLOYMENTS}/{deployment}"
    answer = management.patch(path, json={"update_control_map": GO_ON})
    assert (answer.status_code, answer.content) == (204, b"")
    assert map_of(device, deployment).json() == {"update_control_map": {**GO_ON, "id": deployment}}
    assert management.get(path).json()["update_control_map"] == GO_ON


def test_map_is_for_devices_that_are_busy_with_it(
    new_device: Callable[..., Any], deploy: Callable[..., str], refused: Refused
) -> None:
    """Map is for devices that are busy with it."""
    device, other = new_device(), new_device()
    deployment = deploy(device, update_control_map=PAUSE)
    refused(map_of(device, deployment), 404)
    ask(device)
    refused(map_of(other, deployment), 404)
    device.report(deployment, "success")
    refused(map_of(device, deployment), 404)
    refused(map_of(device, "5f0c7a1e-0000-4000-8000-000000000000"), 404)
    refused(map_of(device, "no-such-deployment"), 400)


def test_deployment_without_a_map_gets_none(
    management: httpx.Client, device: Any, deploy: Callable[..., str], refused: Refused
) -> None:
    """Deployment without a map gets none."""
    deployment = deploy(device)
    assert "update_control_map" not in ask(device)
    refused(map_of(device, deployment), 404)
    path = f"{DEPLOYMENTS}/{deployment}"
    refused(management.patch(path, json={"update_control_map": GO_ON}), 409)


def test_odd_changes_leave_the_map(
    management: httpx.Client, device: Any, deploy: Callable[..., str], refused: Refused
) -> None:
    """Odd changes leave the map."""
    path = f"{DEPLOYMENTS}/{deploy(device, update_control_map=PAUSE)}"
    bodies: list[Any] = [{"update_control_map": []}, {"update_control_map": None}, [], None]
    for body in bodies:
        refused(management.patch(path, json=body), 400)
    assert management.get(path).json()["update_control_map"] == PAUSE


def test_patch_without_a_map_changes_nothing(
    management: httpx.Client, device: Any, deploy: Callable[..., str]
) -> None:
    """The reference does not require the map in the body: none is no empty one."""
    deployment = deploy(device, update_control_map=PAUSE)
    ask(device)
    assert management.patch(f"{DEPLOYMENTS}/{deployment}", json={}).status_code == 204
    assert map_of(device, deployment).json()["update_control_map"]["states"] == PAUSE["states"]


def test_map_of_an_unknown_deployment(management: httpx.Client, refused: Refused) -> None:
    """The id is in the answer; what is no id at all is told so."""
    unknown = "0c13a0e6-6b63-475d-8260-ee42a590e8ff"
    wish = {"update_control_map": GO_ON}
    assert unknown in refused(management.patch(f"{DEPLOYMENTS}/{unknown}", json=wish), 404)
    refused(management.patch(f"{DEPLOYMENTS}/mine", json=wish), 400)


def test_device_is_updated_without_a_map_in_a_lower_plan(
    server: Any, device: Any, deploy: Callable[..., str], refused: Refused
) -> None:
    """It offers to follow maps, as clients do, and cannot know the plan; no error stops it."""
    deployment = deploy(device, update_control_map=PAUSE)
    plan = f"{server.url}/otakit/v1/universes/default/plan"
    assert httpx.put(plan, json={"plan": "professional"}).status_code == 204
    assert "update_control_map" not in ask(device)
    assert "professional" in refused(map_of(device, deployment), 404)
    assert httpx.put(plan, json={"plan": "enterprise"}).status_code == 204
    assert ask(device)["update_control_map"] == {**PAUSE, "id": deployment}
