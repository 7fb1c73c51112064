"""Searching devices by their attributes, with every operator."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

SEARCH = "v2/inventory/filters/search"

OPERATORS: list[tuple[str, str, Any, str]] = [
    ("memory", "$eq", 512, "a"),
    ("memory", "$eq", "512", ""),
    ("disks", "$eq", "sdb", "a"),
    ("disks", "$eq", ["sda", "sdb"], "a"),
    ("kernel", "$ne", "6.1", "bc"),
    ("memory", "$gt", 512, "b"),
    ("memory", "$gte", 512, "ab"),
    ("kernel", "$gt", "6.1", "b"),
    ("memory", "$lt", 1024, "a"),
    ("memory", "$lte", 1024, "ab"),
    ("memory", "$ltne", 1024, "a"),
    ("kernel", "$in", ["6.1", "6.6", "7"], "ab"),
    ("disks", "$in", ["sdb"], "a"),
    ("kernel", "$in", [], ""),
    ("kernel", "$nin", ["6.1"], "bc"),
    ("kernel", "$exists", True, "ab"),
    ("kernel", "$exists", False, "c"),
    ("kernel", "$regex", "^6", "ab"),
    ("kernel", "$regex", "6$", "b"),
    ("memory", "$regex", "len", "c"),
]
"""Attribute, operator, value, and which devices they find."""

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def names(new_device: Callable[..., Any]) -> dict[str, str]:
    """Make three devices; return their names by id."""
    devices = [
        new_device(name="a", memory=512, kernel="6.1", disks=["sda", "sdb"]),
        new_device(name="b", memory=1024, kernel="6.6"),
        new_device(name="c", memory="plenty"),
    ]
    return {device.id: name for device, name in zip(devices, "abc", strict=True)}


def predicate(attribute: str, operator: str, value: Any, scope: str = "inventory") -> Any:
    """Write a predicate."""
    return {"scope": scope, "attribute": attribute, "type": operator, "value": value}


def found(management: httpx.Client, names: dict[str, str], **search: Any) -> str:
    """Search, and return the names of the devices found."""
    answer = management.post(SEARCH, json=search)
    assert answer.status_code == 200
    assert "link" not in answer.headers
    return "".join(names[device["id"]] for device in answer.json())


def test_operators(management: httpx.Client, names: dict[str, str]) -> None:
    """Operators."""
    for attribute, operator, value, expected in OPERATORS:
        terms = [predicate(attribute, operator, value)]
        assert found(management, names, filters=terms) == expected, terms


def test_all_predicates_have_to_hold(management: httpx.Client, names: dict[str, str]) -> None:
    """All predicates have to hold."""
    terms = [predicate("memory", "$gte", 512), predicate("kernel", "$ne", "6.1")]
    assert found(management, names, filters=terms) == "b"


def test_other_scopes(management: httpx.Client, names: dict[str, str]) -> None:
    """Other scopes."""
    second = list(names)[1]
    by_id = predicate("id", "$eq", second, "identity")
    by_status = predicate("status", "$eq", "accepted", "identity")
    assert found(management, names, filters=[by_id, by_status]) == "b"
    management.put(f"v1/inventory/devices/{second}/group", json={"group": "lab"})
    by_group = predicate("group", "$eq", "lab", "system")
    assert found(management, names, filters=[by_group]) == "b"


def test_search_for_nothing_finds_all(management: httpx.Client, names: dict[str, str]) -> None:
    """Search for nothing finds all."""
    assert found(management, names) == "abc"


def test_order(management: httpx.Client, names: dict[str, str]) -> None:
    """Order."""
    down = {"scope": "inventory", "attribute": "name", "order": "desc"}
    assert found(management, names, sort=[down]) == "cba"
    status = {"scope": "identity", "attribute": "status", "order": "asc"}
    assert found(management, names, sort=[status, down]) == "cba"


def test_pages_are_counted(management: httpx.Client, names: dict[str, str]) -> None:
    """Pages are counted."""
    answer = management.post(SEARCH, json={"page": 2, "per_page": 2})
    assert [names[device["id"]] for device in answer.json()] == ["c"]
    assert answer.headers["x-total-count"] == "3"


def test_listed_devices_only(management: httpx.Client, names: dict[str, str]) -> None:
    """Listed devices only."""
    wanted = [*list(names)[1:], "no-such-device"]
    assert found(management, names, device_ids=wanted) == "bc"


def test_listed_devices_come_once_and_by_age(
    management: httpx.Client, names: dict[str, str]
) -> None:
    """Listed devices come once and by age."""
    first, second, third = names
    wanted = [third, first, third, second]
    answer = management.post(SEARCH, json={"device_ids": wanted})
    assert [names[device["id"]] for device in answer.json()] == ["a", "b", "c"]
    assert answer.headers["x-total-count"] == "3"


def test_text_in_any_attribute(management: httpx.Client, names: dict[str, str]) -> None:
    """Text in any attribute."""
    assert found(management, names, text="plenty") == "c"
    assert found(management, names, text="no such text") == ""


def test_chosen_attributes_only(management: httpx.Client, names: dict[str, str]) -> None:
    """Chosen attributes only."""
    chosen = [{"scope": "inventory", "attribute": "kernel"}]
    devices = management.post(SEARCH, json={"attributes": chosen}).json()
    shown = {names[d["id"]]: {a["name"] for a in d["attributes"]} for d in devices}
    both = {"kernel", "updated_ts"}
    assert shown == {"a": both, "b": both, "c": {"updated_ts"}}


@pytest.mark.parametrize(
    "search",
    [
        {"filters": [predicate("memory", "$like", 1)]},
        {"filters": [predicate("memory", "$eq", 1, "nowhere")]},
        {"filters": [predicate("", "$eq", 1)]},
        {"filters": [predicate("memory", "$eq", None)]},
        {"filters": [predicate("memory", "$in", 1)]},
        {"filters": [predicate("memory", "$nin", "1")]},
        {"filters": [predicate("memory", "$regex", "(")]},
        {"filters": [{"attribute": "memory"}]},
        {"sort": [{"scope": "inventory", "attribute": "name"}]},
        {"sort": [{"scope": "inventory", "attribute": "name", "order": "up"}]},
        {"per_page": 501},
        {"page": 0},
        [],
    ],
    ids=str,
)
def test_odd_searches_are_refused(management: httpx.Client, refused: Refused, search: Any) -> None:
    """Odd searches are refused."""
    refused(management.post(SEARCH, json=search), 400)


def test_attributes_to_filter_by(management: httpx.Client, names: dict[str, str]) -> None:
    """Attributes to filter by."""
    answer = management.get("v2/inventory/filters/attributes")
    assert answer.status_code == 200
    counts = {(a["scope"], a["name"]): a["count"] for a in answer.json()}
    assert counts["inventory", "memory"] == counts["identity", "status"] == len(names)
    assert counts["inventory", "kernel"] == 2
    frequencies = [a["count"] for a in answer.json()]
    assert frequencies == sorted(frequencies, reverse=True)
