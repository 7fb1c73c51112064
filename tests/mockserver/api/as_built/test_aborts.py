"""Aborts as built: whom they reach, and what they leave (facts 5, 11.1 to 11.3)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Pick = Callable[..., Any]
AS_BUILT = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
DEPLOYMENTS = "v1/deployments/deployments"
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_abort_forgets_who_never_asked(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """An abort takes those that never asked out of the counters; the targets stay."""
    deployment = deploy(*pair)
    pair[0].next()
    aborted = management.put(f"{DEPLOYMENTS}/{deployment}/status", json={"status": "aborted"})
    assert aborted.status_code == 204
    counts = management.get(f"{DEPLOYMENTS}/{deployment}/statistics").json()
    assert counts["aborted"] == either(documented=2, as_built=1)
    assert counts["pending"] == 0
    assert management.get(f"{DEPLOYMENTS}/{deployment}").json()["status"] == "finished"
    assert management.get(f"{DEPLOYMENTS}/{deployment}/device_list").json() == [
        device.id for device in pair
    ]
    assert pair[1].next().status_code == 204


def test_abort_of_unknown_deployment(management: httpx.Client, either: Pick) -> None:
    """What is unknown is finished."""
    answer = management.put(f"{DEPLOYMENTS}/{NOBODY}/status", json={"status": "aborted"})
    assert answer.status_code == either(documented=404, as_built=422)


@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
def test_abort_for_a_device_reaches_the_next_one(  # noqa: PLR0913, PLR0917 - a case and fixtures
    busy: bool,  # noqa: FBT001 - a case
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    management: httpx.Client,
    either: Pick,
) -> None:
    """What the device is busy with ends, if anything, and the one that it would be offered."""
    new_artifact()
    device = new_device()
    deployments = [deploy(device, name=name) for name in ("one", "two", "three")]
    if busy:
        device.next()
    assert management.delete(f"{DEPLOYMENTS}/devices/{device.id}").status_code == 204
    shown = [management.get(f"{DEPLOYMENTS}/{d}").json()["status"] for d in deployments]
    reached = either(documented=3, as_built=1 + busy)
    assert shown == ["finished"] * reached + ["pending"] * (3 - reached)


@AS_BUILT
def test_what_was_done_before_an_abort_may_still_change(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client
) -> None:
    """Only those that the abort ended are held."""
    deployment = deploy(*pair)
    for device in pair:
        device.next()
    pair[0].report(deployment, "success")
    management.put(f"{DEPLOYMENTS}/{deployment}/status", json={"status": "aborted"})
    assert pair[0].report(deployment, "failure").status_code == 204
    held = pair[1].report(deployment, "success")
    assert (held.status_code, held.json()["error"]) == (409, "Deployment aborted")
