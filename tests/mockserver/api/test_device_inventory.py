"""What devices tell of themselves, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

ATTRIBUTES = "v1/inventory/device/attributes"

Refused = Callable[[httpx.Response, int], str]


def told(management: httpx.Client, device: Any) -> dict[str, Any]:
    """Return the attributes that the device has sent, by name."""
    known = management.get(f"v1/inventory/devices/{device.id}").json()["attributes"]
    return {a["name"]: a["value"] for a in known if a["scope"] == "inventory"}


def as_list(**attributes: Any) -> list[dict[str, Any]]:
    """Write attributes as devices send them."""
    return [{"name": name, "value": value} for name, value in attributes.items()]


def test_patch_merges_by_name(management: httpx.Client, device: Any) -> None:
    """Patch merges by name."""
    answer = device.http.patch(ATTRIBUTES, json=as_list(kernel="6.1", memory=512))
    assert (answer.status_code, answer.content) == (200, b"")
    device.http.patch(ATTRIBUTES, json=as_list(kernel="6.6", disks=["sda", "sdb"]))
    assert told(management, device) == {"kernel": "6.6", "memory": 512, "disks": ["sda", "sdb"]}


def test_put_replaces_all(management: httpx.Client, device: Any) -> None:
    """Put replaces all."""
    device.http.patch(ATTRIBUTES, json=as_list(kernel="6.1", memory=512))
    answer = device.http.put(ATTRIBUTES, json=as_list(kernel="6.6"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert told(management, device) == {"kernel": "6.6"}


def test_put_of_nothing_leaves_identity_and_tags(management: httpx.Client, device: Any) -> None:
    """Put of nothing leaves identity and tags."""
    device.http.patch(ATTRIBUTES, json=as_list(kernel="6.1"))
    path = f"v1/inventory/devices/{device.id}"
    management.put(f"{path}/tags", json=as_list(hall="3"))
    assert device.http.put(ATTRIBUTES, json=[]).status_code == 200
    left = {(a["scope"], a["name"]) for a in management.get(path).json()["attributes"]}
    assert {("identity", "mac"), ("identity", "status"), ("tags", "hall")} <= left
    assert told(management, device) == {}


def test_description_is_kept(management: httpx.Client, device: Any) -> None:
    """Description is kept."""
    attribute = {"name": "kernel", "value": "6.1", "description": "of Linux"}
    device.http.patch(ATTRIBUTES, json=[attribute])
    known = management.get(f"v1/inventory/devices/{device.id}").json()["attributes"]
    assert {**attribute, "scope": "inventory"} in known


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    "body",
    [
        {"name": "kernel", "value": "6.1"},
        [{"name": "kernel"}],
        [{"value": "6.1"}],
        [{"name": "", "value": "6.1"}],
        as_list(kernel=True),
        as_list(kernel=None),
        as_list(kernel=["6", 1]),
        as_list(**{f"name-{number}": number for number in range(101)}),
    ],
    ids=lambda body: str(body)[:40],
)
def test_odd_attributes_change_nothing(
    management: httpx.Client, device: Any, refused: Refused, method: str, body: Any
) -> None:
    """Odd attributes change nothing."""
    device.http.patch(ATTRIBUTES, json=as_list(memory=512))
    refused(device.http.request(method, ATTRIBUTES, json=body), 400)
    assert told(management, device) == {"memory": 512}


def test_limit_counts_what_is_there_when_merged(
    management: httpx.Client, device: Any, refused: Refused
) -> None:
    """Limit counts what is there when merged."""
    many = as_list(**{f"name-{number}": number for number in range(100)})
    assert device.http.patch(ATTRIBUTES, json=many).status_code == 200
    assert "100" in refused(device.http.patch(ATTRIBUTES, json=as_list(more=1)), 400)
    assert len(told(management, device)) == 100
