"""Management APIs / Device inventory: groups with their devices.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files.
"""

from collections.abc import Sequence

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY
from otakit.contracts.rules.management_groups import (
    GROUPS,
    expect_group,
    expect_members,
    leave,
    members_path,
    names_in,
)
from otakit.contracts.rules.management_inventory import SECTION
from otakit.contracts.signing_device import SigningDevice
from otakit.contracts.stock import (
    follow,
    join,
    stocked_device,
)

LIST = f"{SECTION} / List Groups"
MEMBERS = f"{SECTION} / Get Devices in Group"
ADD = f"{SECTION} / Add Devices to Group"
REMOVE = f"{SECTION} / Remove Devices from Group"
DELETE = f"{SECTION} / Remove a Group"


@rule(
    "MEN-MGT-INV-038",
    "All groups that exist are listed",
    document=LIST,
    operations=["listGroups", "putDeviceInGroup"],
)
def groups_are_listed(backend: Backend) -> None:
    """Make two groups, and look for them."""
    names = [backend.name("group") for _ in range(2)]
    for name in names:
        join(backend, name, stocked_device(backend))
    answer = backend.management.get(GROUPS)
    for name in names:
        expect_contains(answer, names_in(answer), name, "the groups")


@rule(
    "MEN-MGT-INV-039",
    "With a status, the groups of devices with this status are listed",
    document=LIST,
    operations=["listGroups", "putDeviceInGroup"],
)
def groups_are_listed_by_status(backend: Backend) -> None:
    """Put an accepted device into a group, and ask for two statuses."""
    group = backend.name("group")
    join(backend, group, stocked_device(backend))
    answer = backend.management.get(GROUPS, params={"status": "accepted"})
    expect_contains(answer, names_in(answer), group, "the groups of accepted devices")
    answer = backend.management.get(GROUPS, params={"status": "rejected"})
    expect_lacks(answer, names_in(answer), group, "the groups of rejected devices")


@rule(
    "MEN-MGT-INV-040",
    "The devices of a group have pages, which the header Link leads through",
    document=MEMBERS,
    operations=["listGroupDevices"],
)
def members_have_pages(backend: Backend) -> None:
    """Turn the pages of a group of three devices."""
    devices, group = [stocked_device(backend) for _ in range(3)], backend.name("group")
    join(backend, group, *devices)
    pages = [backend.management.get(members_path(group), params={"per_page": "2"})]
    expect_equal(pages[0], len(names_in(pages[0])), 2, "how many devices the first page has")
    pages.append(follow(backend, pages[0], "next"))
    found = sorted(name for page in pages for name in names_in(page))
    expect_equal(pages[1], found, sorted(d.id for d in devices), "the devices of both pages")
    for relation in ("prev", "first"):
        back = follow(backend, pages[1], relation)
        expect_equal(back, names_in(back), names_in(pages[0]), f"the '{relation}' page")


@rule(
    "MEN-MGT-INV-041",
    "The header X-Total-Count of a group's devices tells how many the group has",
    document=MEMBERS,
    operations=["listGroupDevices", "removeDeviceFromGroup"],
)
def members_are_counted(backend: Backend) -> None:
    """Count a group of two devices, and again when one has left."""
    devices, group = [stocked_device(backend) for _ in range(2)], backend.name("group")
    join(backend, group, *devices)
    _expect_total(backend, group, "2")
    with backend.building("a device that has left"):
        expect_status(leave(backend, devices[0], group), 204)
    _expect_total(backend, group, "1")


@rule(
    "MEN-MGT-INV-042",
    "The devices of an unknown group are answered 404",
    document=MEMBERS,
    operations=["listGroupDevices"],
)
def unknown_group_has_no_devices(backend: Backend) -> None:
    """Ask for the devices of a group that nobody made."""
    expect_error(backend.management.get(members_path(backend.name("group"))), 404)


@rule(
    "MEN-MGT-INV-043",
    "Devices that are added to a group are in it, beside those that were there",
    document=ADD,
    operations=["addDevicesToGroup", "listGroupDevices"],
)
def added_devices_are_in_the_group(backend: Backend) -> None:
    """Add two devices to a group of one."""
    devices, group = [stocked_device(backend) for _ in range(3)], backend.name("group")
    join(backend, group, devices[0])
    expect_status(_add(backend, group, devices[1:]), 200)
    expect_members(backend, group, devices)


@rule(
    "MEN-MGT-INV-044",
    "Adding devices tells how many were known, and how many changed group",
    document=ADD,
    operations=["addDevicesToGroup"],
)
def added_devices_are_counted(backend: Backend) -> None:
    """Add a member, another device, and nobody."""
    member, other = stocked_device(backend), stocked_device(backend)
    group = backend.name("group")
    join(backend, group, member)
    body = [member.id, other.id, NOBODY]
    answer = backend.management.patch(members_path(group), json=body)
    expect_field(expect_status(answer, 200), "matched_count", 2)
    expect_field(answer, "updated_count", 1)


@rule(
    "MEN-MGT-INV-045",
    "Devices that are removed from a group are in none; they are counted, and others stay",
    document=REMOVE,
    operations=["removeDevicesFromGroup", "listGroupDevices", "getDeviceGroup"],
)
def removed_devices_are_in_no_group(backend: Backend) -> None:
    """Remove one of two members, and a device of another group."""
    device, staying, stranger = (stocked_device(backend) for _ in range(3))
    group, other = backend.name("group"), backend.name("other")
    join(backend, group, device, staying)
    join(backend, other, stranger)
    body = [device.id, stranger.id]
    answer = backend.management.request("DELETE", members_path(group), json=body)
    expect_field(expect_status(answer, 200), "updated_count", 1)
    expect_group(backend, device, None)
    expect_group(backend, stranger, other)
    expect_members(backend, group, [staying])


@rule(
    "MEN-MGT-INV-046",
    "A list of devices for a group that is no list of ids is answered 400",
    document=ADD,
    operations=["addDevicesToGroup", "removeDevicesFromGroup"],
)
def devices_are_a_list(backend: Backend) -> None:
    """Send an object to either operation."""
    path = members_path(backend.name("group"))
    for method in ("PATCH", "DELETE"):
        answer = backend.management.request(method, path, json={"devices": [NOBODY]})
        expect_error(answer, 400)


@rule(
    "MEN-MGT-INV-047",
    "A group that is removed has no devices and is listed no more; its devices are counted",
    document=DELETE,
    operations=["deleteGroup", "getDeviceGroup", "listGroups"],
)
def removed_group_is_gone(backend: Backend) -> None:
    """Remove a group of two devices."""
    devices, group = [stocked_device(backend) for _ in range(2)], backend.name("group")
    join(backend, group, *devices)
    answer = backend.management.delete(f"{GROUPS}/{in_path(group)}")
    expect_field(expect_status(answer, 200), "updated_count", 2)
    for device in devices:
        expect_group(backend, device, None)
    answer = backend.management.get(GROUPS)
    expect_lacks(answer, names_in(answer), group, "the groups")


def _add(backend: Backend, group: str, devices: Sequence[SigningDevice]) -> Exchange:
    return backend.management.patch(members_path(group), json=[device.id for device in devices])


def _expect_total(backend: Backend, group: str, total: str) -> None:
    answer = backend.management.get(members_path(group), params={"per_page": "1"})
    expect_equal(answer, expect_header(answer, "X-Total-Count"), total, "X-Total-Count")
