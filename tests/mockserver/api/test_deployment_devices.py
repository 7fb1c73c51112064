"""The devices of a deployment, and their logs."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
MESSAGES = [
    {"timestamp": "2016-03-11T13:03:17.063Z", "level": "INFO", "message": "begin"},
    {"timestamp": "2016-03-11T14:03:18+01:00", "level": "ERROR", "message": "no space"},
]

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def devices(new_artifact: Callable[..., str], new_device: Callable[..., Any]) -> list[Any]:
    """Return four devices, and have something to deploy."""
    new_artifact()
    return [new_device() for _ in range(4)]


@pytest.fixture
def path(devices: list[Any], deploy: Callable[..., str]) -> str:
    """Deploy: one device pending, one downloading, one paused, one failed with a log."""
    deployment = deploy(*devices)
    statuses = ("downloading", "pause_before_installing", "failure")
    for device, status in zip(devices[1:], statuses, strict=True):
        assert device.next().status_code == 200
        assert device.report(deployment, status, substate=f"at {status}").status_code == 204
    log = f"v1/deployments/device/deployments/{deployment}/log"
    assert devices[3].http.put(log, json={"messages": MESSAGES}).status_code == 204
    return f"{DEPLOYMENTS}/{deployment}"


def test_all_targets_are_listed(management: httpx.Client, path: str, devices: list[Any]) -> None:
    """All targets are listed."""
    answer = management.get(f"{path}/devices")
    assert answer.status_code == 200
    waiting, busy, paused, failed = answer.json()
    assert [d["id"] for d in answer.json()] == [device.id for device in devices]
    created = management.get(path).json()["created"]
    assert waiting == {
        "id": devices[0].id,
        "status": "pending",
        "created": created,
        "log": False,
    }
    assert (busy["status"], busy["device_type"]) == ("downloading", "rpi")
    assert busy["image"]["name"] == "release-2"
    assert paused["substate"] == "at pause_before_installing"
    assert (failed["status"], failed["log"]) == ("failure", True)
    assert created <= failed["started"] <= failed["finished"]
    assert "finished" not in busy


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [0, 1, 2, 3]),
        ("status=pending", [0]),
        ("status=failure", [3]),
        ("status=pause_before_installing", [2]),
        ("status=success", []),
        ("status=pause", [2]),
        ("status=active", [0, 1, 2]),
        ("status=finished", [3]),
    ],
)
def test_devices_by_status(
    management: httpx.Client, path: str, devices: list[Any], query: str, places: list[int]
) -> None:
    """Devices by status."""
    answer = management.get(f"{path}/devices/list?{query}")
    assert answer.status_code == 200
    assert [d["id"] for d in answer.json()] == [devices[place].id for place in places]
    assert answer.headers["x-total-count"] == str(len(places))


def test_pages_are_counted_and_linked(
    management: httpx.Client,
    path: str,
    devices: list[Any],
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Pages are counted and linked."""
    answer = management.get(f"{path}/devices/list?page=2&per_page=2")
    assert [d["id"] for d in answer.json()] == [device.id for device in devices[2:]]
    assert answer.headers["x-total-count"] == "4"
    link = f"/api/management/{path}/devices/list?page={{}}&per_page=2"
    assert relations(answer) == {
        "first": link.format(1),
        "prev": link.format(1),
        "last": link.format(2),
    }


@pytest.mark.parametrize("query", ["status=idle", "page=0", "per_page=501"])
def test_odd_lists_are_refused(
    management: httpx.Client, path: str, refused: Refused, query: str
) -> None:
    """Odd lists are refused."""
    refused(management.get(f"{path}/devices/list?{query}"), 400)


def test_log_is_text_with_a_line_for_each_message(
    management: httpx.Client, path: str, devices: list[Any]
) -> None:
    """Log is text with a line for each message."""
    answer = management.get(f"{path}/devices/{devices[3].id}/log")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")
    assert answer.text == (
        "2016-03-11 13:03:17.063 +0000 UTC INFO: begin\n"
        "2016-03-11 13:03:18 +0000 UTC ERROR: no space\n"
    )


def test_log_that_nobody_sent(
    management: httpx.Client, path: str, devices: list[Any], refused: Refused
) -> None:
    """Log that nobody sent."""
    refused(management.get(f"{path}/devices/{devices[0].id}/log"), 404)
    refused(management.get(f"{path}/devices/no-such-device/log"), 404)
    refused(management.get(f"{DEPLOYMENTS}/none/devices/{devices[3].id}/log"), 404)
