"""The control API's overview of a universe, and its list of APIs."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_stories.recorder import Recorder
from ota_stories.stage import Stage
from otakit.mockserver.api import load_functions
from otakit.mockserver.operations import FUNCTIONS
from otakit.mockserver.settings import DEFAULT_PASSWORD

OVERVIEW = "universes/default/overview"


@pytest.fixture
def stage(server: Any) -> Any:
    """Return a stage on the test's server."""
    stage = Stage(lambda *_: server.url, Recorder("mender"), [])
    yield stage
    stage.close()


def overview(control: httpx.Client, **asked: Any) -> Any:
    """Return the overview."""
    answer = control.get(OVERVIEW, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_empty_universe(control: httpx.Client) -> None:
    """All counts are there, and who may log in."""
    shown = overview(control)
    assert set(shown["devices"]["counts"].values()) == {0}
    assert shown["devices"]["list"] == shown["deployments"]["list"] == shown["groups"] == []
    assert shown["counts"] == {"groups": 0, "filters": 0, "releases": 0}
    assert (shown["universe"]["id"], shown["password"]) == ("default", DEFAULT_PASSWORD)
    assert shown["clock"]["speed"] == 1
    assert shown["connect"]["deployments"] == {"count": 0, "list": []}


def test_devices_and_what_they_are_busy_with(control: httpx.Client, stage: Stage) -> None:
    """Name, group, what runs, and the deployment: waiting, busy, done."""
    device, stranger = stage.device(), stage.stranger()
    stranger.authenticate()
    attributes = [
        {"name": "hostname", "value": "gateway"},
        {"name": "device_type", "value": "rpi"},
        {"name": "artifact_name", "value": "release-1"},
    ]
    device.http.patch("/api/devices/v1/inventory/device/attributes", json=attributes)
    path = f"/api/management/v1/inventory/devices/{device.id}/group"
    stage.user.put(path, json={"group": "berlin"})
    stage.artifact("release-2")
    deployment = stage.deploy("release-2", device)
    shown = overview(control)
    assert shown["devices"]["counts"]["accepted"] == shown["devices"]["counts"]["pending"] == 1
    mine, other = shown["devices"]["list"]
    assert (mine["name"], mine["group"], mine["artifact"]) == ("gateway", "berlin", "release-1")
    assert mine["deployment"] == {
        "id": deployment, "name": "release-2 for 1", "status": "pending"
    }  # fmt: skip
    assert other["name"] == stranger.identity["mac"]
    assert "deployment" not in other
    assert shown["groups"] == [{"name": "berlin", "devices": 1}]
    device.next()
    device.report(deployment, "downloading")
    assert overview(control)["devices"]["list"][0]["deployment"]["status"] == "downloading"
    device.report(deployment, "success")
    assert overview(control)["devices"]["list"][0]["deployment"]["status"] == "success"


def test_deployment_with_phases(control: httpx.Client, stage: Stage) -> None:
    """A phase waits, opens when its time has come, and is full when all that may have asked."""
    control.put("universes/default/clock", json={"speed": 0})
    devices = [stage.device() for _ in range(2)]
    stage.artifact("release-2")
    start = "2099-01-01T00:00:00Z"
    stage.deploy("release-2", *devices, phases=[{"batch_size": 50}, {"start_ts": start}])

    def states() -> list[str]:
        (shown,) = overview(control)["deployments"]["list"]
        return [phase["state"] for phase in shown["phases"]]

    assert states() == ["open", "waiting"]
    devices[0].next()
    assert states() == ["full", "waiting"]
    control.post("universes/default/clock/advance", json={"to": start})
    assert states() == ["full", "open"]
    devices[1].authenticate()
    devices[1].next()
    (shown,) = overview(control)["deployments"]["list"]
    assert [phase["device_count"] for phase in shown["phases"]] == [1, 1]
    assert (shown["device_count"], shown["statistics"]) == (2, {"pending": 2})


def test_pauses_aborts_and_the_order(control: httpx.Client, stage: Stage) -> None:
    """The newest comes first; what waits for somebody, and what was stopped, says so."""
    device = stage.device()
    stage.artifact("release-2")
    first = stage.deploy("release-2", device)
    device.next()
    device.report(first, "pause_before_installing")
    stage.artifact("second")
    stage.deploy("second", device)
    newest, oldest = overview(control)["deployments"]["list"]
    assert (newest["name"], oldest["paused"], oldest["aborted"]) == ("second for 1", 1, False)
    path = f"/api/management/v1/deployments/deployments/{first}/status"
    stage.user.put(path, json={"status": "aborted"})
    oldest = overview(control)["deployments"]["list"][1]
    assert (oldest["aborted"], oldest["status"], oldest["paused"]) == (True, "finished", 0)
    assert len(overview(control, deployments=1)["deployments"]["list"]) == 1
    assert overview(control, deployments=1)["deployments"]["count"] == 2


def test_lists_are_bounded(control: httpx.Client, stage: Stage) -> None:
    """As many devices as wanted, of one state if that is wanted, counted whatever is listed."""
    for _ in range(3):
        stage.stranger().authenticate()
    stage.device()
    asked = overview(control, devices=2, device_status="pending")
    assert [device["status"] for device in asked["devices"]["list"]] == ["pending"] * 2
    assert asked["devices"]["counts"]["accepted"] == 1
    assert overview(control, devices=0)["devices"]["list"] == []


def test_long_texts_are_cut(control: httpx.Client, stage: Stage) -> None:
    """A device cannot make the page heavy."""
    stranger = stage.stranger()
    stranger.identity = {"mac": "x" * 10_000}
    stranger.authenticate()
    (device,) = overview(control)["devices"]["list"]
    assert (len(device["name"]), len(device["identity"])) == (300, 300)


def test_fleet_of_jfrog_connect(control: httpx.Client) -> None:
    """Its devices, and the newest deployments with their runs by status."""
    fleet = {
        "devices": [
            {"name": "a"},
            {"name": "b", "state": "offline"},
        ],
        "flows": [{"name": "update", "uuid": "f-0000-0001", "steps": [{"name": "one"}]}],
    }
    control.put("universes/default/connect/fleet", json=fleet).raise_for_status()
    access = control.get("universes/default/connect").json()
    answer = httpx.post(
        str(control.base_url.copy_with(path=f"/api/v2/{access['project_key']}/deployments")),
        json={
            "device_filter": {"filters": []},
            "deployment_configuration": {"flow_uuid": "f-0000-0001", "comment": "both"},
        },
        headers={"Authorization": f"Bearer {access['token']}"},
    )
    assert answer.status_code == 201, answer.text
    shown = overview(control)["connect"]
    (deployment,) = shown["deployments"]["list"]
    assert (shown["devices"], deployment["flow"], deployment["comment"]) == (2, "update", "both")
    assert deployment["statistics"] == {"Pending": 2}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"device_status": "lost"}, "device_status"),
        ({"devices": 501}, "devices"),
        ({"devices": "many"}, "devices"),
        ({"deployments": -1}, "deployments"),
    ],
)
def test_bad_wishes_are_refused(
    control: httpx.Client,
    refused: Callable[[httpx.Response, int], str],
    asked: dict[str, Any],
    named: str,
) -> None:
    """The message names the parameter."""
    assert named in refused(control.get(OVERVIEW, params=asked), 400)


