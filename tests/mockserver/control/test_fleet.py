"""The control API's fleet: simulated devices are added, live on the clock, and are removed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_support.scripted import an_artifact
from otakit.specs.catalogue import control as control_api

SHOP = """
title: A shop
simulated: true
devices: [{name: till, count: 2, joined: -1d}]
"""
HOURS = 6 * 3600


class Tenant:
    """A universe whose clock stands still, its fleet, and its user."""

    def __init__(self, control: httpx.Client, user: httpx.Client, made: dict[str, Any]) -> None:
        """Freeze it."""
        self.made = made
        self.control = control
        self.path = f"universes/{made['id']}"
        self.user = user
        control.put(f"{self.path}/clock", json={"speed": 0}).raise_for_status()

    def add(self, devices: int, **wishes: Any) -> Any:
        """Add devices; return the fleet."""
        answer = self.control.post(f"{self.path}/fleet", json={"devices": devices, **wishes})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def fleet(self) -> Any:
        """Return the fleet."""
        return self.control.get(f"{self.path}/fleet").raise_for_status().json()

    def run(self, seconds: float) -> None:
        """Let time go by."""
        body = {"seconds": seconds}
        self.control.post(f"{self.path}/clock/advance", json=body).raise_for_status()
        login = (self.made["email"], self.made["password"])
        token = self.user.post("/api/management/v1/useradm/auth/login", auth=login).text
        self.user.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> Any:
        """Return what the user is shown."""
        answer = self.user.get(f"/api/management/{path}", params={"per_page": 500, **params})
        return answer.raise_for_status().json()

    def statuses(self) -> list[str]:
        """Return the status of each device."""
        return [device["status"] for device in self.get("v2/devauth/devices")]

    def deploy(self, content: bytes = b"") -> str:
        """Upload release-2 and deploy it to all devices; return the deployment's id."""
        content = content or an_artifact(device_types=["raspberrypi4"])
        size, files = {"size": str(len(content))}, {"artifact": ("a.mender", content)}
        base = "/api/management/v1/deployments"
        self.user.post(f"{base}/artifacts", data=size, files=files).raise_for_status()
        plan = {"name": "all", "artifact_name": "release-2", "all_devices": True}
        made = self.user.post(f"{base}/deployments", json=plan).raise_for_status()
        return made.headers["location"].rpartition("/")[2]

    def statistics(self, deployment: str) -> dict[str, int]:
        """Return how many devices are in which status, without those that nobody is in."""
        counts = self.get(f"v1/deployments/deployments/{deployment}/statistics")
        return {status: count for status, count in counts.items() if count}


@pytest.fixture
def new_tenant(
    control: httpx.Client,
    new_universe: Callable[..., dict[str, Any]],
    user_of: Callable[[dict[str, Any]], httpx.Client],
) -> Callable[[], Tenant]:
    """Return a function that makes a universe whose clock stands still."""

    def make() -> Tenant:
        made = new_universe()
        return Tenant(control, user_of(made), made)

    return make


@pytest.fixture
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    """Return one universe."""
    return new_tenant()


def test_added_devices_are_in_at_once_and_live_after_a_poll(tenant: Tenant) -> None:
    """Accepted, with an inventory of their own, and connected."""
    added = tenant.add(7)
    assert (added["devices"], added["added"]) == (7, 7)
    assert (added["behaviours"], added["doing"]) == ({"healthy": 7}, {"off": 7})
    assert tenant.statuses() == ["accepted"] * 7
    tenant.run(30)
    assert tenant.fleet()["doing"] == {"idle": 7}
    inventories = tenant.get("v1/inventory/devices")
    names = [
        {one["name"]: one["value"] for one in shown["attributes"]}["hostname"]
        for shown in inventories
    ]
    assert len(set(names)) == 7
    for shown in inventories:
        connection = tenant.get(f"v1/deviceconnect/devices/{shown['id']}")
        assert connection["status"] == "connected"


def test_behaviours_are_dealt_exactly_and_seen_in_a_rollout(tenant: Tenant) -> None:
    """Eight of ten get through, one fails, one hangs for ever."""
    tenant.add(10, behaviours={"healthy": 80, "fails": 10, "stuck": 10})
    tenant.run(30)
    deployment = tenant.deploy()
    tenant.run(HOURS)
    assert tenant.statistics(deployment) == {"success": 8, "failure": 1, "installing": 1}
    shown = tenant.fleet()
    assert shown["behaviours"] == {"fails": 1, "healthy": 8, "stuck": 1}
    assert shown["doing"] == {"idle": 9, "stuck": 1}


def test_pace_and_types_are_those_asked_for(tenant: Tenant) -> None:
    """A thousand times as fast, all that fit are done a second after their poll."""
    tenant.add(6, device_types=["raspberrypi4", "toaster"], pace=1000, poll=60)
    tenant.run(60)
    deployment = tenant.deploy()
    tenant.run(61)
    assert tenant.statistics(deployment) == {"success": 3, "noartifact": 3}


def test_devices_that_are_not_accepted_wait(tenant: Tenant) -> None:
    """They are seen at once, and come in when a user lets them."""
    tenant.add(2, accept=False)
    assert tenant.statuses() == ["pending"] * 2
    tenant.run(60)
    assert tenant.fleet()["doing"] == {"pending": 2}
    (device, _) = tenant.get("v2/devauth/devices")
    path = f"v2/devauth/devices/{device['id']}/auth/{device['auth_sets'][0]['id']}/status"
    tenant.user.put(f"/api/management/{path}", json={"status": "accepted"}).raise_for_status()
    tenant.run(15)
    assert tenant.fleet()["doing"] == {"idle": 1, "pending": 1}


