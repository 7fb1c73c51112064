"""Simulated devices go on living: what a user does to them is done."""

import time
from collections.abc import Callable
from typing import Any

import httpx

SHOP = """
title: A shop
simulated: {poll: 1s}
clock: {speed: 60}
artifacts:
- {name: pos-1, device_types: [raspberrypi4], at: -9d}
- {name: pos-2, device_types: [raspberrypi4], at: -9d}
- {name: pos-3, device_types: [raspberrypi4], at: -9d, breaks: {log: out of paper}}
devices:
- {name: till, count: 3, group: tills, joined: -10d, speed: quick}
- {name: dark, group: tills, joined: -10d, offline: true}
deployments:
- {name: first, artifact: pos-1, to: {group: tills}, at: -8d}
"""


def until(management: httpx.Client, name: str, wanted: dict[str, int]) -> dict[str, Any]:
    """Wait until a deployment's devices have come so far; return it."""
    deadline = time.monotonic() + 60
    while True:
        found = management.get("v1/deployments/deployments", params={"search": name}).json()[0]
        counts = {k: v for k, v in found["statistics"]["status"].items() if v}
        if counts == wanted:
            return dict(found)
        assert time.monotonic() < deadline, counts
        time.sleep(0.05)


def test_new_deployment_goes_through(load: Callable[..., Any], management: httpx.Client) -> None:
    """Devices begin where the past left them; one that is offline stays away."""
    assert load(definition=SHOP)["simulated"] == 3
    plan = {"name": "second", "artifact_name": "pos-2"}
    made = management.post("v1/deployments/deployments/group/tills", json=plan)
    assert made.status_code == 201
    until(management, "second", {"success": 3, "pending": 1})
    until(management, "first", {"success": 3, "pending": 1})


def test_artifact_that_breaks_devices_goes_on_doing_so(
    load: Callable[..., Any], management: httpx.Client
) -> None:
    """With its words in their logs."""
    load(definition=SHOP)
    plan = {"name": "third", "artifact_name": "pos-3"}
    management.post("v1/deployments/deployments/group/tills", json=plan).raise_for_status()
    found = until(management, "third", {"failure": 3, "pending": 1})
    base = f"v1/deployments/deployments/{found['id']}/devices"
    failed = [d for d in management.get(f"{base}/list").json() if d["status"] == "failure"]
    assert "out of paper" in management.get(f"{base}/{failed[0]['id']}/log").text


def test_past_that_was_cut_off_is_gone_on_with(
    load: Callable[..., Any], management: httpx.Client
) -> None:
    """Devices that were in the middle of an update when it became now end it."""
    load(definition=SHOP.replace("at: -8d", "at: -20m"))
    until(management, "first", {"success": 3, "pending": 1})


def test_reset_ends_their_lives(
    load: Callable[..., Any], management: httpx.Client, server: Any
) -> None:
    """No device of the old world turns up in the new one."""
    load(definition=SHOP)
    server.reset()
    journal = management.get("v2/devauth/devices")
    assert journal.json() == []
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert management.get("v2/devauth/devices").json() == []