def test_password_of_ones_own_is_not_shown(start_server: Any) -> None:
    """Only the documented one is, which is no secret; and no other universe's."""
    url = start_server("--password", "mine").url
    with httpx.Client(base_url=f"{url}/otakit/v1/") as control:
        assert "password" not in control.get(OVERVIEW).json()


def test_other_universes_show_no_password(control: httpx.Client, new_universe: Any) -> None:
    """It was shown when the universe was made."""
    shown = control.get(f"universes/{new_universe()['id']}/overview").json()
    assert "password" not in shown


def test_apis_are_listed_with_their_operations(control: httpx.Client, server: Any) -> None:
    """Each one's page and file are where the list says; its operations are ones that there are."""
    told = control.get("apis").json()
    assert (told["edition"], told["dialect"]) == ("mender", "documented")
    load_functions()
    assert {api["side"] for api in told["apis"]} == {"devices", "management", "control"}
    for api in told["apis"]:
        if api["side"] != "control":
            assert {operation["id"] for operation in api["operations"]} <= FUNCTIONS.keys()
        document = httpx.get(f"{server.url}{api['base_path']}/openapi.json").json()
        assert document["info"]["title"] == api["title"]
        assert httpx.get(f"{server.url}{api['base_path']}/ui/").status_code == 200
