"""Tags: attributes that users give to devices, guarded by an entity tag."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def path(device: Any) -> str:
    """Return the path of a device in inventory."""
    return f"v1/inventory/devices/{device.id}"


def as_list(**tags: Any) -> list[dict[str, Any]]:
    """Write tags as users send them."""
    return [{"name": name, "value": value} for name, value in tags.items()]


def tags_of(management: httpx.Client, path: str) -> dict[str, Any]:
    """Return a device's tags."""
    known = management.get(path).json()["attributes"]
    return {a["name"]: a["value"] for a in known if a["scope"] == "tags"}


def test_put_replaces_and_patch_merges(management: httpx.Client, path: str) -> None:
    """Put replaces and patch merges."""
    answer = management.put(f"{path}/tags", json=as_list(hall="3", shelf=12))
    assert (answer.status_code, answer.content) == (200, b"")
    assert management.patch(f"{path}/tags", json=as_list(shelf=13, row="b")).status_code == 200
    assert tags_of(management, path) == {"hall": "3", "shelf": 13, "row": "b"}
    management.put(f"{path}/tags", json=as_list(hall="4"))
    assert tags_of(management, path) == {"hall": "4"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_current_entity_tag_lets_one_writer_through(
    management: httpx.Client, path: str, refused: Refused, method: str
) -> None:
    """Current entity tag lets one writer through."""
    management.put(f"{path}/tags", json=as_list(hall="3"))
    current = {"If-Match": management.get(path).headers["etag"]}
    first = management.request(method, f"{path}/tags", json=as_list(hall="4"), headers=current)
    assert first.status_code == 200
    assert management.get(path).headers["etag"] != current["If-Match"]
    late = management.request(method, f"{path}/tags", json=as_list(hall="5"), headers=current)
    refused(late, 412)
    assert tags_of(management, path) == {"hall": "4"}


def test_entity_tag_is_asked_for_before_there_are_tags(
    management: httpx.Client, path: str, refused: Refused
) -> None:
    """Entity tag is asked for before there are tags."""
    answer = management.put(f"{path}/tags", json=as_list(hall="3"), headers={"If-Match": '"old"'})
    refused(answer, 412)
    assert tags_of(management, path) == {}


def test_entity_tag_of_an_unknown_device_never_matches(
    management: httpx.Client, refused: Refused
) -> None:
    """Entity tag of an unknown device never matches."""
    unknown = "v1/inventory/devices/no-such-device/tags"
    refused(management.put(unknown, json=as_list(hall="3"), headers={"If-Match": '"old"'}), 412)
    assert management.put(unknown, json=as_list(hall="3")).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    "body",
    [{}, [{"name": "hall"}], as_list(hall=True), as_list(**{f"t{n}": n for n in range(21)})],
    ids=lambda body: str(body)[:40],
)
def test_odd_tags_change_nothing(
    management: httpx.Client, path: str, refused: Refused, method: str, body: Any
) -> None:
    """Odd tags change nothing."""
    refused(management.request(method, f"{path}/tags", json=body), 400)
    assert tags_of(management, path) == {}
    assert "etag" not in management.get(path).headers


def test_merging_does_not_pass_the_limit(
    management: httpx.Client, path: str, refused: Refused
) -> None:
    """Merging does not pass the limit."""
    management.put(f"{path}/tags", json=as_list(**{f"t{n}": n for n in range(20)}))
    refused(management.patch(f"{path}/tags", json=as_list(more=1)), 400)
    assert len(tags_of(management, path)) == 20
