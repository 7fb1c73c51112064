"""Inventory management: devices, tags and groups (management/inventory-v1)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from otakit.mockserver.answers import OK, Answer, empty, header_text, json_answer
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import NotFound, PreconditionFailed
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.inventory import INVENTORY, SCOPES, Attribute
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
        call.world.inventory.assign(device_id, INVENTORY, [], replace=True)
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
    device_id = call.world.inventory.record(call.params["id"]).device_id
    call.world.inventory.join(call.body["group"], [device_id])
    return empty()


@operation("removeDeviceFromGroup")
def remove_device_from_group(call: Call) -> Answer:
    """Take a device out of a group that it is in."""
    device_id, group = call.params["id"], call.params["name"]
    if not call.world.inventory.leave(group, [device_id]):
        message = f"no device '{device_id}' in group '{group}'"
        raise NotFound(message)
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
            if any(
                world.admission.device(i).status == status for i in world.inventory.members(name)
            )
        ]
    return json_answer(groups)


@operation("deleteGroup")
def delete_group(call: Call) -> Answer:
    """Take all devices out of a group."""
    count = call.world.inventory.leave(call.params["name"])
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
    return _counts(*call.world.inventory.join(call.params["name"], call.body))


@operation("removeDevicesFromGroup")
def remove_devices_from_group(call: Call) -> Answer:
    """Take devices out of a group."""
    count = call.world.inventory.leave(call.params["name"], call.body)
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
        call.world.inventory.tag(device_id, call.body, replace=replace, if_match=if_match)
    elif if_match is not None:
        message = f"ETag does not match: there is no device '{device_id}'"
        raise PreconditionFailed(message)
    return empty(OK)


def _counts(matched: int, updated: int) -> Answer:
    counts = {"matched_count": matched, "updated_count": updated}
    return json_answer({name: count for name, count in counts.items() if count})


def _equal(scope: str, attribute: str, value: Any) -> Predicate:
    return Predicate(scope=scope, attribute=attribute, type="$eq", value=value)


def _predicate(name: str, text: str) -> Predicate:
    """Read `[scope/]name=[eq:]value`; what parses as a number also means that number."""
    scope, slash, attribute = name.partition("/")
    if not slash or scope not in SCOPES:
        scope, attribute = INVENTORY, name
    value = text.removeprefix("eq:")
    values: list[Any] = [value]
    if _NUMBER.fullmatch(value):
        values.append(float(value))
    return Predicate(scope=scope, attribute=attribute, type="$in", value=values)


def _membership(wanted: bool) -> Callable[[Mapping[tuple[str, str], Any]], bool]:  # noqa: FBT001 - a query parameter's value
    return lambda values: (("system", "group") in values) is wanted


def _order(sort: str) -> list[Order]:
    name, _, direction = sort.partition(":")
    scope, slash, attribute = name.partition("/")
    if not slash:
        scope, attribute = INVENTORY, name
    return [Order(scope=scope, attribute=attribute, descending=direction != "asc")]
