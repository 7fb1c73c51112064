"""Bugs in groups of devices."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.index import Index
from otakit.mockserver.domain.inventory import Inventory
from otakit.mockserver.operations import Call


@bug("MEN-MGT-INV-030")
def assignment_to_a_group_is_lost() -> None:
    """Assigning a device to a group is answered, and not done."""

    @answering("putDeviceInGroup")
    def _(_: Any, __: Call) -> Answer:
        return empty()


@bug("MEN-MGT-INV-031")
def device_stays_in_its_old_group() -> None:
    """A device that is moved to another group is still among the devices of its old one."""

    @instead_of(Inventory, "join")
    def _(real: Any, inventory: Inventory, group: str, device_ids: Any) -> Any:
        known = [inventory._records[i] for i in device_ids if i in inventory._records]
        before = [(r.group, r.device_id) for r in known if r.group not in (None, group)]
        counts = real(inventory, group, device_ids)
        for old, name in before:
            inventory._groups.setdefault(str(old), Index()).add(name, name)
        return counts


@bug("MEN-MGT-INV-032", "MEN-MGT-INV-035", "MEN-MGT-INV-042", "MEN-MGT-INV-077")
def unknown_is_as_good_as_empty() -> None:
    """A device, group or filter that there is not is taken for an empty one."""
    empties = {
        "putDeviceInGroup": empty(),
        "getDeviceGroup": json_answer({"group": None}),
        "listGroupDevices": json_answer([]),
        "deleteFilter": empty(),
    }
    for name, answer in empties.items():
        _empty_for_unknown(name, answer)


def _empty_for_unknown(name: str, answer: Answer) -> None:
    @answering(name)
    def _(real: Any, call: Call) -> Answer:
        try:
            return real(call)  # type: ignore[no-any-return]  # the mock's own function
        except NotFound:
            return answer


@bug("MEN-MGT-INV-034", "MEN-MGT-INV-036")
def no_group_is_an_empty_name() -> None:
    """The group of a device that is in none is an empty text."""

    @answering("getDeviceGroup")
    def _(_: Any, call: Call) -> Answer:
        return json_answer({"group": call.world.inventory.record(call.params["id"]).group or ""})


@bug("MEN-MGT-INV-036", "MEN-MGT-INV-045", "MEN-MGT-INV-047", "MEN-MGT-INV-041")
def nobody_leaves_a_group() -> None:
    """Removing devices from a group counts them, and leaves them there."""

    @instead_of(Inventory, "leave")
    def _(_: Any, inventory: Inventory, group: str, device_ids: Any = None) -> int:
        members = set(inventory._groups.get(group, ()))
        return len(members if device_ids is None else members & set(device_ids))


@bug("MEN-MGT-INV-037")
def removal_takes_any_group() -> None:
    """A device is removed from its group, whichever group was named."""

    @answering("removeDeviceFromGroup")
    def _(real: Any, call: Call) -> Answer:
        record = call.world.inventory.record(call.params["id"])
        call.params["name"] = record.group or call.params["name"]
        return real(call)  # type: ignore[no-any-return]  # the mock's own function
