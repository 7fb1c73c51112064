"""Statuses in the words of each older edition, and counters that go on adding up."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"

FIRST = {
    "downloading": "inprogress",
    "installing": "inprogress",
    "rebooting": "inprogress",
    "pause_before_installing": "inprogress",
    "pause_before_rebooting": "inprogress",
    "pause_before_committing": "inprogress",
    "success": "success",
    "failure": "failure",
    "already-installed": "success",
}
SECOND = {
    **{status: status for status in FIRST},
    "pause_before_installing": "downloading",
    "pause_before_rebooting": "installing",
    "pause_before_committing": "rebooting",
}
SHOWN = {"mender-1": FIRST, "mender-2": SECOND}
COUNTED = SECOND
"""Both editions have the same counters."""

Deploy = Callable[..., str]


@pytest.fixture
def busy(device: Any, new_artifact: Callable[..., str], deploy: Deploy) -> tuple[Any, str]:
    """Return a device that was offered an update, and the deployment's id."""
    new_artifact()
    deployment = deploy(device)
    assert device.next().status_code == 200
    return device, deployment


@pytest.mark.parametrize("status", FIRST)
def test_reported_status_is_shown_and_counted(
    management: httpx.Client, edition: str, busy: tuple[Any, str], status: str
) -> None:
    """The list says it in the edition's word; the counter is that of the step it stands for."""
    device, deployment = busy
    assert device.report(deployment, status).status_code == 204
    (shown,) = management.get(f"{DEPLOYMENTS}/{deployment}/devices").json()
    assert shown["status"] == SHOWN[edition][status]
    counts = management.get(f"{DEPLOYMENTS}/{deployment}/statistics").json()
    assert {name: count for name, count in counts.items() if count} == {COUNTED[status]: 1}


def test_device_that_never_asked_has_no_type(
    management: httpx.Client,
    edition: str,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Deploy,
) -> None:
    """The first edition requires one, which nobody knows."""
    new_artifact()
    (shown,) = management.get(f"{DEPLOYMENTS}/{deploy(device)}/devices").json()
    assert shown["status"] == "pending"
    assert shown.get("device_type") == {"mender-1": "", "mender-2": None}[edition]


def test_removed_device_is_decommissioned(
    management: httpx.Client, edition: str, busy: tuple[Any, str], deploy: Deploy
) -> None:
    """In all that it has not finished; it stays, and later deployments reach it."""
    device, deployment = busy
    waiting = deploy(device)
    assert management.delete(f"{DEPLOYMENTS}/devices/{device.id}").status_code == 204
    for ended in (deployment, waiting):
        (shown,) = management.get(f"{DEPLOYMENTS}/{ended}/devices").json()
        assert shown["status"] == {"mender-1": "aborted", "mender-2": "decommissioned"}[edition]
        counts = management.get(f"{DEPLOYMENTS}/{ended}/statistics").json()
        assert {name: count for name, count in counts.items() if count} == {"aborted": 1}
        assert management.get(f"{DEPLOYMENTS}/{ended}").json()["status"] == "finished"
    assert device.report(deployment, "success").status_code == 409
    assert device.next().status_code == 204
    later = deploy(device)
    assert device.next().json()["id"] == later


def test_removal_leaves_what_is_finished(management: httpx.Client, busy: tuple[Any, str]) -> None:
    """A device that was done keeps its status; one that nobody knows is no error."""
    device, deployment = busy
    device.report(deployment, "success")
    for name in (device.id, "nobody"):
        assert management.delete(f"{DEPLOYMENTS}/devices/{name}").status_code == 204
    (shown,) = management.get(f"{DEPLOYMENTS}/{deployment}/devices").json()
    assert shown["status"] == "success"


@pytest.mark.parametrize("edition", ["mender-2"])
def test_scheduled_deployment_is_pending(
    management: httpx.Client, new_device: Callable[..., Any], new_artifact: Any, deploy: Deploy
) -> None:
    """The editions have no word for a first phase yet to come; their filter finds it."""
    new_artifact()
    phases = [
        {"batch_size": 50, "start_ts": "2999-01-01T00:00:00Z"},
        {"start_ts": "2999-01-02T00:00:00Z"},
    ]
    planned = deploy(new_device(), new_device(), phases=phases)
    plain = deploy(new_device())
    assert management.get(f"{DEPLOYMENTS}/{planned}").json()["status"] == "pending"
    found = {
        status: {d["id"] for d in management.get(DEPLOYMENTS, params={"status": status}).json()}
        for status in ("pending", "inprogress", "finished")
    }
    assert found == {"pending": {planned, plain}, "inprogress": set(), "finished": set()}


def test_filter_finds_what_is_shown_under_its_word(
    management: httpx.Client, busy: tuple[Any, str], deploy: Deploy
) -> None:
    """One deployment of each status."""
    device, finished = busy
    device.report(finished, "success")
    running = deploy(device)
    assert device.next().status_code == 200
    device.report(running, "downloading")
    pending = deploy(device)
    for status, wanted in (("finished", finished), ("inprogress", running), ("pending", pending)):
        (found,) = management.get(DEPLOYMENTS, params={"status": status}).json()
        assert (found["id"], found["status"]) == (wanted, status)
