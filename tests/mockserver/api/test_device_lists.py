"""Lists, searches and counts of devices in device authentication."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEVICES = "v2/devauth/devices"
SEARCH = f"{DEVICES}/search"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def fleet(
    new_device: Callable[..., Any], stranger: Callable[[], Any], management: httpx.Client
) -> list[str]:
    """Return the ids of five devices: accepted, accepted, pending, pending, preauthorized."""
    ids = [new_device().id, new_device().id]
    for _ in range(2):
        assert stranger().authenticate().status_code == 401
    ids += [device["id"] for device in management.get(DEVICES).json()[2:]]
    announced = stranger()
    asked = {"identity_data": announced.identity, "pubkey": announced.key.public_pem}
    return [*ids, management.post(DEVICES, json=asked).headers["location"].rpartition("/")[2]]


def ids_of(answer: httpx.Response) -> list[str]:
    """Return the ids in a list."""
    assert answer.status_code == 200
    return [device["id"] for device in answer.json()]


def test_list_is_empty_without_devices(management: httpx.Client) -> None:
    """List is empty without devices."""
    assert management.get(DEVICES).json() == []


def test_list_shows_the_oldest_first(management: httpx.Client, fleet: list[str]) -> None:
    """List shows the oldest first."""
    assert ids_of(management.get(DEVICES)) == fleet


def test_device_shows_its_authentication_sets(management: httpx.Client, device: Any) -> None:
    """Device shows its authentication sets."""
    answer = management.get(f"{DEVICES}/{device.id}")
    (listed,) = management.get(DEVICES).json()
    assert (answer.status_code, answer.json()) == (200, listed)
    (auth_set,) = listed["auth_sets"]
    assert listed["status"] == auth_set["status"] == "accepted"
    assert listed["identity_data"] == auth_set["identity_data"] == device.identity
    assert auth_set["pubkey"] == device.key.public_pem
    assert listed["decommissioning"] is False


def test_unknown_device_is_not_found(management: httpx.Client, refused: Refused) -> None:
    """Unknown device is not found."""
    refused(management.get(f"{DEVICES}/no-such-device"), 404)


def test_list_by_status(management: httpx.Client, fleet: list[str]) -> None:
    """List by status."""
    found = {
        status: ids_of(management.get(DEVICES, params={"status": status}))
        for status in ("accepted", "pending", "preauthorized", "rejected", "noauth")
    }
    assert found == {
        "accepted": fleet[:2],
        "pending": fleet[2:4],
        "preauthorized": fleet[4:],
        "rejected": [],
        "noauth": [],
    }


def test_list_by_several_ids(management: httpx.Client, fleet: list[str]) -> None:
    """List by several ids."""
    wanted = f"{DEVICES}?id={fleet[3]}&id={fleet[0]}&id=no-such-device"
    assert ids_of(management.get(wanted)) == [fleet[0], fleet[3]]
    assert ids_of(management.get(f"{wanted}&status=pending")) == [fleet[3]]


@pytest.mark.parametrize(
    "query", ["status=frozen", "page=0", "page=x", "per_page=0", "per_page=501"]
)
def test_odd_lists_are_refused(management: httpx.Client, refused: Refused, query: str) -> None:
    """Odd lists are refused."""
    assert query.partition("=")[0] in refused(management.get(f"{DEVICES}?{query}"), 400)


def test_pages_link_to_each_other_without_a_last(
    management: httpx.Client,
    fleet: list[str],
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Pages link to each other without a last."""
    answer = management.get(DEVICES, params={"page": 2, "per_page": 2})
    assert ids_of(answer) == fleet[2:4]
    path = "/api/management/v2/devauth/devices?page={}&per_page=2"
    assert relations(answer) == {
        "first": path.format(1),
        "prev": path.format(1),
        "next": path.format(3),
    }
    assert "x-total-count" not in answer.headers
    last = management.get(DEVICES, params={"page": 3, "per_page": 2})
    assert ids_of(last) == fleet[4:]
    assert relations(last).keys() == {"first", "prev"}


def test_links_keep_the_filters(
    management: httpx.Client,
    fleet: list[str],
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Links keep the filters."""
    answer = management.get(DEVICES, params={"status": "accepted", "per_page": 1})
    onward = f"{management.base_url.copy_with(path='/')}{relations(answer)['next'][1:]}"
    assert ids_of(management.get(onward)) == [fleet[1]]


@pytest.mark.parametrize("form", [lambda value: value, lambda value: [value]])
def test_search_takes_texts_and_lists(
    management: httpx.Client, fleet: list[str], form: Callable[[str], Any]
) -> None:
    """Search takes texts and lists."""
    assert ids_of(management.post(SEARCH, json={"status": form("pending")})) == fleet[2:4]
    assert ids_of(management.post(SEARCH, json={"id": form(fleet[1])})) == [fleet[1]]
    both = {"status": form("pending"), "id": form(fleet[1])}
    assert ids_of(management.post(SEARCH, json=both)) == []


def test_search_of_several_statuses_keeps_the_age(
    management: httpx.Client, fleet: list[str]
) -> None:
    """Search of several statuses keeps the age."""
    wanted = {"status": ["preauthorized", "accepted"]}
    assert ids_of(management.post(SEARCH, json=wanted)) == [*fleet[:2], fleet[4]]


def test_search_for_nothing_finds_all_by_pages(management: httpx.Client, fleet: list[str]) -> None:
    """Search for nothing finds all by pages."""
    assert ids_of(management.post(SEARCH, json={})) == fleet
    page = {"page": 2, "per_page": 3}
    assert ids_of(management.post(SEARCH, params=page, json={})) == fleet[3:]


@pytest.mark.parametrize("body", [{"status": 1}, {"id": {}}, {"id": [1]}, [], None])
def test_odd_searches_are_refused(management: httpx.Client, refused: Refused, body: Any) -> None:
    """Odd searches are refused."""
    refused(management.post(SEARCH, json=body), 400)


def test_counts(management: httpx.Client, fleet: list[str], refused: Refused) -> None:
    """Counts."""
    path = f"{DEVICES}/count"
    assert management.get(path).json() == {"count": len(fleet)}
    assert management.get(path, params={"status": "pending"}).json() == {"count": 2}
    assert management.get(path, params={"status": "noauth"}).json() == {"count": 0}
    refused(management.get(path, params={"status": "frozen"}), 400)
