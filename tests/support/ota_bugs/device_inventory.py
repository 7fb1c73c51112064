"""Bugs in what devices tell of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver.bodies import JsonBody, decode_json
from otakit.mockserver.domain.inventory import INVENTORY, Inventory

Attributes = Sequence[Mapping[str, Any]]


@bug("MEN-DEV-INV-001")
def new_attributes_are_lost() -> None:
    """Attributes that a device tells for the first time are not taken down."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, told: Attributes, **how: bool
    ) -> None:
        if scope == INVENTORY and not how["replace"]:
            mine = inventory.record(device_id).attributes
            told = [a for a in told if (scope, a["name"]) in mine]
        real(inventory, device_id, scope, told, **how)


@bug("MEN-DEV-INV-002")
def assigning_replaces() -> None:
    """Assigning attributes removes those that are not named."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, *told: Any, **how: bool
    ) -> None:
        real(inventory, device_id, scope, *told, replace=how["replace"] or scope == INVENTORY)


@bug("MEN-DEV-INV-003")
def attributes_go_to_all_devices() -> None:
    """An update of attributes lacks the device's id: every device gets them."""

    @instead_of(Inventory, "assign")
    def _(real: Any, inventory: Inventory, _: str, *told: Any, **how: bool) -> None:
        for device_id in inventory._records:
            real(inventory, device_id, *told, **how)


@bug("MEN-DEV-INV-004")
def replacing_merges() -> None:
    """Replacing attributes leaves those that are not named."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, *told: Any, **how: bool
    ) -> None:
        real(inventory, device_id, scope, *told, replace=how["replace"] and scope != INVENTORY)


@bug("MEN-DEV-INV-005")
def replacing_only_removes() -> None:
    """Replacing attributes removes some, and writes none."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, told: Attributes, **how: bool
    ) -> None:
        if scope == INVENTORY and how["replace"]:
            mine = inventory.record(device_id).attributes
            old = [mine[scope, a["name"]] for a in told if (scope, a["name"]) in mine]
            told = [{"name": a.name, "value": a.value} for a in old]
        real(inventory, device_id, scope, told, **how)


@bug("MEN-DEV-INV-006")
def replacing_clears_all_scopes() -> None:
    """Replacing what a device tells removes its tags, too."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, *told: Any, **how: bool
    ) -> None:
        if scope == INVENTORY and how["replace"]:
            inventory.record(device_id).attributes.clear()
        real(inventory, device_id, scope, *told, **how)


@bug("MEN-DEV-INV-007", "MEN-MGT-INV-004", "MEN-MGT-INV-052")
def numbers_become_texts() -> None:
    """A number is stored as a text, and so sorted and compared like one."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, told: Attributes, **how: bool
    ) -> None:
        texts = [{**a, "value": _text(a["value"])} for a in told]
        real(inventory, device_id, scope, texts, **how)

    def _text(value: Any) -> Any:
        return [_text(v) for v in value] if isinstance(value, list) else str(value)


@bug("MEN-DEV-INV-008")
def descriptions_are_dropped() -> None:
    """The description of an attribute is not stored."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, told: Attributes, **how: bool
    ) -> None:
        bare = [{"name": a["name"], "value": a["value"]} for a in told]
        real(inventory, device_id, scope, bare, **how)


@bug(
    "MEN-DEV-INV-009",
    "MEN-DEV-INV-010",
    "MEN-DEV-INV-011",
    "MEN-DEV-INV-012",
    "MEN-DEV-INV-013",
    "MEN-MGT-INV-027",
    "MEN-MGT-INV-033",
    "MEN-MGT-INV-046",
    "MEN-MGT-INV-059",
    "MEN-MGT-INV-072",
    "MEN-MGT-USR-027",
)
def bodies_are_not_validated() -> None:
    """A body that is JSON is taken as it is; what it lacks is found out too late, or never."""

    @instead_of(JsonBody, "decode")
    def _(real: Any, body: JsonBody, raw: bytes) -> Any:
        return decode_json(raw) if raw else real(body, raw)
