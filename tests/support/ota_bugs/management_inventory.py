"""Bugs in how users see what is known of devices."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver import paging
from otakit.mockserver.answers import Answer, Headers, empty, json_answer
from otakit.mockserver.api import inventory
from otakit.mockserver.domain import profiles
from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.filters import MISSING
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call
from otakit.mockserver.parameters import Parameters


@bug("MEN-MGT-INV-001")
def list_has_no_attributes() -> None:
    """The list of devices leaves their attributes out."""

    @instead_of(inventory, "inventory_json")
    def _(real: Any, *device: Any) -> Any:
        return {**real(*device), "attributes": []}


@bug("MEN-MGT-INV-002", "MEN-MGT-INV-003")
def second_filter_is_ignored() -> None:
    """Of several attributes in the query only the first one limits the list."""

    @answering("listInventories")
    def _(real: Any, call: Call) -> Answer:
        call.params["filters"] = dict([*call.params["filters"].items()][:1])
        return real(call)  # type: ignore[no-any-return]  # the mock's own function


@bug("MEN-MGT-INV-004", "MEN-MGT-INV-005")
def list_is_unordered() -> None:
    """The list of devices does not look at `sort`."""
    _without_parameter("listInventories", "sort")


@bug("MEN-MGT-INV-005")
def order_is_ascending_by_default() -> None:
    """A sort order that is not named is ascending."""

    @instead_of(inventory, "_order")
    def _(real: Any, sort: str) -> Any:
        return real(sort if ":" in sort else f"{sort}:asc")


@bug("MEN-MGT-INV-006", "MEN-MGT-INV-015")
def odd_parameters_are_ignored() -> None:
    """Parameters of the query that make no sense count as not given."""

    @instead_of(Parameters, "read")
    def _(real: Any, parameters: Parameters, scope: Any) -> Any:
        try:
            return real(parameters, scope)
        except Invalid:
            return real(parameters, {**scope, "query_string": b""})


@bug("MEN-MGT-INV-007", "MEN-MGT-INV-008", "MEN-MGT-INV-057", "MEN-MGT-INV-075")
def pages_share_a_device() -> None:
    """Every page but the first begins with the last thing of the one before."""
    Page.start = property(  # type: ignore[assignment,method-assign]  # a property for another
        lambda page: (page.number - 1) * page.size - (page.number > 1)
    )


@bug("MEN-MGT-INV-008", "MEN-MGT-INV-040", "MEN-MGT-INV-073", "MEN-MGT-INV-075")
def next_page_is_not_linked() -> None:
    """The header Link lacks the next page."""

    @instead_of(paging, "_links")
    def _(real: Any, *page: Any) -> Headers:
        return [line for line in real(*page) if b'rel="next"' not in line[1]]


@bug("MEN-MGT-INV-009", "MEN-MGT-INV-041")
def totals_are_of_the_page() -> None:
    """X-Total-Count tells how many things the page has, not how many there are."""

    @instead_of(inventory, "counted")
    def _(real: Any, call: Call, page: Page, total: int) -> Headers:
        return real(call, page, min(total, page.size))  # type: ignore[no-any-return]  # as above


@bug("MEN-MGT-INV-010")
def has_group_is_ignored() -> None:
    """The list of devices does not look at `has_group`."""
    _without_parameter("listInventories", "has_group")


@bug("MEN-MGT-INV-011")
def group_is_ignored() -> None:
    """The list of devices does not look at `group`."""
    _without_parameter("listInventories", "group")


@bug("MEN-MGT-INV-012")
def unknown_device_has_an_inventory() -> None:
    """The inventory of a device that there is not is an empty one."""

    @answering("getInventory")
    def _(real: Any, call: Call) -> Answer:
        try:
            return real(call)  # type: ignore[no-any-return]  # the mock's own function
        except NotFound:
            return json_answer({"id": call.params["id"], "attributes": []})


@bug("MEN-MGT-INV-013", "MEN-MGT-INV-054")
def identity_is_not_in_the_inventory() -> None:
    """What a device asked to be let in with does not come to inventory."""
    profiles._identity_attributes = lambda _: []  # type: ignore[assignment]  # simpler than it was

    @instead_of(profiles.Profiles, "value")
    def _(real: Any, known: profiles.Profiles, device_id: str, key: tuple[str, str]) -> Any:
        return MISSING if key[0] == "identity" else real(known, device_id, key)


@bug("MEN-MGT-INV-014")
def inventory_is_not_deleted() -> None:
    """Deleting an inventory is answered, and not done."""

    @answering("deleteInventory")
    def _(_: Any, __: Call) -> Answer:
        return empty()


def _without_parameter(operation: str, name: str) -> None:
    @answering(operation)
    def _(real: Any, call: Call) -> Answer:
        call.params.pop(name, None)
        return real(call)  # type: ignore[no-any-return]  # the mock's own function
