"""Inventory management: devices, tags and groups (management/inventory-v1)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from otakit.mockserver.answers import OK, Answer, empty, header_text, json_answer
from otakit.mockserver.audit_trail import about_device, about_group, added, difference, removed
from otakit.mockserver.domain.audit import DELETE, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import NotFound, PreconditionFailed
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.inventory import INVENTORY, SCOPES, TAGS, Attribute
from otakit.mockserver.domain.profiles import Order
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")


@operation("listInventories")
def list_inventories(call: Call) -> Answer:
    """List devices, filtered by attributes, group and membership."""
    params = call.params
    page = page_of(call)
    predicates = [_predicate(*entry) for entry in params["filters"].items()]
    if "group" in params:
        predicates.append(_equal("system", "group", params["group"]))
    also = _membership(params["has_group"]) if "has_group" in params else None
    order = _order(params["sort"]) if params.get("sort") else ()
    ids, total = call.world.profiles.search(page, predicates=predicates, order=order, also=also)
    shaped = [inventory_json(call.world, device_id) for device_id in ids]
    return json_answer(shaped, headers=counted(call, page, total))


@operation("getInventory")
def get_inventory(call: Call) -> Answer:
    """Show what is known of a device."""
    device_id = call.params["id"]
    etag = call.world.inventory.record(device_id).etag
    headers = [(b"etag", header_text(f'"{etag}"'))] if etag else []
    return json_answer(inventory_json(call.world, device_id), headers=headers)


@operation("deleteInventory")
def delete_inventory(call: Call) -> Answer:
    """Forget what a device told of itself; it stays a device."""
    device_id = call.params["id"]
    if device_id in call.world.inventory:
        told = _values(call, device_id, INVENTORY)
        call.world.inventory.assign(device_id, INVENTORY, [], replace=True)
        call.audit(UPDATE, about_device(call.world, device_id), difference(told, {}))
    return empty()


@operation("replaceTags")
def replace_tags(call: Call) -> Answer:
    """Put new tags in place of all that a device has."""
    return _tag(call, replace=True)


@operation("assignTags")
def assign_tags(call: Call) -> Answer:
    """Add to a device's tags, by name."""
    return _tag(call, replace=False)


@operation("getDeviceGroup")
def get_device_group(call: Call) -> Answer:
    """Show the group that a device is in, or null."""
    return json_answer({"group": call.world.inventory.record(call.params["id"]).group})


@operation("putDeviceInGroup")
def put_device_in_group(call: Call) -> Answer:
    """Move a device into a group."""
    device_id = call.params["id"]
    before, group = call.world.inventory.record(device_id).group, call.body["group"]
    call.world.inventory.join(group, [device_id])
    change = difference({"group": before} if before else {}, {"group": group})
    call.audit(UPDATE, about_device(call.world, device_id), change)
    return empty()


@operation("removeDeviceFromGroup")
def remove_device_from_group(call: Call) -> Answer:
    """Take a device out of a group that it is in."""
    device_id, group = call.params["id"], call.params["name"]
    if not call.world.inventory.leave(group, [device_id]):
        message = f"no device '{device_id}' in group '{group}'"
        raise NotFound(message)
    call.audit(UPDATE, about_device(call.world, device_id), removed("group", [group]))
    return empty()


@operation("listGroups")
def list_groups(call: Call) -> Answer:
    """List the groups, or those with a device of one status."""
    world = call.world
    groups = world.inventory.groups()
    if status := call.params.get("status"):
        groups = [
            name
            for name in groups
            if any(world.devices.device(i).status == status for i in world.inventory.members(name))
        ]
    return json_answer(groups)


@operation("deleteGroup")
def delete_group(call: Call) -> Answer:
    """Take all devices out of a group."""
    group = call.params["name"]
    count = call.world.inventory.leave(group)
    call.audit(DELETE, about_group(group), removed("devices", [count] if count else []))
    return _counts(count, count)


@operation("listGroupDevices")
def list_group_devices(call: Call) -> Answer:
    """List the ids of a group's devices."""
    page = page_of(call)
    members = call.world.inventory.members(call.params["name"])
    return json_answer(members.page(page), headers=counted(call, page, len(members)))


