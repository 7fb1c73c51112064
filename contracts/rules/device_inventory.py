"""Device APIs / Device inventory: devices tell what they are."""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_equal, expect_error, expect_status
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.stock import (
    expect_attributes,
    shown_attributes,
    stocked_device,
)

SECTION = "Device APIs / Device inventory"
ASSIGN = f"{SECTION} / Assign Attributes"
REPLACE = f"{SECTION} / Replace Attributes"
SCHEMA = f"{SECTION} / Schemas / Attribute"

ATTRIBUTES = "v1/inventory/device/attributes"
BOTH = ("assignInventory", "replaceInventory")


@rule(
    "MEN-DEV-INV-001",
    "Assigning creates attributes that the device had not told before",
    document=ASSIGN,
    operations=["assignInventory", "getInventory"],
)
def assigned_attributes_are_there(backend: Backend) -> None:
    """Assign two attributes, and look at them."""
    device = backend.accepted_device()
    expect_status(device.send_inventory(otakit_colour="red", otakit_size=1), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "red", "otakit_size": 1})


@rule(
    "MEN-DEV-INV-002",
    "Assigning overwrites the value of an attribute, and leaves those that are not named",
    document=ASSIGN,
    operations=["assignInventory", "getInventory"],
)
def assigned_attribute_is_overwritten(backend: Backend) -> None:
    """Assign one of two attributes anew."""
    device = stocked_device(backend, otakit_colour="red", otakit_size=1)
    expect_status(device.send_inventory(otakit_colour="blue"), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "blue", "otakit_size": 1})


@rule(
    "MEN-DEV-INV-003",
    "Attributes are those of the device whose token is used, and of no other",
    document=ASSIGN,
    operations=["assignInventory", "getInventory"],
    severity="critical",
)
def other_devices_keep_their_attributes(backend: Backend) -> None:
    """Let one of two devices assign an attribute that both have."""
    device, other = (stocked_device(backend, otakit_colour="red") for _ in range(2))
    expect_status(device.send_inventory(otakit_colour="blue"), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "blue"})
    expect_attributes(backend, other, "inventory", {"otakit_colour": "red"})


@rule(
    "MEN-DEV-INV-004",
    "Replacing removes the attributes that are not in the new set",
    document=REPLACE,
    operations=["replaceInventory", "getInventory"],
)
def replaced_attributes_are_gone(backend: Backend) -> None:
    """Replace two attributes by one of them."""
    device = stocked_device(backend, otakit_colour="red", otakit_size=1)
    expect_status(_replace(device, otakit_colour="red"), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "red"})


@rule(
    "MEN-DEV-INV-005",
    "Replacing overwrites the values of attributes, and creates those that are new",
    document=REPLACE,
    operations=["replaceInventory", "getInventory"],
)
def replacing_attributes_are_there(backend: Backend) -> None:
    """Replace an attribute by another value of it, and one more."""
    device = stocked_device(backend, otakit_colour="red")
    expect_status(_replace(device, otakit_colour="blue", otakit_size=1), 200)
    expect_attributes(backend, device, "inventory", {"otakit_colour": "blue", "otakit_size": 1})


@rule(
    "MEN-DEV-INV-006",
    "Replacing concerns what devices tell: tags and identity stay",
    document="OpenAPI files / Device inventory filters and search / Schemas / Scope",
    operations=["replaceInventory", "assignTags", "getInventory"],
)
def replacing_leaves_other_scopes(backend: Backend) -> None:
    """Tag a device, and let it replace its attributes."""
    device = stocked_device(backend, otakit_colour="red")
    with backend.building("a tag"):
        path = f"v1/inventory/devices/{device.id}/tags"
        tags = [{"name": "otakit_place", "value": "here"}]
        expect_status(backend.management.patch(path, json=tags), 200)
        identity = shown_attributes(backend, device, "identity")
    expect_status(_replace(device, otakit_size=1), 200)
    expect_attributes(backend, device, "inventory", {"otakit_size": 1})
    expect_attributes(backend, device, "tags", {"otakit_place": "here"})
    values = {name: attribute["value"] for name, attribute in identity.items()}
    expect_attributes(backend, device, "identity", values)


