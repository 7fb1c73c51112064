"""The limit of accepted devices: shown, and kept for accepting by hand and by preauthorisation."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.xdist_group("device limit")  # which share a server

DEVICES = "v2/devauth/devices"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture(scope="module")
def limited_server(start_server: Callable[..., Any]) -> Any:
    """Return a server on which one device may be accepted."""
    return start_server("--device-limit", "1")


@pytest.fixture
def server(limited_server: Any) -> Any:
    """Begin anew on it."""
    limited_server.reset()
    return limited_server


@pytest.fixture
def pending(management: httpx.Client, stranger: Callable[[], Any]) -> str:
    """Have a pending device; return the path of its authentication set."""
    assert stranger().authenticate().status_code == 401
    (device,) = management.get(DEVICES, params={"status": "pending"}).json()
    return f"{DEVICES}/{device['id']}/auth/{device['auth_sets'][0]['id']}/status"


def test_limit_is_shown(management: httpx.Client) -> None:
    """Clients read how many devices there may be; a reset keeps that."""
    assert management.get("v2/devauth/limits/max_devices").json() == {"limit": 1}


def test_one_device_too_many_cannot_be_accepted(
    management: httpx.Client, pending: str, new_device: Callable[..., Any], refused: Refused
) -> None:
    """It stays pending, and may come in when the other one has left."""
    first = new_device()
    message = refused(management.put(pending, json={"status": "accepted"}), 422)
    assert "maximum number of accepted devices" in message
    assert management.get(pending).json() == {"status": "pending"}
    assert management.delete(f"{DEVICES}/{first.id}").status_code == 204
    assert management.put(pending, json={"status": "accepted"}).status_code == 204


def test_preauthorised_device_waits_for_room(
    management: httpx.Client, new_device: Callable[..., Any], stranger: Callable[[], Any]
) -> None:
    """At the limit it gets 401 and stays preauthorised; it may try again."""
    first, second = new_device(), stranger()
    asked = {"identity_data": second.identity, "pubkey": second.key.public_pem}
    assert management.post(DEVICES, json=asked).status_code == 201
    assert second.authenticate().status_code == 401
    assert management.get(f"{DEVICES}/count?status=preauthorized").json() == {"count": 1}
    assert management.delete(f"{DEVICES}/{first.id}").status_code == 204
    assert second.authenticate().status_code == 200
