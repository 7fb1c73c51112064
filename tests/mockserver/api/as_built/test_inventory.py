"""Inventory as built: searches by words, and counts (facts 9.5)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Pick = Callable[..., Any]
SEARCH = "v2/inventory/filters/search"


@pytest.mark.parametrize(
    ("text", "documented", "as_built"),
    [
        ("berry", [0, 1], []),  # a part of a word
        ("RASPBERRY", [0, 1], [0, 1]),
        ("kitchen raspberry", [], [1, 0]),  # any of the words; the best match first
        ("-", [0, 1], []),
    ],
)
def test_words_are_searched_for(  # noqa: PLR0913, PLR0917 - a case and fixtures
    text: str,
    documented: list[int],
    as_built: list[int],
    new_device: Callable[..., Any],
    management: httpx.Client,
    either: Pick,
) -> None:
    """Whole words among what devices and users have told, not the server's own."""
    devices = [
        new_device(device_type="raspberry-pi"),
        new_device(device_type="raspberry-pi", place=["kitchen", "hall"]),
        new_device(device_type="beagle", size=3),
    ]
    answer = management.post(SEARCH, json={"text": text})
    places = [[device.id for device in devices].index(found["id"]) for found in answer.json()]
    expected = either(documented=documented, as_built=as_built)
    if text == "-":
        assert set(places) >= set(expected)  # dates and ids have dashes, too
    else:
        assert places == expected
        assert answer.headers["x-total-count"] == str(len(expected))


@pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
def test_order_goes_before_relevance(
    new_device: Callable[..., Any], management: httpx.Client
) -> None:
    """Who asks for an order gets it."""
    one = new_device(device_type="beagle", number=1)
    two = new_device(device_type="beagle kitchen", number=2)
    order = [{"scope": "inventory", "attribute": "number", "order": "asc"}]
    found = management.post(SEARCH, json={"text": "kitchen beagle", "sort": order}).json()
    assert [device["id"] for device in found] == [one.id, two.id]


@pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
def test_devices_are_counted_by_tier(
    new_device: Callable[..., Any], waiting: Any, management: httpx.Client
) -> None:
    """Accepted and pending ones; all are of the standard tier."""
    assert waiting
    new_device()
    new_device()
    counts = management.get("v2/inventory/statistics").json()["devices_by_status"]
    assert counts["accepted"] == {"standard": 2, "micro": 0, "system": 0}
    assert counts["pending"] == {"standard": 1, "micro": 0, "system": 0}


def test_inventory_of_an_unknown_device(management: httpx.Client) -> None:
    """Deleting it is no error, and makes none, in both dialects."""
    assert management.delete("v1/inventory/devices/nobody").status_code == 204
    assert management.get("v1/inventory/devices").json() == []


def test_natural_order_is_that_of_arrival(
    new_device: Callable[..., Any], management: httpx.Client
) -> None:
    """Whatever the order of device authentication is."""
    ids = [new_device().id for _ in range(4)]
    listed = management.get("v1/inventory/devices").json()
    assert [device["id"] for device in listed] == ids
