"""Device authentication as built (facts 3, 11.1 to 11.3)."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Pick = Callable[..., Any]
AS_BUILT = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
DEVICES = "v2/devauth/devices"
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_authentication_sets_do_not_name_their_device(
    device: Any, management: httpx.Client, either: Pick
) -> None:
    """No `device_id`; but the device tells when it was last seen."""
    shown = management.get(f"{DEVICES}/{device.id}").json()
    assert "check_in_time" in shown
    (auth_set,) = shown["auth_sets"]
    assert ("device_id" in auth_set) is either(documented=True, as_built=False)


@pytest.mark.parametrize(
    "path", [f"{DEVICES}/{NOBODY}", f"{DEVICES}/{NOBODY}/auth/x", "v2/devauth/tokens/x"]
)
def test_what_cannot_be_deleted_is_not_told(
    path: str, management: httpx.Client, either: Pick
) -> None:
    """A 404 without a body."""
    answer = management.delete(path)
    assert answer.status_code == 404
    assert bool(answer.content) is either(documented=True, as_built=False)
    assert ("content-type" in answer.headers) is either(documented=True, as_built=False)
    assert answer.headers["x-men-requestid"]


def test_devices_are_listed_by_status_and_id(
    new_device: Callable[..., Any],
    stranger: Callable[[], Any],
    management: httpx.Client,
    either: Pick,
) -> None:
    """Accepted ones before pending ones before preauthorized ones; ids in order."""
    early = stranger()
    early.authenticate()
    accepted = [new_device().id for _ in range(3)]
    late = stranger()
    asked = {"identity_data": late.identity, "pubkey": late.key.public_pem}
    announced = management.post(DEVICES, json=asked).headers["location"].rpartition("/")[2]
    listed = management.get(DEVICES).json()
    (pending,) = [d["id"] for d in listed if d["status"] == "pending"]
    order = either(
        documented=[pending, *accepted, announced],
        as_built=[*sorted(accepted), pending, announced],
    )
    assert [d["id"] for d in listed] == order
    pages = [
        d["id"]
        for page in (1, 2, 3)
        for d in management.get(DEVICES, params={"page": page, "per_page": 2}).json()
    ]
    assert pages == order
    for status in (["preauthorized", "accepted"], [order[-1]]):
        key = "status" if len(status) > 1 else "id"
        found = management.post(f"{DEVICES}/search", json={key: status}).json()
        wanted = [d["id"] for d in listed if d["status"] in status or d["id"] in status]
        assert [d["id"] for d in found] == wanted


def test_several_statuses_in_a_query(
    new_device: Callable[..., Any], waiting: Any, management: httpx.Client, either: Pick
) -> None:
    """`status` may be repeated."""
    assert waiting
    new_device()
    found = management.get(DEVICES, params={"status": ["accepted", "pending"]}).json()
    assert len(found) == either(documented=1, as_built=2)
    odd = management.post(f"{DEVICES}/search", json={"status": "odd"})
    assert odd.status_code == either(documented=400, as_built=200)


def test_location_of_a_preauthorized_device(
    stranger: Callable[[], Any], management: httpx.Client, either: Pick
) -> None:
    """The words `devices/` and the id; a known one is shown without its authentication sets."""
    device = stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    location = management.post(DEVICES, json=asked).headers["location"]
    base = either(documented="/api/management/v2/devauth/devices/", as_built="devices/")
    assert location.startswith(base)
    known = management.post(DEVICES, json=asked)
    assert (known.status_code, known.json()["id"]) == (409, location.removeprefix(base))
    assert (known.json()["auth_sets"] is None) is either(documented=False, as_built=True)


def test_authentication_sets_stand_alone(
    new_device: Callable[..., Any], management: httpx.Client, either: Pick
) -> None:
    """Their own id is enough to read or delete them, but not to change them."""
    one, other = new_device(), new_device()
    (auth_set,) = management.get(f"{DEVICES}/{one.id}").json()["auth_sets"]
    path = f"{DEVICES}/{other.id}/auth/{auth_set['id']}"
    assert management.get(f"{path}/status").status_code == either(documented=404, as_built=200)
    change = management.put(f"{path}/status", json={"status": "rejected"})
    assert change.status_code == either(documented=404, as_built=400)
    assert management.delete(path).status_code == either(documented=404, as_built=204)
    status = management.get(f"{DEVICES}/{one.id}").json()["status"]
    assert status == either(documented="accepted", as_built="noauth")
    assert management.get(f"{DEVICES}/{other.id}").json()["status"] == "accepted"


def test_preauthorized_cannot_be_asked_for(
    stranger: Callable[[], Any],
    set_path: Callable[[], str],
    management: httpx.Client,
    either: Pick,
) -> None:
    """No device is made preauthorized by a status, not even one that is so; it is counted."""
    device = stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    management.post(DEVICES, json=asked)
    answer = management.put(f"{set_path()}/status", json={"status": "preauthorized"})
    assert answer.status_code == either(documented=204, as_built=400)
    count = management.get(f"{DEVICES}/count", params={"status": "preauthorized"}).json()
    assert count == {"count": 1}


def test_claims_of_a_device_token(device: Any, either: Pick) -> None:
    """Good from the year 1 on, of the enterprise plan, with the authentication set's id."""
    token = device.http.headers["authorization"].partition(" ")[2]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["nbf"] == either(documented=claims["iat"], as_built=-62135596800)
    assert claims["exp"] - claims["iat"] == 604800
    assert (claims["iss"], claims["sub"]) == ("Mender", device.id)


def test_devices_are_told_nothing_of_a_bad_token(
    device: Any, management: httpx.Client, set_path: Callable[[], str], either: Pick
) -> None:
    """401 without a body where the token is no good; with one where there is none."""
    management.put(f"{set_path()}/status", json={"status": "rejected"})
    refused = device.next()
    assert (refused.status_code, bool(refused.content)) == (
        401,
        either(documented=True, as_built=False),
    )
    login = management.headers["authorization"]
    other_side = device.http.get(
        "v1/deployments/device/deployments/next",
        params={"artifact_name": "a", "device_type": "b"},
        headers={"Authorization": login},
    )
    assert bool(other_side.content) is either(documented=True, as_built=False)
    del device.http.headers["authorization"]
    assert device.next().json()["error"] == "Authorization not present in header"