@operation("addDevicesToGroup")
def add_devices_to_group(call: Call) -> Answer:
    """Move devices into a group."""
    group, inventory = call.params["name"], call.world.inventory
    known = [i for i in dict.fromkeys(call.body) if i in inventory]
    moved = [i for i in known if inventory.record(i).group != group]
    counts = inventory.join(group, call.body)
    call.audit(UPDATE, about_group(group), added("device", moved))
    return _counts(*counts)


@operation("removeDevicesFromGroup")
def remove_devices_from_group(call: Call) -> Answer:
    """Take devices out of a group."""
    group, inventory = call.params["name"], call.world.inventory
    known = [i for i in dict.fromkeys(call.body) if i in inventory]
    mine = [i for i in known if inventory.record(i).group == group]
    count = inventory.leave(group, call.body)
    call.audit(UPDATE, about_group(group), removed("device", mine))
    return _counts(count, count)


def inventory_json(world: World, device_id: str) -> dict[str, Any]:
    """Shape a device as inventory shows it."""
    attributes = world.profiles.attributes(device_id)
    known = {(a.scope, a.name): a.value for a in attributes}
    shaped = {
        "id": device_id,
        "attributes": [_attribute_json(attribute) for attribute in attributes],
        "updated_ts": known["system", "updated_ts"],
    }
    if ("system", "check_in_time") in known:
        shaped["check_in_time"] = known["system", "check_in_time"]
    return shaped


def _attribute_json(attribute: Attribute) -> dict[str, Any]:
    shaped = {"name": attribute.name, "value": attribute.value, "scope": attribute.scope}
    if attribute.description is not None:
        shaped["description"] = attribute.description
    if attribute.timestamp is not None:
        shaped["timestamp"] = rfc3339(attribute.timestamp)
    return shaped


def _tag(call: Call, *, replace: bool) -> Answer:
    device_id, if_match = call.params["id"], call.params.get("If-Match")
    if device_id in call.world.inventory:
        before = _values(call, device_id, TAGS)
        call.world.inventory.tag(device_id, call.body, replace=replace, if_match=if_match)
        change = difference(before, _values(call, device_id, TAGS))
        call.audit(UPDATE, about_device(call.world, device_id), change)
    elif if_match is not None:
        message = f"ETag does not match: there is no device '{device_id}'"
        raise PreconditionFailed(message)
    return empty(OK)


def _values(call: Call, device_id: str, scope: str) -> dict[str, Any]:
    attributes = call.world.inventory.record(device_id).attributes.values()
    mine = [attribute for attribute in attributes if attribute.scope == scope]
    described = {f"{a.name} (description)": a.description for a in mine if a.description}
    return {a.name: a.value for a in mine} | described


def _counts(matched: int, updated: int) -> Answer:
    counts = {"matched_count": matched, "updated_count": updated}
    return json_answer({name: count for name, count in counts.items() if count})


def _equal(scope: str, attribute: str, value: Any) -> Predicate:
    return Predicate(scope=scope, attribute=attribute, type="$eq", value=value)


def _predicate(name: str, text: str) -> Predicate:
    """Read `[scope/]name=[eq:]value`; what reads as a number or a truth also means that."""
    scope, slash, attribute = name.partition("/")
    if not slash or scope not in SCOPES:
        scope, attribute = INVENTORY, name
    value = text.removeprefix("eq:")
    values: list[Any] = [value]
    if _NUMBER.fullmatch(value):
        values.append(float(value))
    if value in {"true", "false"}:
        values.append(value == "true")
    return Predicate(scope=scope, attribute=attribute, type="$in", value=values)


def _membership(wanted: bool) -> Callable[[Mapping[tuple[str, str], Any]], bool]:  # noqa: FBT001 - a query parameter's value
    return lambda values: (("system", "group") in values) is wanted


def _order(sort: str) -> list[Order]:
    name, _, direction = sort.partition(":")
    scope, slash, attribute = name.partition("/")
    if not slash:
        scope, attribute = INVENTORY, name
    return [Order(scope=scope, attribute=attribute, descending=direction != "asc")]
