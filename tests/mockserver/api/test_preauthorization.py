"""What becomes of a device's first request, and of a device announced before it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEVICES = "v2/devauth/devices"

Refused = Callable[[httpx.Response, int], str]


def test_asking_again_makes_no_second_device(waiting: Any, set_path: Callable[[], str]) -> None:
    """Asking again makes no second device."""
    assert waiting.authenticate().status_code == 401
    set_path()


def test_wrong_signature_leaves_no_trace(
    management: httpx.Client, stranger: Callable[[], Any], refused: Refused
) -> None:
    """Wrong signature leaves no trace."""
    device, other = stranger(), stranger()
    refused(device.authenticate(pubkey=other.key.public_pem), 401)
    assert management.get(DEVICES).json() == []


@pytest.mark.parametrize("fields", [{"id_data": ""}, {"id_data": "no JSON"}, {"pubkey": "no PEM"}])
def test_odd_requests_leave_no_trace(
    management: httpx.Client,
    stranger: Callable[[], Any],
    refused: Refused,
    fields: dict[str, str],
) -> None:
    """Odd requests leave no trace."""
    refused(stranger().authenticate(**fields), 400)
    assert management.get(DEVICES).json() == []


def test_preauthorized_device_is_let_in_at_once(
    management: httpx.Client, stranger: Callable[[], Any]
) -> None:
    """Preauthorized device is let in at once."""
    device = stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    answer = management.post(DEVICES, json=asked)
    assert (answer.status_code, answer.content) == (201, b"")
    url = management.base_url.copy_with(path=answer.headers["location"])
    assert management.get(url).json()["status"] == "preauthorized"
    assert device.authenticate().status_code == 200
    assert management.get(url).json()["status"] == "accepted"


def test_known_device_is_not_announced_again(management: httpx.Client, device: Any) -> None:
    """Known device is not announced again."""
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    answer = management.post(DEVICES, json=asked)
    assert answer.status_code == 409
    assert answer.json() == management.get(f"{DEVICES}/{device.id}").json()


@pytest.mark.parametrize("missing", ["identity_data", "pubkey"])
def test_announcing_needs_identity_and_key(
    management: httpx.Client, stranger: Callable[[], Any], refused: Refused, missing: str
) -> None:
    """Announcing needs identity and key."""
    device = stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    asked[missing] = ""
    refused(management.post(DEVICES, json=asked), 400)
    del asked[missing]
    assert missing in refused(management.post(DEVICES, json=asked), 400)


def test_device_goes_with_its_last_preauthorized_set(
    management: httpx.Client,
    stranger: Callable[[], Any],
    refused: Refused,
    set_path: Callable[[], str],
) -> None:
    """Device goes with its last preauthorized set."""
    device = stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    location = management.post(DEVICES, json=asked).headers["location"]
    assert management.delete(set_path()).status_code == 204
    refused(management.get(management.base_url.copy_with(path=location)), 404)
