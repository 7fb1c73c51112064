"""Roll-outs in phases, and second tries after a failure."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
PAST, FUTURE, LATER = "2016-01-01T00:00:00Z", "2126-01-01T00:00:00Z", "2126-02-01T00:00:00Z"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def devices(new_artifact: Callable[..., str], new_device: Callable[..., Any]) -> list[Any]:
    """Return two devices, and have something to deploy."""
    new_artifact()
    return [new_device(), new_device()]


def test_phase_of_the_past_is_open(
    management: httpx.Client, devices: list[Any], deploy: Callable[..., str]
) -> None:
    """Phase of the past is open."""
    deployment = deploy(*devices, phases=[{"start_ts": PAST}])
    assert management.get(f"{DEPLOYMENTS}/{deployment}").json()["status"] == "pending"
    assert [device.next().status_code for device in devices] == [200, 200]


def test_phase_of_the_future_is_scheduled(
    management: httpx.Client, devices: list[Any], deploy: Callable[..., str]
) -> None:
    """Phase of the future is scheduled."""
    deployment = deploy(*devices, phases=[{"start_ts": FUTURE}])
    shown = management.get(f"{DEPLOYMENTS}/{deployment}").json()
    assert shown["status"] == "scheduled"
    assert [device.next().status_code for device in devices] == [204, 204]
    (phase,) = shown["phases"]
    assert phase.pop("id")
    assert phase == {"batch_size": 100, "start_ts": "2126-01-01T00:00:00.000Z", "device_count": 0}


def test_first_phase_takes_its_share(
    management: httpx.Client, devices: list[Any], deploy: Callable[..., str]
) -> None:
    """First phase takes its share."""
    deployment = deploy(*devices, phases=[{"batch_size": 50}, {"start_ts": FUTURE}])
    assert [device.next().status_code for device in devices] == [200, 204]
    assert devices[0].next().status_code == 200
    first, rest = management.get(f"{DEPLOYMENTS}/{deployment}").json()["phases"]
    assert (first["batch_size"], first["device_count"]) == (50, 1)
    assert (rest["batch_size"], rest["device_count"]) == (50, 0)


def test_waiting_for_a_phase_does_not_hold_back_others(
    devices: list[Any], deploy: Callable[..., str]
) -> None:
    """Waiting for a phase does not hold back others."""
    deploy(devices[0], phases=[{"start_ts": FUTURE}])
    today = deploy(devices[0])
    assert devices[0].next().json()["id"] == today


@pytest.mark.parametrize(
    "phases",
    [
        [{"batch_size": 10}, {"start_ts": FUTURE}],
        [{"batch_size": 50}, {"batch_size": 60, "start_ts": FUTURE}],
        [{"batch_size": 50}, {"batch_size": 50}],
        [{"batch_size": 50, "start_ts": LATER}, {"start_ts": FUTURE}],
        [{"start_ts": PAST}, {"start_ts": FUTURE}],
        [{"start_ts": "tomorrow"}],
        [{"batch_size": 0}],
        [{"batch_size": 101}],
        {"batch_size": 50},
    ],
    ids=str,
)
def test_phases_that_do_not_add_up_are_refused(
    management: httpx.Client, devices: list[Any], refused: Refused, phases: Any
) -> None:
    """Phases that do not add up are refused."""
    plan = {"name": "update", "artifact_name": "release-2", "phases": phases}
    plan["devices"] = [device.id for device in devices]
    assert "phases" in refused(management.post(DEPLOYMENTS, json=plan), 400)
    assert management.get(DEPLOYMENTS).json() == []


def test_failure_with_retries_left_is_tried_again(
    management: httpx.Client, devices: list[Any], deploy: Callable[..., str]
) -> None:
    """Failure with retries left is tried again."""
    device = devices[0]
    deployment = deploy(device, retries=1)
    path = f"{DEPLOYMENTS}/{deployment}"
    assert management.get(path).json()["retries"] == 1
    for left in ("pending", "failure"):
        assert device.next().json()["id"] == deployment
        assert device.report(deployment, "downloading").status_code == 204
        assert device.report(deployment, "failure").status_code == 204
        assert management.get(f"{path}/devices").json()[0]["status"] == left
    assert device.next().status_code == 204
    assert management.get(path).json()["status"] == "finished"
