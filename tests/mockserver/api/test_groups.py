"""Groups: a device is in one at most, and a group exists while a device is in it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

GROUPS = "v1/inventory/groups"
DEVICES = "v1/inventory/devices"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def ids(new_device: Callable[..., Any]) -> list[str]:
    """Return the ids of three devices."""
    return [new_device().id for _ in range(3)]


def members(management: httpx.Client, group: str) -> set[str]:
    """Return the ids of the devices in a group."""
    answer = management.get(f"{GROUPS}/{group}/devices")
    assert answer.status_code == 200
    assert answer.headers["x-total-count"] == str(len(answer.json()))
    return set(answer.json())


def test_group_begins_and_ends_with_its_devices(
    management: httpx.Client, ids: list[str], refused: Refused
) -> None:
    """Group begins and ends with its devices."""
    path = f"{DEVICES}/{ids[0]}/group"
    assert management.get(path).json() == {"group": None}
    assert management.put(path, json={"group": "lab"}).status_code == 204
    assert management.get(path).json() == {"group": "lab"}
    assert management.get(GROUPS).json() == ["lab"]
    assert management.delete(f"{path}/lab").status_code == 204
    assert management.get(GROUPS).json() == []
    refused(management.get(f"{GROUPS}/lab/devices"), 404)


def test_device_moves_from_group_to_group(management: httpx.Client, ids: list[str]) -> None:
    """Device moves from group to group."""
    path = f"{DEVICES}/{ids[0]}/group"
    management.put(path, json={"group": "lab"})
    management.put(path, json={"group": "hall"})
    assert management.get(GROUPS).json() == ["hall"]


def test_several_devices_join_and_leave(management: httpx.Client, ids: list[str]) -> None:
    """Several devices join and leave."""
    path = f"{GROUPS}/lab/devices"
    joined = management.patch(path, json=[*ids[:2], "no-such-device"])
    assert (joined.status_code, joined.json()) == (200, {"matched_count": 2, "updated_count": 2})
    assert members(management, "lab") == set(ids[:2])
    left = management.request("DELETE", path, json=ids[1:])
    assert (left.status_code, left.json()) == (200, {"matched_count": 1, "updated_count": 1})
    assert members(management, "lab") == {ids[0]}


def test_joining_again_updates_nothing(management: httpx.Client, ids: list[str]) -> None:
    """Joining again updates nothing."""
    path = f"{GROUPS}/lab/devices"
    management.patch(path, json=ids[:1])
    counts = management.patch(path, json=ids).json()
    assert counts == {"matched_count": 3, "updated_count": 2}
    assert management.patch(path, json=["no-such-device"]).json() == {}


def test_deleted_group_leaves_its_devices(management: httpx.Client, ids: list[str]) -> None:
    """Deleted group leaves its devices."""
    management.patch(f"{GROUPS}/lab/devices", json=ids)
    answer = management.delete(f"{GROUPS}/lab")
    assert (answer.status_code, answer.json()) == (200, {"matched_count": 3, "updated_count": 3})
    assert management.get(GROUPS).json() == []
    assert len(management.get(DEVICES).json()) == 3
    assert management.delete(f"{GROUPS}/lab").json() == {}


def test_groups_by_status_of_their_devices(management: httpx.Client, ids: list[str]) -> None:
    """Groups by status of their devices."""
    management.put(f"{DEVICES}/{ids[0]}/group", json={"group": "lab"})
    management.put(f"{DEVICES}/{ids[1]}/group", json={"group": "hall"})
    known = management.get(f"v2/devauth/devices/{ids[1]}").json()
    path = f"v2/devauth/devices/{ids[1]}/auth/{known['auth_sets'][0]['id']}/status"
    management.put(path, json={"status": "rejected"})
    assert management.get(GROUPS, params={"status": "accepted"}).json() == ["lab"]
    assert management.get(GROUPS, params={"status": "rejected"}).json() == ["hall"]
    assert management.get(GROUPS, params={"status": "pending"}).json() == []


def test_members_come_in_pages(
    management: httpx.Client,
    ids: list[str],
    relations: Callable[[httpx.Response], dict[str, str]],
    refused: Refused,
) -> None:
    """Members come in pages."""
    path = f"{GROUPS}/lab/devices"
    management.patch(path, json=ids)
    pages = [management.get(path, params={"page": n, "per_page": 2}) for n in (1, 2)]
    assert [len(page.json()) for page in pages] == [2, 1]
    assert {device for page in pages for device in page.json()} == set(ids)
    assert relations(pages[0]).keys() == {"first", "next", "last"}
    refused(management.get(path, params={"page": 0}), 400)


def test_what_is_unknown_is_not_found(
    management: httpx.Client, ids: list[str], refused: Refused
) -> None:
    """What is unknown is not found."""
    refused(management.get(f"{DEVICES}/none/group"), 404)
    refused(management.put(f"{DEVICES}/none/group", json={"group": "lab"}), 404)
    refused(management.delete(f"{DEVICES}/none/group/lab"), 404)
    refused(management.delete(f"{DEVICES}/{ids[0]}/group/lab"), 404)


@pytest.mark.parametrize("name", ["", "two words", "ä", "a" * 257])
def test_names_that_no_group_has(
    management: httpx.Client, ids: list[str], refused: Refused, name: str
) -> None:
    """Names that no group has."""
    refused(management.put(f"{DEVICES}/{ids[0]}/group", json={"group": name}), 400)
    if name:
        refused(management.patch(f"{GROUPS}/{name}/devices", json=ids), 400)
    assert management.get(GROUPS).json() == []


@pytest.mark.parametrize("body", [[], [1], {}, None])
def test_lists_of_devices_that_are_none(
    management: httpx.Client, refused: Refused, body: Any
) -> None:
    """Lists of devices that are none."""
    for method in ("PATCH", "DELETE"):
        refused(management.request(method, f"{GROUPS}/lab/devices", json=body), 400)
