"""Bugs in tags and their entity tags."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver.api import inventory as api
from otakit.mockserver.domain.errors import PreconditionFailed
from otakit.mockserver.domain.inventory import INVENTORY, TAGS, Inventory


@bug("MEN-MGT-INV-020")
def adding_tags_replaces() -> None:
    """Adding tags removes those that are not named."""

    @instead_of(Inventory, "tag")
    def _(real: Any, inventory: Inventory, *tags: Any, **how: Any) -> None:
        real(inventory, *tags, **{**how, "replace": True})


@bug("MEN-MGT-INV-021")
def assigning_tags_merges() -> None:
    """Assigning tags leaves those that are not named."""

    @instead_of(Inventory, "tag")
    def _(real: Any, inventory: Inventory, *tags: Any, **how: Any) -> None:
        real(inventory, *tags, **{**how, "replace": False})


@bug("MEN-MGT-INV-022")
def names_are_unique_over_all_scopes() -> None:
    """An attribute takes the place of those with its name in other scopes."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, *told: Any, **how: bool
    ) -> None:
        real(inventory, device_id, scope, *told, **how)
        attributes = inventory.record(device_id).attributes
        mine = {name for held, name in attributes if held == scope}
        for key in [key for key in attributes if key[0] != scope and key[1] in mine]:
            del attributes[key]


@bug("MEN-MGT-INV-023")
def tags_have_no_time() -> None:
    """A tag does not tell when it was written."""

    @instead_of(api, "_attribute_json")
    def _(real: Any, attribute: Any) -> Any:
        return {name: value for name, value in real(attribute).items() if name != "timestamp"}


@bug("MEN-MGT-INV-024")
def no_etag_is_current() -> None:
    """If-Match is compared with what no client can know."""

    @instead_of(Inventory, "tag")
    def _(real: Any, inventory: Inventory, *tags: Any, **how: Any) -> None:
        if how["if_match"] is not None:
            message = "ETag does not match"
            raise PreconditionFailed(message)
        real(inventory, *tags, **how)


@bug("MEN-MGT-INV-025")
def tags_of_others_are_lost() -> None:
    """If-Match is not looked at: of two users who write tags, the later one wins."""

    @instead_of(Inventory, "tag")
    def _(real: Any, inventory: Inventory, *tags: Any, **how: Any) -> None:
        real(inventory, *tags, **{**how, "if_match": None})


@bug("MEN-MGT-INV-026")
def attributes_change_the_etag() -> None:
    """Whatever a device tells changes the ETag of its tags."""

    @instead_of(Inventory, "assign")
    def _(
        real: Any, inventory: Inventory, device_id: str, scope: str, *told: Any, **how: bool
    ) -> None:
        real(inventory, device_id, scope, *told, **how)
        if scope in (INVENTORY, TAGS):
            inventory.record(device_id).etag = inventory._ids.uuid()
