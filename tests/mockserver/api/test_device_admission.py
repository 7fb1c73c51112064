"""How devices are let in, kept out and removed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEVICES = "v2/devauth/devices"

Refused = Callable[[httpx.Response, int], str]


def put_status(management: httpx.Client, path: str, status: str) -> httpx.Response:
    """Set the status of an authentication set."""
    return management.put(f"{path}/status", json={"status": status})


def may_act(device: Any) -> bool:
    """Say whether a device's token is good."""
    status: int = device.next().status_code
    assert status in {204, 401}
    return status == 204


def test_device_gets_a_token_once_it_is_accepted(
    management: httpx.Client, waiting: Any, set_path: Callable[[], str]
) -> None:
    """Device gets a token once it is accepted."""
    path = set_path()
    assert put_status(management, path, "accepted").status_code == 204
    answer = waiting.authenticate()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    assert may_act(waiting)


@pytest.mark.parametrize("status", ["rejected", "pending"])
def test_rejected_or_dismissed_device_is_shut_out(
    management: httpx.Client, device: Any, status: str, set_path: Callable[[], str]
) -> None:
    """Rejected or dismissed device is shut out."""
    path = set_path()
    assert may_act(device)
    assert put_status(management, path, status).status_code == 204
    assert management.get(f"{path}/status").json() == {"status": status}
    assert not may_act(device)
    assert device.authenticate().status_code == 401
    assert put_status(management, path, "accepted").status_code == 204
    assert not may_act(device), "the old token came back to life"
    assert device.authenticate().status_code == 200
    assert may_act(device)


def test_statuses_that_cannot_be_set(
    management: httpx.Client, waiting: Any, refused: Refused, set_path: Callable[[], str]
) -> None:
    """Statuses that cannot be set."""
    path = set_path()
    refused(put_status(management, path, "noauth"), 400)
    refused(put_status(management, path, "preauthorized"), 400)
    assert management.get(f"{path}/status").json() == {"status": "pending"}
    assert waiting.authenticate().status_code == 401


def test_unknown_authentication_sets_are_not_found(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Unknown authentication sets are not found."""
    for path in (f"{DEVICES}/{device.id}/auth/none", f"{DEVICES}/none/auth/none"):
        refused(put_status(management, path, "accepted"), 404)
        refused(management.get(f"{path}/status"), 404)
        refused(management.delete(path), 404)


def test_deleted_authentication_set_leaves_a_device_without(
    management: httpx.Client, device: Any, set_path: Callable[[], str]
) -> None:
    """Deleted authentication set leaves a device without."""
    assert management.delete(set_path()).status_code == 204
    left = management.get(f"{DEVICES}/{device.id}").json()
    assert (left["status"], left["auth_sets"]) == ("noauth", [])
    assert not may_act(device)


def test_accepting_another_key_shuts_out_the_former(
    management: httpx.Client, device: Any, stranger: Callable[[], Any]
) -> None:
    """A known identity with a new key is the same device, with one more authentication set."""
    heir = stranger()
    heir.identity = device.identity
    assert heir.authenticate().status_code == 401
    (known,) = management.get(DEVICES).json()
    former, new = known["auth_sets"]
    assert (known["status"], former["status"], new["status"]) == ("accepted", "accepted", "pending")
    assert may_act(device)
    path = f"{DEVICES}/{known['id']}/auth"
    assert put_status(management, f"{path}/{new['id']}", "accepted").status_code == 204
    assert management.get(f"{path}/{former['id']}/status").json() == {"status": "rejected"}
    assert not may_act(device)
    assert heir.authenticate().status_code == 200
    assert may_act(heir)


def test_decommissioned_device_is_gone(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Decommissioned device is gone."""
    path = f"{DEVICES}/{device.id}"
    assert management.delete(path).status_code == 204
    refused(management.get(path), 404)
    refused(management.get(f"v1/inventory/devices/{device.id}"), 404)
    refused(management.delete(path), 404)
    assert not may_act(device)
    assert device.authenticate().status_code == 401
    (newcomer,) = management.get(DEVICES).json()
    assert newcomer["id"] != device.id
    assert newcomer["status"] == "pending"


def test_revoked_token_is_replaced_by_the_next_request(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Revoked token is replaced by the next request."""
    (known,) = management.get(DEVICES).json()
    path = f"v2/devauth/tokens/{known['auth_sets'][0]['id']}"
    assert management.delete(path).status_code == 204
    assert not may_act(device)
    refused(management.delete(path), 404)
    assert device.authenticate().status_code == 200
    assert may_act(device)


def test_there_is_no_limit_of_devices(management: httpx.Client) -> None:
    """There is no limit of devices."""
    answer = management.get("v2/devauth/limits/max_devices")
    assert (answer.status_code, answer.json()) == (200, {"limit": -1})
