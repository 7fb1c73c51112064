"""Management APIs / Device inventory: users see what is known of devices, and search in it.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files.
"""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_header,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY
from otakit.contracts.stock import (
    INVENTORY,
    LOT,
    expect_devices,
    follow,
    inventory_path,
    join,
    lot_of,
    shown_attributes,
    stocked_device,
)

SECTION = "OpenAPI files / Device inventory"
LIST = f"{SECTION} / List Device Inventories"
GET = f"{SECTION} / Get Device Inventory"
DELETE = f"{SECTION} / Delete Device Inventory"
SCOPE = "OpenAPI files / Device inventory filters and search / Schemas / Scope"


@rule(
    "MEN-MGT-INV-001",
    "The list has devices with their attributes",
    document=LIST,
    operations=["listInventories"],
)
def devices_are_listed_with_attributes(backend: Backend) -> None:
    """Look for a device in the list, by an attribute that only it has."""
    lot, [device] = lot_of(backend, {"otakit_colour": "red"})
    answer = _listed(backend, lot)
    expect_devices(answer, [device])
    expect_contains(answer, _named(answer), ("inventory", "otakit_colour", "red"), "attributes")


@rule(
    "MEN-MGT-INV-002",
    "An attribute in the query limits the list to the devices that have this value",
    document=LIST,
    operations=["listInventories"],
)
def list_is_searched_by_attribute(backend: Backend) -> None:
    """Ask for one of two devices that differ."""
    lot, [red, _] = lot_of(backend, {"otakit_colour": "red"}, {"otakit_colour": "blue"})
    expect_devices(_listed(backend, lot, otakit_colour="red"), [red])


@rule(
    "MEN-MGT-INV-003",
    "A number in the query finds an attribute that is a number",
    document=LIST,
    operations=["listInventories"],
)
def list_is_searched_by_number(backend: Backend) -> None:
    """Ask for one of two devices with numbers."""
    lot, [small, _] = lot_of(backend, {"otakit_size": 100}, {"otakit_size": 1000})
    expect_devices(_listed(backend, lot, otakit_size="100"), [small])


@rule(
    "MEN-MGT-INV-004",
    "The list is sorted by an attribute, ascending with asc and descending with desc",
    document=LIST,
    operations=["listInventories"],
)
def list_is_sorted(backend: Backend) -> None:
    """Sort three devices by number, both ways."""
    sizes = [{"otakit_size": size} for size in (2, 10, 1)]
    lot, [two, ten, one] = lot_of(backend, *sizes)
    rising = _listed(backend, lot, sort="otakit_size:asc")
    expect_devices(rising, [one, two, ten], in_order=True)
    falling = _listed(backend, lot, sort="otakit_size:desc")
    expect_devices(falling, [ten, two, one], in_order=True)


@rule(
    "MEN-MGT-INV-005",
    "The list is sorted in descending order if none is named",
    document=LIST,
    operations=["listInventories"],
    severity="minor",
)
def list_is_sorted_descending(backend: Backend) -> None:
    """Sort two devices without saying how."""
    lot, [low, high] = lot_of(backend, {"otakit_size": 1}, {"otakit_size": 2})
    answer = _listed(backend, lot, sort="otakit_size")
    expect_devices(answer, [high, low], in_order=True)


@rule(
    "MEN-MGT-INV-006",
    "A sort order that is neither asc nor desc is answered 400",
    document=LIST,
    operations=["listInventories"],
    severity="minor",
)
def odd_order_is_refused(backend: Backend) -> None:
    """Sort upwards."""
    expect_error(backend.management.get(INVENTORY, params={"sort": "mac:upwards"}), 400)


@rule(
    "MEN-MGT-INV-007",
    "A page of the inventories has no more than per_page devices, and the pages have all of them",
    document=LIST,
    operations=["listInventories"],
)
def inventories_have_pages(backend: Backend) -> None:
    """Turn the pages of a list of three devices."""
    lot, devices = lot_of(backend, *({"otakit_size": size} for size in (1, 2, 3)))
    first = _listed(backend, lot, sort="otakit_size:asc", page="1", per_page="2")
    expect_devices(first, devices[:2], in_order=True)
    second = _listed(backend, lot, sort="otakit_size:asc", page="2", per_page="2")
    expect_devices(second, devices[2:])


@rule(
    "MEN-MGT-INV-008",
    "The header Link of the inventories leads to the first, the next and the previous page",
    document=LIST,
    operations=["listInventories"],
)
def inventories_are_linked(backend: Backend) -> None:
    """Follow the links to the next page and back."""
    lot, [low, high] = lot_of(backend, {"otakit_size": 1}, {"otakit_size": 2})
    first = _listed(backend, lot, sort="otakit_size:asc", per_page="1")
    second = follow(backend, first, "next")
    expect_devices(second, [high])
    expect_devices(follow(backend, second, "prev"), [low])
    expect_devices(follow(backend, second, "first"), [low])


