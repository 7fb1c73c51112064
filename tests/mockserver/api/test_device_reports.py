"""What devices report of an update: statuses and logs."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

MESSAGE = {"timestamp": "2016-03-11T13:03:17Z", "level": "INFO", "message": "begin"}
STEPS = (
    "downloading",
    "pause_before_installing",
    "installing",
    "pause_before_rebooting",
    "rebooting",
    "pause_before_committing",
    "success",
)

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def deployment(device: Any, deploy: Callable[..., str], new_artifact: Callable[..., str]) -> str:
    """Return the id of a deployment that the device has been offered."""
    new_artifact()
    deployment = deploy(device)
    assert device.next().status_code == 200
    return deployment


@pytest.fixture
def status(management: httpx.Client, deployment: str) -> Callable[[], str]:
    """Return a function that returns the device's status in the deployment."""
    path = f"v1/deployments/deployments/{deployment}/devices"
    return lambda: str(management.get(path).json()[0]["status"])


def send_log(device: Any, deployment: str, body: Any) -> httpx.Response:
    """Send a log."""
    path = f"v1/deployments/device/deployments/{deployment}/log"
    answer: httpx.Response = device.http.put(path, json=body)
    return answer


def test_each_step_is_taken_down(device: Any, deployment: str, status: Callable[[], str]) -> None:
    """Each step is taken down."""
    for step in STEPS:
        answer = device.report(deployment, step)
        assert (answer.status_code, answer.content) == (204, b"")
        assert status() == step
    assert device.next("release-2").status_code == 204


def test_last_device_finishes_the_deployment(
    management: httpx.Client, device: Any, deployment: str
) -> None:
    """Last device finishes the deployment."""
    path = f"v1/deployments/deployments/{deployment}"
    device.report(deployment, "installing")
    assert management.get(path).json()["status"] == "inprogress"
    device.report(deployment, "success")
    assert management.get(path).json()["status"] == "finished"


def test_odd_reports_are_refused(
    device: Any, deployment: str, status: Callable[[], str], refused: Refused
) -> None:
    """Odd reports are refused."""
    for report in ("aborted", "noartifact", "pending", "done", ""):
        refused(device.report(deployment, report), 400)
    refused(device.report(deployment, "installing", substate="s" * 201), 400)
    assert status() == "pending"


def test_nothing_is_reported_after_an_abort(
    management: httpx.Client,
    device: Any,
    deployment: str,
    status: Callable[[], str],
    refused: Refused,
) -> None:
    """Nothing is reported after an abort."""
    path = f"v1/deployments/deployments/{deployment}/status"
    management.put(path, json={"status": "aborted"})
    refused(device.report(deployment, "installing"), 409)
    assert status() == "aborted"
    assert send_log(device, deployment, {"messages": [MESSAGE]}).status_code == 204


def test_reports_are_for_devices_that_were_offered_it(
    new_device: Callable[..., Any], deployment: str, refused: Refused
) -> None:
    """Reports are for devices that were offered it."""
    other = new_device()
    for unknown in (deployment, "no-such-deployment"):
        refused(other.report(unknown, "success"), 404)
        refused(send_log(other, unknown, {"messages": [MESSAGE]}), 404)


def test_later_log_takes_the_place_of_the_earlier(
    management: httpx.Client, device: Any, deployment: str
) -> None:
    """Later log takes the place of the earlier."""
    for text in ("first", "second"):
        answer = send_log(device, deployment, {"messages": [{**MESSAGE, "message": text}]})
        assert (answer.status_code, answer.content) == (204, b"")
    path = f"v1/deployments/deployments/{deployment}/devices/{device.id}/log"
    assert management.get(path).text == "2016-03-11 13:03:17 +0000 UTC INFO: second\n"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": "all went well"},
        {"messages": [{"level": "INFO", "message": "begin"}]},
        {"messages": [{**MESSAGE, "timestamp": "today"}]},
        {"messages": [{**MESSAGE, "message": ""}]},
    ],
    ids=str,
)
def test_odd_logs_are_refused(
    management: httpx.Client, device: Any, deployment: str, refused: Refused, body: Any
) -> None:
    """Odd logs are refused."""
    refused(send_log(device, deployment, body), 400)
    path = f"v1/deployments/deployments/{deployment}/devices"
    assert management.get(path).json()[0]["log"] is False
