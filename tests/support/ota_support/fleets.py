"""Fleets on a server, from a test."""

import asyncio
from typing import Any

import httpx

from ota_support.scripted import an_artifact
from ota_support.server import EMAIL, LOGIN, NO_TLS, PASSWORD
from otakit.fixtures.behaviours import assign, behaviour
from otakit.fixtures.device_timing import Timing
from otakit.fixtures.fleet.operator import Login
from otakit.fixtures.fleet.plan import FleetPlan, OwnArtifact, Rollout
from otakit.fixtures.fleet.run import FleetRun
from otakit.fixtures.fleet.server import Fleets, Server

HOUR = 3600.0
TYPES = ("board-a", "board-b")
RELEASE = "release-2"


def a_rollout(name: str = RELEASE, **more: Any) -> Rollout:
    """Return a roll-out of an artifact for each of the types; the later one is larger."""
    artifacts = tuple(
        OwnArtifact(name=name, device_types=(kind,), content=an_artifact_for(kind, name, place))
        for place, kind in enumerate(TYPES)
    )
    return Rollout(artifact_name=name, artifacts=artifacts, **more)


def an_artifact_for(kind: str, name: str, place: int) -> bytes:
    """Return an artifact for devices of a type."""
    files = [("payload", bytes(5000 * (place + 1)))]
    return an_artifact(name, device_types=[kind], files=files, compression="none")


def a_plan(devices: int, **more: Any) -> FleetPlan:
    """Return a plan for devices that poll once an hour."""
    given: dict[str, Any] = {
        "run": "test",
        "device_types": TYPES,
        "timing": Timing(poll=HOUR, inventory=24 * HOUR, retry=300),
        "ramp_up": HOUR,
        "rollout": a_rollout(),
        **more,
    }
    return FleetPlan(devices=devices, **given)


def at(url: str, **more: Any) -> Server:
    """Return how a mock is reached."""
    return Server(url=url, login=Login(email=EMAIL, password=PASSWORD), **more)


def played(url: str, plan: FleetPlan, **more: Any) -> FleetRun:
    """Play a plan to its end in virtual time."""

    async def play() -> FleetRun:
        async with (
            asyncio.timeout(60),
            Fleets(at(url, **more)).virtual_time(plan, dealt(plan)) as run,
        ):
            await run.run()
        return run

    return asyncio.run(play())


def dealt(plan: FleetPlan) -> list[tuple[str, Any]]:
    """Deal the plan's behaviours."""
    return [(name, behaviour(name)) for name in assign(plan.behaviours, plan.devices, plan.seed)]


def statistics(run: FleetRun) -> dict[str, int]:
    """Return how many devices ended in which status."""
    counted = run.rolling_out.statistics if run.rolling_out is not None else {}
    return {status: count for status, count in counted.items() if count and status != "total_size"}


def left_by(url: str, run: str) -> dict[str, int]:
    """Count what a run has left on a server."""
    with httpx.Client(base_url=f"{url}/api/management/", verify=NO_TLS) as http:
        token = http.post("v1/useradm/auth/login", auth=LOGIN).raise_for_status().text
        http.headers["Authorization"] = f"Bearer {token}"
        devices = http.get("v2/devauth/devices", params={"per_page": 500}).json()
        artifacts = http.get("v1/deployments/artifacts").json()
        deployments = http.get("v1/deployments/deployments", params={"per_page": 500}).json()
    return {
        "devices": sum(
            str(device["identity_data"].get("otakit_fleet", "")).startswith(f"{run}/")
            for device in devices
        ),
        "artifacts": sum(
            (artifact["description"] or "").endswith(f"fleet {run}") for artifact in artifacts
        ),
        "active deployments": sum(
            deployment["name"].endswith(f"fleet {run}") and deployment["status"] != "finished"
            for deployment in deployments
        ),
    }
