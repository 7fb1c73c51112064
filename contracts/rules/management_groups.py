"""Management APIs / Device inventory: users put devices into groups.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files.
"""

from collections.abc import Sequence
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    json_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY
from otakit.contracts.rules.management_inventory import SECTION
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.stock import (
    INVENTORY,
    inventory_path,
    join,
    stocked_device,
)

ASSIGN = f"{SECTION} / Assign Group"
CLEAR = f"{SECTION} / Clear Group"
DEVICE_GROUP = f"{SECTION} / Get Device Group"

GROUPS = "v1/inventory/groups"


@rule(
    "MEN-MGT-INV-030",
    "A device that is assigned to a group is in it",
    document=ASSIGN,
    operations=["putDeviceInGroup", "getDeviceGroup", "listGroupDevices"],
)
def assigned_device_is_in_the_group(backend: Backend) -> None:
    """Assign a device, and look at its group and at the group's devices."""
    device, group = stocked_device(backend), backend.name("group")
    expect_status(_assign(backend, device, group), 204)
    expect_group(backend, device, group)
    expect_members(backend, group, [device])


@rule(
    "MEN-MGT-INV-031",
    "A device is in one group at most: assigning it to another one moves it",
    document=ASSIGN,
    operations=["putDeviceInGroup", "getDeviceGroup", "listGroupDevices"],
)
def assigned_device_is_moved(backend: Backend) -> None:
    """Assign one of two devices of a group to another group."""
    moved, staying = stocked_device(backend), stocked_device(backend)
    first, second = backend.name("first"), backend.name("second")
    join(backend, first, moved, staying)
    expect_status(_assign(backend, moved, second), 204)
    expect_group(backend, moved, second)
    expect_members(backend, first, [staying])
    expect_members(backend, second, [moved])


@rule(
    "MEN-MGT-INV-032",
    "Assigning an unknown device to a group is answered 404",
    document=ASSIGN,
    operations=["putDeviceInGroup"],
)
def unknown_device_cannot_be_assigned(backend: Backend) -> None:
    """Assign nobody."""
    body = {"group": backend.name("group")}
    expect_error(backend.management.put(f"{INVENTORY}/{NOBODY}/group", json=body), 404)


@rule(
    "MEN-MGT-INV-033",
    "Assigning a device without naming a group is answered 400",
    document=ASSIGN,
    operations=["putDeviceInGroup"],
)
def group_is_required(backend: Backend) -> None:
    """Send an empty object, then an empty name."""
    path = f"{inventory_path(backend.lent_device())}/group"
    expect_error(backend.management.put(path, json={}), 400)
    expect_error(backend.management.put(path, json={"group": ""}), 400)


@rule(
    "MEN-MGT-INV-034",
    "The group of a device that is in none is null",
    document=DEVICE_GROUP,
    operations=["getDeviceGroup"],
)
def single_device_has_no_group(backend: Backend) -> None:
    """Ask for the group of a new device."""
    expect_group(backend, stocked_device(backend), None)


@rule(
    "MEN-MGT-INV-035",
    "The group of an unknown device is answered 404",
    document=DEVICE_GROUP,
    operations=["getDeviceGroup"],
)
def unknown_device_has_no_group(backend: Backend) -> None:
    """Ask for nobody's group."""
    expect_error(backend.management.get(f"{INVENTORY}/{NOBODY}/group"), 404)


@rule(
    "MEN-MGT-INV-036",
    "A device that is removed from its group is in none",
    document=CLEAR,
    operations=["removeDeviceFromGroup", "getDeviceGroup", "listGroupDevices"],
)
def removed_device_is_in_no_group(backend: Backend) -> None:
    """Remove one of two devices from their group."""
    device, other = stocked_device(backend), stocked_device(backend)
    group = backend.name("group")
    join(backend, group, device, other)
    expect_status(leave(backend, device, group), 204)
    expect_group(backend, device, None)
    expect_members(backend, group, [other])


@rule(
    "MEN-MGT-INV-037",
    "Removing a device from a group that it is not in is answered 404, and changes nothing",
    document=CLEAR,
    operations=["removeDeviceFromGroup", "getDeviceGroup"],
)
def device_stays_in_another_group(backend: Backend) -> None:
    """Remove a device from another group than its own."""
    device, group = stocked_device(backend), backend.name("group")
    join(backend, group, device)
    expect_error(leave(backend, device, backend.name("other")), 404)
    expect_group(backend, device, group)


def members_path(group: str) -> str:
    """Return where the devices of a group are, below /api/management/."""
    return f"{GROUPS}/{in_path(group)}/devices"


def _assign(backend: Backend, device: SigningDevice, group: str) -> Exchange:
    return backend.management.put(f"{inventory_path(device)}/group", json={"group": group})


def leave(backend: Backend, device: SigningDevice, group: str) -> Exchange:
    """Remove a device from a group."""
    return backend.management.delete(f"{inventory_path(device)}/group/{in_path(group)}")


def names_in(answer: Exchange) -> list[Any]:
    """Return a list of names or ids; fail where there is none."""
    return list(json_of(expect_status(answer, 200)))


def expect_group(backend: Backend, device: SigningDevice, group: str | None) -> None:
    """Fail unless a device is in a group, or in none."""
    answer = backend.management.get(f"{inventory_path(device)}/group")
    expect_field(expect_status(answer, 200), "group", group, "the device's group")


def expect_members(backend: Backend, group: str, devices: Sequence[SigningDevice]) -> None:
    """Fail unless a group has exactly these devices."""
    answer = backend.management.get(members_path(group))
    wanted = sorted(device.id for device in devices)
    expect_equal(answer, sorted(names_in(answer)), wanted, f"the devices of '{group}'")
