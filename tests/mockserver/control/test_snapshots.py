"""Snapshots are restored where they were taken, elsewhere, and into other universes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from ota_stories.stage import artifact_file
from ota_support.device import Device
from ota_support.server import LOGIN, NO_TLS
from ota_support.snapshots import resealed, restore, take
from ota_support.sockets import Socket
from otakit.fixtures.keys import generate_key

DEVICES = "/api/management/v2/devauth/devices"
ARTIFACTS = "/api/management/v1/deployments/artifacts"

Make = Callable[..., dict[str, Any]]
UserOf = Callable[[dict[str, Any]], httpx.Client]


def sn(number: int) -> dict[str, Any]:
    """Return what announces a device."""
    key = generate_key("ed25519", seed=number)
    return {"identity_data": {"sn": str(number)}, "pubkey": key.public_pem}


@pytest.fixture
def user(server: Any) -> Iterator[httpx.Client]:
    """Return a user of the unnamed universe."""
    headers = {"Authorization": f"Bearer {server.login()}"}
    with httpx.Client(base_url=server.url, headers=headers, verify=NO_TLS) as client:
        yield client


def test_snapshot_is_one_json_document(control: httpx.Client, user: httpx.Client) -> None:
    """Any program reads it, and may space it out otherwise: nothing else may change."""
    user.post(DEVICES, json=sn(1)).raise_for_status()
    kept = json.loads(take(control))
    assert kept["otakit_snapshot"] == 1
    assert restore(control, json.dumps(kept, indent=2).encode()).status_code == 204
    assert len(user.get(DEVICES).json()) == 1


def test_restoring_undoes_what_came_after(control: httpx.Client, user: httpx.Client) -> None:
    """Devices and artifacts that came are gone; what went is there again."""
    upload = {"artifact": ("a.mender", artifact_file("v1", "pi"))}
    artifact = user.post(ARTIFACTS, files=upload).headers["location"]
    user.post(DEVICES, json=sn(1)).raise_for_status()
    kept = take(control)
    user.delete(artifact).raise_for_status()
    user.post(DEVICES, json=sn(2)).raise_for_status()
    assert restore(control, kept).status_code == 204
    assert [d["identity_data"]["sn"] for d in user.get(DEVICES).json()] == ["1"]
    link = user.get(f"{artifact}/download").json()["uri"]
    assert user.get(link).content == artifact_file("v1", "pi")


def test_time_goes_on_from_the_snapshots_moment(control: httpx.Client) -> None:
    """Frozen time comes back frozen, and a clock that was turned on is back."""
    clock = "universes/default/clock"
    before = control.put(clock, json={"speed": 0}).json()
    kept = take(control)
    control.put(clock, json={"speed": 60})
    control.post(f"{clock}/advance", json={"seconds": 86400})
    assert restore(control, kept).status_code == 204
    assert control.get(clock).json() == before


def test_sessions_and_plan_are_those_of_the_snapshot(
    control: httpx.Client, server: Any, user: httpx.Client
) -> None:
    """Who logged out is logged in again; who came later is not."""
    kept = take(control)
    control.put("universes/default/plan", json={"plan": "os"}).raise_for_status()
    later = httpx.post(f"{server.url}/api/management/v1/useradm/auth/login", auth=LOGIN).text
    user.post("/api/management/v1/useradm/auth/logout").raise_for_status()
    assert user.get(DEVICES).status_code == 401
    assert restore(control, kept).status_code == 204
    assert user.get(DEVICES).status_code == 200
    late = user.get(DEVICES, headers={"Authorization": f"Bearer {later}"})
    assert late.status_code == 401
    assert control.get("universes/default/plan").json() == {"plan": "enterprise"}


def test_another_universe_keeps_what_it_is(
    control: httpx.Client, server: Any, user: httpx.Client, new_universe: Make, user_of: UserOf
) -> None:
    """It keeps id, name, keys, users and sessions; the rest it takes over."""
    other = new_universe(name="mine", plan="os")
    guest = user_of(other)
    assert user.post(DEVICES, json=sn(1)).status_code == 201
    assert restore(control, take(control), other["id"]).status_code == 204
    assert [d["identity_data"]["sn"] for d in guest.get(DEVICES).json()] == ["1"]
    shown = control.get(f"universes/{other['id']}").json()
    assert shown == {k: other[k] for k in shown} | {"plan": "enterprise"}
    login = f"{server.url}/api/management/v1/useradm/auth/login"
    assert httpx.post(login, auth=(other["email"], other["password"])).status_code == 200
    assert guest.post(DEVICES, json=sn(2)).status_code == 201
    assert len(user.get(DEVICES).json()) == 1
    control.post(f"universes/{other['id']}/reset").raise_for_status()
    assert guest.get(DEVICES).json() == []
    assert control.get(f"universes/{other['id']}/plan").json() == {"plan": "os"}
    access = control.get(f"universes/{other['id']}/connect").json()
    assert access == other["connect"]


def test_devices_authenticate_anew_in_another_universe(
    control: httpx.Client, server: Any, user: httpx.Client, new_universe: Make
) -> None:
    """They are known there, and name that universe's tenant token."""
    with httpx.Client(base_url=server.url) as http:
        device = Device(http, 1, "/api/devices/")
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        user.post(DEVICES, json=asked).raise_for_status()
        assert device.authenticate().status_code == 200
        other = new_universe()
        assert restore(control, take(control), other["id"]).status_code == 204
        assert device.authenticate(tenant_token=other["tenant_token"]).status_code == 200


def test_keys_of_another_universe_are_not_taken(
    control: httpx.Client, new_universe: Make, refused: Callable[..., str]
) -> None:
    """Two universes with one tenant token would be one for devices."""
    first, second = new_universe()["id"], new_universe()["id"]
    control.put(f"universes/{second}/clock", json={"speed": 0}).raise_for_status()
    before = take(control, second)
    forged = resealed(take(control, first), lambda d: d["universe"].update(id=second))
    message = refused(restore(control, forged, second), 409)
    assert "another universe has the tenant_token" in message
    assert take(control, second) == before


def test_sockets_end(control: httpx.Client, server: Any, user: httpx.Client) -> None:
    """A device that was connected is not any more: no socket outlives its World."""
    with httpx.Client(base_url=server.url) as http:
        device = Device(http, 1, "/api/devices/")
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        made = user.post(DEVICES, json=asked)
        device.id = made.headers["location"].rpartition("/")[2]
        assert device.authenticate().status_code == 200
        url = f"{server.url.replace('http', 'ws', 1)}/api/devices/v1/deviceconnect/connect"
        token = {"Authorization": http.headers["Authorization"]}
        with connect(url, additional_headers=token) as websocket:
            shown = user.get(f"/api/management/v1/deviceconnect/devices/{device.id}").json()
            assert shown["status"] == "connected"
            kept = take(control)
            assert restore(control, kept).status_code == 204
            Socket(websocket).end()
        shown = user.get(f"/api/management/v1/deviceconnect/devices/{device.id}").json()
        assert shown["status"] == "disconnected"
