"""Inventory's list of devices: filters, groups, order, and the single device."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

DEVICES = "v1/inventory/devices"

FOUND = {
    "": "abc",
    "device_type=rpi": "ab",
    "device_type=eq:rpi": "ab",
    "inventory/device_type=bbb": "c",
    "memory=1024": "c",
    "memory=eq:1024": "c",
    "version=10": "a",
    "device_type=rpi&memory=2048": "b",
    "device_type=r": "",
    "no_such_attribute=1": "",
    "identity/status=accepted": "abc",
    "identity/status=pending": "",
    "system/group=lab": "a",
    "group=lab": "a",
    "group=nowhere": "",
    "has_group=true": "ab",
    "has_group=false": "c",
    "has_group=true&memory=512": "a",
    "sort=memory:asc": "acb",
    "sort=memory:desc": "bca",
    "sort=memory": "bca",
    "sort=inventory/name:desc": "cba",
    "sort=memory:asc&device_type=rpi": "ab",
    "sort=version:asc": "abc",
}
"""Which devices a query finds, in their order."""

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def names(new_device: Callable[..., Any], management: httpx.Client) -> dict[str, str]:
    """Make three devices, a and b in groups; return their names by id."""
    devices = [
        new_device(name="a", device_type="rpi", memory=512, version="10"),
        new_device(name="b", device_type="rpi", memory=2048),
        new_device(name="c", device_type="bbb", memory=1024),
    ]
    for device, group in zip(devices[:2], ("lab", "hall"), strict=True):
        path = f"{DEVICES}/{device.id}/group"
        assert management.put(path, json={"group": group}).status_code == 204
    return {device.id: name for device, name in zip(devices, "abc", strict=True)}


def test_filters_and_order(management: httpx.Client, names: dict[str, str]) -> None:
    """Filters and order."""
    found = {}
    for query, expected in FOUND.items():
        answer = management.get(f"{DEVICES}?{query}")
        assert answer.status_code == 200
        assert answer.headers["x-total-count"] == str(len(expected))
        found[query] = "".join(names[device["id"]] for device in answer.json())
    assert found == FOUND


@pytest.mark.parametrize("query", ["has_group=maybe", "sort=memory:up", "page=0", "per_page=501"])
def test_odd_lists_are_refused(management: httpx.Client, refused: Refused, query: str) -> None:
    """Odd lists are refused."""
    assert query.partition("=")[0] in refused(management.get(f"{DEVICES}?{query}"), 400)


def test_pages_are_counted_and_linked(
    management: httpx.Client,
    names: dict[str, str],
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Pages are counted and linked."""
    answer = management.get(f"{DEVICES}?sort=name:asc&per_page=1&page=2")
    assert [names[device["id"]] for device in answer.json()] == ["b"]
    assert answer.headers["x-total-count"] == "3"
    link = "/api/management/v1/inventory/devices?page={}&per_page=1&sort=name%3Aasc"
    assert relations(answer) == {
        "first": link.format(1),
        "prev": link.format(1),
        "next": link.format(3),
        "last": link.format(3),
    }


def test_device_has_attributes_of_all_scopes(
    management: httpx.Client, names: dict[str, str]
) -> None:
    """Device has attributes of all scopes."""
    wanted = next(iter(names))
    answer = management.get(f"{DEVICES}/{wanted}")
    assert answer.status_code == 200
    device = answer.json()
    known = {(a["scope"], a["name"]): a["value"] for a in device["attributes"]}
    assert device["id"] == wanted
    assert known["inventory", "memory"] == 512
    assert known["identity", "status"] == "accepted"
    assert known["system", "group"] == "lab"
    assert known["system", "updated_ts"] == device["updated_ts"]
    assert "etag" not in answer.headers


def test_unknown_device_is_not_found(management: httpx.Client, refused: Refused) -> None:
    """Unknown device is not found."""
    refused(management.get(f"{DEVICES}/no-such-device"), 404)


def test_deleting_forgets_what_the_device_told(
    management: httpx.Client, new_device: Callable[..., Any]
) -> None:
    """Deleting forgets what the device told."""
    path = f"{DEVICES}/{new_device(memory=512).id}"
    assert management.delete(path).status_code == 204
    scopes = {a["scope"] for a in management.get(path).json()["attributes"]}
    assert scopes == {"identity", "system"}


def test_deleting_an_unknown_device_is_no_error(management: httpx.Client) -> None:
    """Deleting an unknown device is no error."""
    assert management.delete(f"{DEVICES}/no-such-device").status_code == 204
    assert management.get(DEVICES).json() == []
