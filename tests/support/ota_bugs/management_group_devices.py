"""Bugs in lists of groups, and in groups with their devices."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.inventory import Inventory
from otakit.mockserver.operations import Call


@bug("MEN-MGT-INV-038")
def first_group_only_is_listed() -> None:
    """The list of groups ends after the first one."""

    @instead_of(Inventory, "groups")
    def _(real: Any, inventory: Inventory) -> Any:
        return real(inventory)[:1]


@bug("MEN-MGT-INV-039")
def status_of_groups_is_ignored() -> None:
    """The list of groups does not look at `status`."""

    @answering("listGroups")
    def _(real: Any, call: Call) -> Answer:
        call.params.pop("status", None)
        return real(call)  # type: ignore[no-any-return]  # the mock's own function


@bug("MEN-MGT-INV-041")
def counts_of_groups_are_stale() -> None:
    """The number of a group's devices is cached, and never becomes less."""
    most: dict[str, int] = {}

    @answering("listGroupDevices")
    def _(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        name = call.params["name"]
        most[name] = max(most.get(name, 0), len(call.world.inventory.members(name)))
        others = [line for line in answer.headers if line[0] != b"x-total-count"]
        answer.headers = [*others, (b"x-total-count", b"%d" % most[name])]
        return answer


@bug("MEN-MGT-INV-043")
def adding_devices_replaces() -> None:
    """Devices that are added to a group take the place of those that were there."""

    @answering("addDevicesToGroup")
    def _(real: Any, call: Call) -> Answer:
        call.world.inventory.leave(call.params["name"])
        return real(call)  # type: ignore[no-any-return]  # the mock's own function


@bug("MEN-MGT-INV-044")
def unknown_devices_are_counted() -> None:
    """Adding devices to a group counts the ids that were sent."""

    @answering("addDevicesToGroup")
    def _(real: Any, call: Call) -> Answer:
        real(call)
        return json_answer({"matched_count": len(call.body), "updated_count": len(call.body)})


@bug("MEN-MGT-INV-045")
def devices_of_other_groups_are_removed() -> None:
    """Removing devices from a group removes them from whichever group they are in."""

    @answering("removeDevicesFromGroup")
    def _(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        for device_id in call.body:
            if device_id in call.world.inventory:
                group = call.world.inventory.record(device_id).group
                call.world.inventory.leave(group or "", [device_id])
        return answer


@bug("MEN-MGT-INV-047")
def removed_group_is_not_counted() -> None:
    """Removing a group does not tell how many devices were in it."""

    @answering("deleteGroup")
    def _(real: Any, call: Call) -> Answer:
        real(call)
        return json_answer({})
