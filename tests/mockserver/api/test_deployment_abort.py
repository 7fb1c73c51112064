"""Aborting a deployment for all its devices, or all deployments of a device."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(autouse=True)
def artifact(new_artifact: Callable[..., str]) -> str:
    """Have something to deploy; return its id."""
    return new_artifact()


def abort(management: httpx.Client, deployment: str, status: str = "aborted") -> httpx.Response:
    """Set a deployment's status."""
    return management.put(f"{DEPLOYMENTS}/{deployment}/status", json={"status": status})


def statuses(management: httpx.Client, deployment: str) -> list[str]:
    """Return the statuses of a deployment's devices."""
    listed = management.get(f"{DEPLOYMENTS}/{deployment}/devices").json()
    return [device["status"] for device in listed]


def test_abort_ends_what_is_not_done(
    management: httpx.Client,
    new_device: Callable[..., Any],
    deploy: Callable[..., str],
    refused: Refused,
) -> None:
    """Abort ends what is not done."""
    done, busy, idle = (new_device() for _ in range(3))
    deployment = deploy(done, busy, idle)
    for device, status in ((done, "success"), (busy, "installing")):
        assert device.next().status_code == 200
        assert device.report(deployment, status).status_code == 204
    answer = abort(management, deployment)
    assert (answer.status_code, answer.content) == (204, b"")
    assert statuses(management, deployment) == ["success", "aborted", "aborted"]
    shown = management.get(f"{DEPLOYMENTS}/{deployment}").json()
    assert (shown["status"], shown["device_count"]) == ("finished", 3)
    assert shown["finished"] >= shown["created"]
    assert idle.next().status_code == 204
    refused(busy.report(deployment, "success"), 409)


def test_finished_deployment_cannot_be_aborted(
    management: httpx.Client, device: Any, deploy: Callable[..., str], refused: Refused
) -> None:
    """Finished deployment cannot be aborted."""
    deployment = deploy(device)
    assert device.next().status_code == 200
    device.report(deployment, "success")
    refused(abort(management, deployment), 422)
    assert statuses(management, deployment) == ["success"]


def test_other_statuses_cannot_be_set(
    management: httpx.Client, device: Any, deploy: Callable[..., str], refused: Refused
) -> None:
    """Other statuses cannot be set."""
    deployment = deploy(device)
    for status in ("finished", "success", ""):
        refused(abort(management, deployment, status), 400)
    refused(management.put(f"{DEPLOYMENTS}/{deployment}/status", json={}), 400)
    assert statuses(management, deployment) == ["pending"]


def test_all_deployments_of_a_device_end(
    management: httpx.Client, new_device: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    """All deployments of a device end."""
    one, other = new_device(), new_device()
    shared, own, last = deploy(one, other), deploy(one), deploy(one)
    assert one.next().json()["id"] == shared
    answer = management.delete(f"{DEPLOYMENTS}/devices/{one.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert statuses(management, shared) == ["aborted", "pending"]
    assert statuses(management, own) == statuses(management, last) == ["aborted"]
    assert one.next().status_code == 204
    assert other.next().json()["id"] == shared


def test_device_without_deployments_is_no_error(management: httpx.Client) -> None:
    """Device without deployments is no error."""
    assert management.delete(f"{DEPLOYMENTS}/devices/no-such-device").status_code == 204