@rule(
    "MEN-DEV-INV-007",
    "Numbers, texts, lists of numbers and lists of texts keep their type",
    document=SCHEMA,
    operations=[*BOTH, "getInventory"],
)
def values_keep_their_type(backend: Backend) -> None:
    """Send a value of each type, in both ways."""
    values = {"a": 1.5, "b": "1.5", "c": [1, 2.5], "d": ["1", "two"]}
    device = backend.accepted_device()
    for method in ("PATCH", "PUT"):
        expect_status(_send(device, method, _told(values)), 200)
        expect_attributes(backend, device, "inventory", values)


@rule(
    "MEN-DEV-INV-008",
    "An attribute's description is kept",
    document=SCHEMA,
    operations=[*BOTH, "getInventory"],
    severity="minor",
)
def description_is_kept(backend: Backend) -> None:
    """Describe an attribute, in both ways."""
    device = backend.accepted_device()
    for number, method in enumerate(("PATCH", "PUT")):
        text = f"Words for {method}"
        attribute = {"name": "otakit_size", "value": number, "description": text}
        expect_status(_send(device, method, [attribute]), 200)

        def look(text: str = text) -> None:
            found = shown_attributes(backend, device).get("otakit_size", {})
            answer = backend.exchanges[-1]
            expect_equal(answer, found.get("description"), text, "the attribute's description")

        backend.eventually(look)


@rule(
    "MEN-DEV-INV-009",
    "A list of both numbers and texts is answered 400",
    document=SCHEMA,
    operations=BOTH,
)
def mixed_lists_are_refused(backend: Backend) -> None:
    """Send a list of a number and a text."""
    _expect_refused(backend, [{"name": "otakit_size", "value": [1, "two"]}])


@rule(
    "MEN-DEV-INV-010",
    "A value that is neither number, text nor a list of these is answered 400",
    document=SCHEMA,
    operations=BOTH,
)
def other_types_are_refused(backend: Backend) -> None:
    """Send an object as value, then a truth."""
    _expect_refused(backend, [{"name": "otakit_size", "value": {"width": 1}}])
    _expect_refused(backend, [{"name": "otakit_size", "value": True}])


@rule(
    "MEN-DEV-INV-011",
    "An attribute without a name is answered 400",
    document=SCHEMA,
    operations=BOTH,
)
def name_is_required(backend: Backend) -> None:
    """Send a value alone."""
    _expect_refused(backend, [{"value": "red"}])


@rule(
    "MEN-DEV-INV-012",
    "An attribute without a value is answered 400",
    document=SCHEMA,
    operations=BOTH,
)
def value_is_required(backend: Backend) -> None:
    """Send a name alone."""
    _expect_refused(backend, [{"name": "otakit_colour"}])


@rule(
    "MEN-DEV-INV-013",
    "Attributes that are no list are answered 400",
    document=ASSIGN,
    operations=BOTH,
)
def attributes_are_a_list(backend: Backend) -> None:
    """Send one attribute without a list around it."""
    _expect_refused(backend, {"name": "otakit_colour", "value": "red"})


def _told(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _send(device: SigningDevice, method: str, body: Any) -> Exchange:
    return device.request(method, ATTRIBUTES, json=body)


def _replace(device: SigningDevice, **values: Any) -> Exchange:
    return _send(device, "PUT", _told(values))


def _expect_refused(backend: Backend, body: Any) -> None:
    """Fail unless both operations refuse a body: nothing is changed, so the device is lent."""
    device = backend.lent_device()
    for method in ("PATCH", "PUT"):
        expect_error(_send(device, method, body), 400)