@rule(
    "MEN-MGT-INV-009",
    "The header X-Total-Count of the inventories tells how many devices were found",
    document=LIST,
    operations=["listInventories"],
)
def inventories_are_counted(backend: Backend) -> None:
    """Ask for a page of one of two devices."""
    lot, _ = lot_of(backend, {}, {})
    answer = expect_status(_listed(backend, lot, per_page="1"), 200)
    expect_equal(answer, expect_header(answer, "X-Total-Count"), "2", "X-Total-Count")


@rule(
    "MEN-MGT-INV-010",
    "With has_group, only devices that are in a group are listed, or only those that are in none",
    document=LIST,
    operations=["listInventories", "putDeviceInGroup"],
)
def list_is_limited_to_grouped_devices(backend: Backend) -> None:
    """Put one of two devices into a group, and ask for either."""
    lot, [grouped, single] = lot_of(backend, {}, {})
    join(backend, backend.name("group"), grouped)
    expect_devices(_listed(backend, lot, has_group="true"), [grouped])
    expect_devices(_listed(backend, lot, has_group="false"), [single])


@rule(
    "MEN-MGT-INV-011",
    "With group, only devices of this group are listed",
    document=LIST,
    operations=["listInventories", "putDeviceInGroup"],
)
def list_is_limited_to_a_group(backend: Backend) -> None:
    """Put two devices into two groups, and ask for one."""
    _, [mine, other] = lot_of(backend, {}, {})
    group = backend.name("group")
    join(backend, group, mine)
    join(backend, backend.name("other"), other)
    expect_devices(backend.management.get(INVENTORY, params={"group": group}), [mine])


@rule(
    "MEN-MGT-INV-012",
    "The inventory of an unknown device is answered 404",
    document=GET,
    operations=["getInventory"],
)
def unknown_inventory_is_not_found(backend: Backend) -> None:
    """Ask for nobody's inventory."""
    expect_error(backend.management.get(f"{INVENTORY}/{NOBODY}"), 404)


@rule(
    "MEN-MGT-INV-013",
    "The identity of a device is in its inventory, in the scope identity",
    document=SCOPE,
    operations=["getInventory", "authenticateDevice"],
)
def identity_is_in_the_inventory(backend: Backend) -> None:
    """Look for the identity that a device has asked with."""
    device = stocked_device(backend)

    def look() -> None:
        found = shown_attributes(backend, device, "identity")
        values = {name: found.get(name, {}).get("value") for name in device.identity}
        expect_equal(backend.exchanges[-1], values, device.identity, "attributes of the identity")

    backend.eventually(look)


@rule(
    "MEN-MGT-INV-014",
    "Deleting a device's inventory is answered 204, and what the device told is gone",
    document=DELETE,
    operations=["deleteInventory", "getInventory"],
)
def deleted_inventory_is_gone(backend: Backend) -> None:
    """Delete the inventory of a device that has told something."""
    device = stocked_device(backend, otakit_colour="red")
    expect_status(backend.management.delete(inventory_path(device)), 204)
    answer = expect_status(backend.management.get(inventory_path(device)), 200, 404)
    if answer.status == 200:  # noqa: PLR2004
        left = [a for a in field_of(answer, "attributes") if a.get("scope") == "inventory"]
        expect_equal(answer, left, [], "what is left of the inventory")


@rule(
    "MEN-MGT-INV-015",
    "A page that is no number is answered 400 by the lists of devices and of a group's devices",
    document=LIST,
    operations=["listInventories", "listGroupDevices"],
    severity="minor",
)
def page_is_a_number(backend: Backend) -> None:
    """Ask for pages of words, of the list and of a group."""
    group = backend.name("group")
    join(backend, group, stocked_device(backend))
    for path in (INVENTORY, f"v1/inventory/groups/{group}/devices"):
        for query in ({"page": "first"}, {"per_page": "all"}):
            expect_error(backend.management.get(path, params=query), 400)


def _listed(backend: Backend, lot: str, **query: str) -> Exchange:
    """List the devices of a lot, further limited, sorted or cut by a query."""
    return backend.management.get(INVENTORY, params={LOT: lot, **query})


def _named(answer: Exchange) -> list[tuple[Any, ...]]:
    attributes = [a for device in json_of(answer) for a in device.get("attributes") or []]
    return [(a.get("scope"), a.get("name"), a.get("value")) for a in attributes]