def test_duplicate_of_an_identity_waits_beside_its_original(tenant: Tenant) -> None:
    """The server knows one device with two keys, and the original's is let in."""
    tenant.add(2, behaviours={"healthy": 1, "duplicate-identity": 1})
    tenant.run(30)
    (shown,) = tenant.get("v2/devauth/devices")
    assert sorted(one["status"] for one in shown["auth_sets"]) == ["accepted", "pending"]
    assert tenant.fleet()["doing"] == {"idle": 1, "pending": 1}


def identities(tenant: Tenant) -> list[str]:
    """Return who the devices are."""
    return sorted(str(device["identity_data"]) for device in tenant.get("v2/devauth/devices"))


def test_seed_says_who_the_devices_are(new_tenant: Callable[[], Tenant]) -> None:
    """The same ones in each universe; without it, others in each and each time."""
    first, second, third, fourth = (new_tenant() for _ in range(4))
    first.add(3, seed=5)
    second.add(3, seed=5)
    third.add(3)
    third.add(3)
    fourth.add(3)
    assert identities(first) == identities(second)
    assert len(set(identities(third))) == 6
    assert not set(identities(third)) & set(identities(fourth))


def test_removed_devices_are_gone_and_the_scenarios_stay(tenant: Tenant) -> None:
    """None of them comes back, and deployments to them go on with the others."""
    loaded = tenant.control.post(f"{tenant.path}/scenario", json={"definition": SHOP})
    loaded.raise_for_status()
    tenant.add(5)
    both = tenant.fleet()
    assert (both["devices"], both["added"]) == (7, 5)
    tenant.run(60)
    assert tenant.control.delete(f"{tenant.path}/fleet").status_code == 204
    tenant.run(600)
    assert tenant.statuses() == ["accepted"] * 2
    left = tenant.fleet()
    assert (left["devices"], left["added"], left["behaviours"]) == (2, 0, {})
    assert left["doing"] == {"idle": 2}


def reset(tenant: Tenant) -> None:
    """Begin anew."""
    tenant.control.post(f"{tenant.path}/reset").raise_for_status()


def load(tenant: Tenant) -> None:
    """Load a scenario without simulated devices."""
    body = {"definition": "title: Bare"}
    tenant.control.post(f"{tenant.path}/scenario", json=body).raise_for_status()


def restore(tenant: Tenant) -> None:
    """Put the present state back."""
    snapshot = tenant.control.get(f"{tenant.path}/snapshot").json()
    tenant.control.put(f"{tenant.path}/snapshot", json=snapshot).raise_for_status()


@pytest.mark.parametrize("act", [reset, load, restore])
def test_another_world_ends_the_fleet(tenant: Tenant, act: Callable[[Tenant], None]) -> None:
    """Nobody lives on in it."""
    tenant.add(3)
    act(tenant)
    assert tenant.fleet() == {"devices": 0, "added": 0, "behaviours": {}, "doing": {}}
    before = tenant.get("v2/devauth/devices")
    tenant.run(600)
    assert tenant.get("v2/devauth/devices") == before


def test_devices_of_a_restored_world_come_back_to_life(tenant: Tenant) -> None:
    """By the same wish: they are known, and let in."""
    tenant.add(3, seed=1)
    tenant.run(30)
    before = {device["id"] for device in tenant.get("v2/devauth/devices")}
    restore(tenant)
    tenant.add(3, seed=1)
    tenant.run(30)
    assert {device["id"] for device in tenant.get("v2/devauth/devices")} == before
    assert tenant.fleet()["doing"] == {"idle": 3}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "devices"),
        ({"devices": 0}, "devices"),
        ({"devices": 5001}, "5000"),
        ({"devices": 1, "behaviours": {}}, "behaviours"),
        ({"devices": 1, "behaviours": {"healthy": 0}}, "none of them has a weight above 0"),
        ({"devices": 1, "behaviours": {"healthy": -1}}, "behaviours"),
        ({"devices": 1, "behaviours": {"healthy": "many"}}, "behaviours"),
        ({"devices": 1, "behaviours": {"happy": 1}}, "'happy' is none of healthy, slow, fails"),
        ({"devices": 1, "behaviours": {"antigravity:fly": 1}}, "'antigravity:fly' is none of"),
        ({"devices": 1, "poll": 0}, "poll"),
        ({"devices": 1, "pace": 0}, "pace"),
        ({"devices": 1, "device_types": []}, "device_types"),
        ({"devices": 1, "speed": 2}, "speed"),
    ],
)
def test_impossible_wish_is_refused(
    tenant: Tenant, refused: Callable[[httpx.Response, int], str], wish: Any, said: str
) -> None:
    """With one line that names what is wrong; nobody is added."""
    line = refused(tenant.control.post(f"{tenant.path}/fleet", json=wish), 400)
    assert said in line
    assert "\n" not in line
    assert tenant.fleet()["devices"] == 0


def test_server_without_devices_refuses(
    edition_server: Callable[[str, str], Any], refused: Callable[[httpx.Response, int], str]
) -> None:
    """They would have nobody to ask."""
    server = edition_server("jfrog-connect", "documented")
    url = f"{server.url}{control_api().base_path}/universes/default/fleet"
    assert "'jfrog-connect' has no API" in refused(httpx.post(url, json={"devices": 1}), 422)
