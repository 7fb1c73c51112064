"""Devices with attributes: what rules about inventory, groups and searches build on."""

from collections.abc import Sequence
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.signing_device import SigningDevice

INVENTORY = "v1/inventory/devices"
LOT = "otakit_lot"
"""The attribute that the devices of one rule have in common, with the rule's own value."""


def inventory_path(device: SigningDevice) -> str:
    """Return where a device's inventory is read, below /api/management/."""
    return f"{INVENTORY}/{in_path(device.id)}"


def stocked_device(backend: Backend, **attributes: Any) -> SigningDevice:
    """Return a new device with these attributes, once inventory knows it; raises NotReached."""
    device = backend.accepted_device()
    with backend.building("a device with attributes"):
        if attributes:
            expect_status(device.send_inventory(**attributes), 200)
        path = inventory_path(device)
        backend.eventually(lambda: expect_status(backend.management.get(path), 200))
    return device


def lot_of(backend: Backend, *attributes: dict[str, Any]) -> tuple[str, list[SigningDevice]]:
    """Return new devices with these attributes, and the lot that they all are of."""
    lot = backend.name("lot")
    return lot, [stocked_device(backend, **{LOT: lot}, **own) for own in attributes]


def join(backend: Backend, group: str, *devices: SigningDevice) -> None:
    """Put devices into a group, one by one; raises NotReached."""
    with backend.building("a group with devices"):
        for device in devices:
            path = f"{inventory_path(device)}/group"
            expect_status(backend.management.put(path, json={"group": group}), 204)


def shown_attributes(
    backend: Backend, device: SigningDevice, scope: str = "inventory"
) -> dict[str, dict[str, Any]]:
    """Return a device's attributes of one scope by name, as users see them; raises NotReached."""
    with backend.building("a look at the inventory"):
        shown = expect_status(backend.management.get(inventory_path(device)), 200)
        return {a["name"]: a for a in field_of(shown, "attributes") if a.get("scope") == scope}


def expect_attributes(
    backend: Backend, device: SigningDevice, scope: str, values: dict[str, Any]
) -> None:
    """Fail unless these are all attributes of a scope that a device comes to have."""

    def look() -> None:
        found = shown_attributes(backend, device, scope)
        values_found = {name: attribute.get("value") for name, attribute in found.items()}
        expect_equal(backend.exchanges[-1], values_found, values, f"attributes of scope '{scope}'")

    backend.eventually(look)


def ids_in_list(answer: Exchange) -> list[str]:
    """Return the ids of listed devices; fail where there is no list."""
    return [str(device.get("id", "")) for device in json_of(expect_status(answer, 200))]


def expect_devices(
    answer: Exchange, devices: Sequence[SigningDevice], *, in_order: bool = False
) -> None:
    """Fail unless exactly these devices are listed."""
    found, wanted = ids_in_list(answer), [device.id for device in devices]
    if not in_order:
        found, wanted = sorted(found), sorted(wanted)
    expect_equal(answer, found, wanted, f"the devices that {answer.name} finds")


def follow(backend: Backend, answer: Exchange, relation: str) -> Exchange:
    """Ask for the page that an answer's header Link leads to; fail where it leads nowhere."""
    expect_status(answer, 200)
    links = {str(name): link for name, link in answer.response.links.items()}
    expect(
        relation in links,
        f"{answer.name} has a link to its '{relation}' page",
        expected=f"the relation '{relation}' in the header Link",
        actual=f"a header Link of {', '.join(links) or 'nothing'}",
        answer=answer,
    )
    return backend.management.get(answer.absolute(links[relation]["url"]))
