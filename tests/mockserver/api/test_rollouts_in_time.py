"""Phases and dynamic deployments as users and devices see them while time goes by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from otakit.mockserver.domain.clock import Clock, rfc3339

DEPLOYMENTS = "v1/deployments/deployments"
DYNAMIC = "v2/deployments/deployments"
BEGIN = 1_800_000_000.0

Refused = Callable[[httpx.Response, int], str]


@dataclass
class Server:
    """A server with a universe of its own, whose clock the test turns."""

    url: str
    seconds: list[float]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds[0] += seconds


@pytest.fixture(scope="module")
def turned(ota_serve: Callable[..., str]) -> Server:
    """Return one server for the tests of this module."""
    seconds = [BEGIN]
    return Server(ota_serve(clock=Clock(source=lambda: seconds[0])), seconds)


@pytest.fixture
def server(turned: Server) -> Server:
    """Return it empty, at the beginning of its time."""
    turned.seconds[0] = BEGIN
    httpx.post(f"{turned.url}/otakit/v1/universes/default/reset").raise_for_status()
    return turned


@pytest.fixture
def management(server: Server) -> Iterator[httpx.Client]:
    """Return a client that is logged in."""
    login = f"{server.url}/api/management/v1/useradm/auth/login"
    token = httpx.post(login, auth=("admin@example.com", "otakit-password")).text
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{server.url}/api/management/", headers=headers) as client:
        yield client


@pytest.fixture
def seen(management: httpx.Client) -> Callable[[str], tuple[str, list[int]]]:
    """Return a function that tells a deployment's status and how many each phase let in."""

    def look(deployment: str) -> tuple[str, list[int]]:
        shown = management.get(f"{DEPLOYMENTS}/{deployment}").json()
        return shown["status"], [phase["device_count"] for phase in shown["phases"]]

    return look


def test_phases_open_one_after_another(
    server: Server,
    new_artifact: Callable[..., str],
    new_device: Callable[..., Any],
    deploy: Callable[..., str],
    seen: Callable[[str], tuple[str, list[int]]],
) -> None:
    """25 % of ten are two, 30 % are three, and the last five take the rest."""
    new_artifact()
    devices = [new_device() for _ in range(10)]
    shares = ((25, 60), (30, 120), (None, 180))
    phases = [
        {"start_ts": rfc3339(BEGIN + start)} | ({"batch_size": size} if size else {})
        for size, start in shares
    ]
    deployment = deploy(*devices, phases=phases)
    course = []
    for _ in range(4):
        offered = sum(device.next().status_code == 200 for device in devices)
        course.append((offered, *seen(deployment)))
        server.wait(60)
    assert course == [
        (0, "scheduled", [0, 0, 0]),
        (2, "pending", [2, 0, 0]),
        (5, "pending", [2, 3, 0]),
        (10, "pending", [2, 3, 5]),
    ]
    for device in devices:
        assert device.report(deployment, "success").status_code == 204
    assert seen(deployment) == ("finished", [2, 3, 5])


@pytest.fixture
def start(management: httpx.Client, new_artifact: Callable[..., str]) -> Callable[..., Any]:
    """Return a function that deploys to what is in the north."""
    new_artifact()
    terms = [{"scope": "inventory", "attribute": "site", "type": "$eq", "value": "north"}]
    saved = management.post("v2/inventory/filters", json={"name": "north", "terms": terms})
    filter_id = saved.headers["location"].rpartition("/")[2]

    def create(**plan: Any) -> httpx.Response:
        wish = {"name": "d", "artifact_name": "release-2", "filter_id": filter_id, **plan}
        return management.post(DYNAMIC, json=wish)

    return create


def test_dynamic_deployment_gathers_and_ends(
    management: httpx.Client, new_device: Callable[..., Any], start: Callable[..., Any]
) -> None:
    """Who comes to match joins, who has left is not offered it, and the limit ends it."""
    first, left, stranger = (new_device(site=site) for site in ("north", "north", "south"))
    path = start(max_devices=2).headers["location"].removeprefix("/api/management/")
    deployment = path.rpartition("/")[2]
    shown = management.get(path).json()
    assert (shown["dynamic"], shown["initial_device_count"], shown["max_devices"]) == (True, 2, 2)
    left.http.patch("v1/inventory/device/attributes", json=[{"name": "site", "value": "south"}])
    late = new_device(site="north")
    answers = [device.next().status_code for device in (first, left, stranger, late)]
    assert answers == [200, 204, 204, 200]
    shown = management.get(path).json()
    assert (shown["initial_device_count"], shown["device_count"]) == (2, 3)
    assert first.report(deployment, "failure").status_code == 204
    assert management.get(path).json()["status"] == "inprogress"
    assert late.report(deployment, "success").status_code == 204
    assert management.get(path).json()["status"] == "finished"
    assert new_device(site="north").next().status_code == 204


def test_phases_of_a_dynamic_deployment_are_shares_of_those_at_its_creation(
    server: Server, new_device: Callable[..., Any], start: Callable[..., Any], refused: Refused
) -> None:
    """However many join; a share of nobody is refused."""
    phases = [{"batch_size": 50}, {"start_ts": rfc3339(BEGIN + 60)}]
    assert "has no devices: 50 % of 0" in refused(start(phases=phases), 400)
    devices = [new_device(site="north") for _ in range(2)]
    assert start(phases=phases).status_code == 201
    devices += [new_device(site="north") for _ in range(2)]
    assert [device.next().status_code for device in devices] == [200, 204, 204, 204]
    server.wait(60)
    assert [device.next().status_code for device in devices] == [200] * 4
