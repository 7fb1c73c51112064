"""Management APIs / Device inventory: users tag devices, without overwriting each other.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files.
"""

from datetime import datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_header,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_inventory import GET, SCOPE, SECTION
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.stock import (
    expect_attributes,
    inventory_path,
    shown_attributes,
    stocked_device,
)

ADD = f"{SECTION} / Add Tags"
ASSIGN = f"{SECTION} / Assign Tags"
TAG = f"{SECTION} / Schemas / Tag"

BOTH = ("assignTags", "replaceTags")


@rule(
    "MEN-MGT-INV-020",
    "Adding tags creates those that are new, overwrites those that are there, and leaves others",
    document=ADD,
    operations=["assignTags", "getInventory"],
)
def added_tags_are_there(backend: Backend) -> None:
    """Add two tags, then one of them anew with a third."""
    device = stocked_device(backend)
    expect_status(_tag(backend, device, "PATCH", otakit_a="1", otakit_b="1"), 200)
    expect_status(_tag(backend, device, "PATCH", otakit_b="2", otakit_c="2"), 200)
    expect_attributes(backend, device, "tags", {"otakit_a": "1", "otakit_b": "2", "otakit_c": "2"})


@rule(
    "MEN-MGT-INV-021",
    "Assigning tags overwrites those that are there, and removes those that are not named",
    document=ASSIGN,
    operations=["replaceTags", "getInventory"],
)
def assigned_tags_are_all(backend: Backend) -> None:
    """Put one of two tags and a new one in place of both."""
    device = stocked_device(backend)
    expect_status(_tag(backend, device, "PUT", otakit_a="1", otakit_b="1"), 200)
    expect_status(_tag(backend, device, "PUT", otakit_b="2", otakit_c="2"), 200)
    expect_attributes(backend, device, "tags", {"otakit_b": "2", "otakit_c": "2"})


@rule(
    "MEN-MGT-INV-022",
    "The scope is part of an attribute's name: a tag leaves what the device tells under its name",
    document=SCOPE,
    operations=[*BOTH, "assignInventory", "getInventory"],
)
def scopes_are_namespaces(backend: Backend) -> None:
    """Tag a device under the name of an attribute that it tells."""
    device = stocked_device(backend, otakit_colour="red")
    expect_status(_tag(backend, device, "PUT", otakit_colour="blue"), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "red"})
    expect_attributes(backend, device, "tags", {"otakit_colour": "blue"})


@rule(
    "MEN-MGT-INV-023",
    "A tag shows the time of its last update",
    document=TAG,
    operations=["assignTags", "getInventory"],
    severity="minor",
)
def tags_have_a_time(backend: Backend) -> None:
    """Tag a device, and read the tag's timestamp."""
    device = stocked_device(backend)
    expect_status(_tag(backend, device, "PATCH", otakit_a="1"), 200)

    def look() -> None:
        stamp = shown_attributes(backend, device, "tags").get("otakit_a", {}).get("timestamp")
        expect(
            _is_time(stamp),
            "the tag's timestamp",
            expected="a date and time as in RFC 3339",
            actual=stamp,
            answer=backend.exchanges[-1],
        )

    backend.eventually(look)


@rule(
    "MEN-MGT-INV-024",
    "Tags are written where If-Match has the device's current ETag",
    document=ASSIGN,
    operations=[*BOTH, "getInventory"],
)
def current_etag_lets_write(backend: Backend) -> None:
    """Write tags twice, each time with the ETag that was shown before."""
    device = _tagged_device(backend)
    for number, method in enumerate(("PUT", "PATCH")):
        current = _etag(backend, device)
        answer = _tag(backend, device, method, if_match=current, otakit_a=f"new {number}")
        expect_status(answer, 200)
    expect_attributes(backend, device, "tags", {"otakit_a": "new 1"})


@rule(
    "MEN-MGT-INV-025",
    "Tags are not written, and 412 is answered, where If-Match has an older ETag",
    document=ASSIGN,
    operations=[*BOTH, "getInventory"],
    severity="critical",
)
def older_etag_lets_nothing_be_lost(backend: Backend) -> None:
    """Let two users read a device's tags, and one after the other write them."""
    device = _tagged_device(backend)
    read = _etag(backend, device)
    with backend.building("tags that another user has written"):
        expect_status(_tag(backend, device, "PUT", if_match=read, otakit_a="theirs"), 200)
    for method in ("PUT", "PATCH"):
        expect_status(_tag(backend, device, method, if_match=read, otakit_a="ours"), 412)
    expect_attributes(backend, device, "tags", {"otakit_a": "theirs"})


@rule(
    "MEN-MGT-INV-026",
    "The ETag is of the tags alone: what a device tells leaves it",
    document=GET,
    operations=["getInventory", "assignTags", "assignInventory"],
)
def etag_is_of_tags(backend: Backend) -> None:
    """Let a tagged device tell something."""
    device = _tagged_device(backend)
    before = _etag(backend, device)
    with backend.building("an attribute"):
        expect_status(device.send_inventory(otakit_size=1), 200)
    expect_attributes(backend, device, "inventory", {"otakit_size": 1})
    after = _etag(backend, device)
    expect_equal(backend.exchanges[-1], after, before, "the ETag after an attribute was told")


@rule(
    "MEN-MGT-INV-027",
    "Tags without a name or without a value, or that are no list, are answered 400",
    document=ADD,
    operations=BOTH,
)
def malformed_tags_are_refused(backend: Backend) -> None:
    """Send three malformed bodies, in both ways."""
    path = f"{inventory_path(backend.lent_device())}/tags"
    bodies: list[Any] = [[{"value": "a"}], [{"name": "otakit_a"}], {"otakit_a": "a"}]
    for body in bodies:
        for method in ("PATCH", "PUT"):
            expect_error(backend.management.request(method, path, json=body), 400)


def _tag(
    backend: Backend, device: SigningDevice, method: str, if_match: str = "", **tags: str
) -> Exchange:
    body = [{"name": name, "value": value} for name, value in tags.items()]
    headers = {"If-Match": if_match} if if_match else {}
    path = f"{inventory_path(device)}/tags"
    return backend.management.request(method, path, json=body, headers=headers)


def _tagged_device(backend: Backend) -> SigningDevice:
    device = stocked_device(backend)
    with backend.building("a tag"):
        expect_status(_tag(backend, device, "PUT", otakit_a="old"), 200)
    return device


def _etag(backend: Backend, device: SigningDevice) -> str:
    """Return the ETag of a tagged device; fail where it has none."""
    answer = expect_status(backend.management.get(inventory_path(device)), 200)
    return expect_header(answer, "ETag")


def _is_time(text: Any) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False
