"""How many devices of a deployment have which status."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
LIST = f"{DEPLOYMENTS}/statistics/list"
NO_DEPLOYMENT = "00000000-0000-4000-8000-000000000000"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(autouse=True)
def artifact(new_artifact: Callable[..., str]) -> str:
    """Have something to deploy; return its id."""
    return new_artifact()


def counts(management: httpx.Client, deployment: str) -> dict[str, int]:
    """Return the counters that are not zero."""
    answer = management.get(f"{DEPLOYMENTS}/{deployment}/statistics")
    assert answer.status_code == 200
    assert len(answer.json()) == 13
    return {status: number for status, number in answer.json().items() if number}


def test_counters_follow_the_devices(
    management: httpx.Client, new_device: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    """Counters follow the devices."""
    one, two, three, four = (new_device() for _ in range(4))
    deployment = deploy(one, two, three, four)
    assert counts(management, deployment) == {"pending": 4}
    assert one.next().status_code == two.next().status_code == 200
    one.report(deployment, "downloading")
    two.report(deployment, "failure")
    assert three.next("release-2").status_code == 204
    assert four.next(device_type="bbb").status_code == 204
    assert counts(management, deployment) == {
        "downloading": 1,
        "failure": 1,
        "already-installed": 1,
        "noartifact": 1,
    }
    management.delete(f"v2/devauth/devices/{one.id}")
    assert counts(management, deployment)["decommissioned"] == 1
    assert management.get(f"{DEPLOYMENTS}/{deployment}").json()["status"] == "finished"


def test_several_deployments_at_once(
    management: httpx.Client, device: Any, deploy: Callable[..., str]
) -> None:
    """Several deployments at once."""
    first, second = deploy(device), deploy(device)
    answer = management.post(LIST, json=[second, NO_DEPLOYMENT, first, first])
    assert answer.status_code == 200
    assert [(entry["id"], entry["stats"]["pending"]) for entry in answer.json()] == [
        (second, 1),
        (first, 1),
    ]
    assert answer.json()[1]["stats"] == management.get(f"{DEPLOYMENTS}/{first}/statistics").json()


def test_none_of_the_ids_is_known(management: httpx.Client, refused: Refused) -> None:
    """None of the ids is known."""
    refused(management.post(LIST, json=[NO_DEPLOYMENT]), 404)
    answer = management.post(LIST, json=[])
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    "body", [["no-uuid"], [1], {"deployment_ids": []}, [NO_DEPLOYMENT] * 101, None]
)
def test_odd_lists_of_ids_are_refused(
    management: httpx.Client, refused: Refused, body: Any
) -> None:
    """Odd lists of ids are refused."""
    refused(management.post(LIST, json=body), 400)
