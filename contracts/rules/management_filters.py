"""Management APIs / Device inventory filters and search: what can be filtered by, saved filters.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files.
"""

from itertools import pairwise
from typing import Any

from otakit.contracts.backend import Backend, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.ledger import FILTER
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_device_authentication import NOBODY
from otakit.contracts.rules.management_search import FILTERS, SECTION, predicate
from otakit.contracts.stock import LOT, expect_devices, follow, lot_of, stocked_device

ATTRIBUTES = f"{SECTION} / Get filterable attributes"
LIST = f"{SECTION} / List filters"
CREATE = f"{SECTION} / Create filter"
GET = f"{SECTION} / Get filter"
DELETE = f"{SECTION} / Delete filter"
EXECUTE = f"{SECTION} / Execute filter"

MOST_ATTRIBUTES = 500
"""How many attributes the list of filterable ones has at most, as documented."""


@rule(
    "MEN-MGT-INV-060",
    "The filterable attributes tell how many devices have each of them",
    document=ATTRIBUTES,
    operations=["listFilterAttributes"],
)
def attributes_are_counted(backend: Backend) -> None:
    """Give two devices an attribute that no other has, and look for it."""
    name = backend.name("attribute").replace("-", "_")
    for _ in range(2):
        stocked_device(backend, **{name: "red"})

    def look() -> None:
        answer = expect_status(backend.management.get(f"{FILTERS}/attributes"), 200)
        listed = json_of(answer)
        found = [a for a in listed if a.get("name") == name]
        if not found and len(listed) >= MOST_ATTRIBUTES:
            message = f"the target has more than the {MOST_ATTRIBUTES} attributes that it lists"
            raise NotApplicable(message)
        wanted = [{"name": name, "scope": "inventory", "count": 2}]
        expect_equal(answer, found, wanted, "the attribute that two devices have")

    backend.eventually(look)


@rule(
    "MEN-MGT-INV-061",
    "The filterable attributes come by their number, the greatest first, then by scope and name",
    document=ATTRIBUTES,
    operations=["listFilterAttributes"],
    severity="minor",
)
def attributes_are_sorted(backend: Backend) -> None:
    """Compare the list with itself in order."""
    lot_of(backend, {"otakit_b": 1, "otakit_a": 1}, {"otakit_b": 1})
    answer = expect_status(backend.management.get(f"{FILTERS}/attributes"), 200)
    found = [(-a.get("count", 0), a.get("scope"), a.get("name")) for a in json_of(answer)]
    wrong = [pair for pair in pairwise(found) if pair[0] > pair[1]]
    expect(
        not wrong,
        "the order of the filterable attributes",
        expected="count descending, then scope and name ascending",
        actual=f"{len(wrong)} pairs the other way round, the first {wrong[:1]}",
        answer=answer,
    )


@rule(
    "MEN-MGT-INV-070",
    "A saved filter is shown with its name and terms at the URL in the header Location",
    document=CREATE,
    operations=["createFilter", "getFilter"],
)
def filter_is_saved(backend: Backend) -> None:
    """Save a filter, and follow the header."""
    name, terms = backend.name("filter"), [predicate("otakit_colour", "$eq", "red")]
    answer = expect_status(_create(backend, name, terms), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    shown = expect_status(backend.management.get(place), 200)
    expect_field(shown, "name", name)
    expect_field(shown, "terms", terms)


@rule(
    "MEN-MGT-INV-071",
    "A filter under a name that is in use is answered 409",
    document=CREATE,
    operations=["createFilter"],
)
def filter_name_is_unique(backend: Backend) -> None:
    """Save two filters under one name."""
    name, _ = _saved(backend, [predicate("otakit_colour", "$eq", "red")])
    expect_error(_create(backend, name, [predicate("otakit_size", "$eq", 1)]), 409)


@rule(
    "MEN-MGT-INV-072",
    "A filter without a name, or with an operator that there is not, is answered 400",
    document=CREATE,
    operations=["createFilter"],
)
def odd_filter_is_refused(backend: Backend) -> None:
    """Save two filters that are none."""
    terms = [predicate("otakit_colour", "$eq", "red")]
    expect_error(backend.management.post(FILTERS, json={"terms": terms}), 400)
    odd = [predicate("otakit_colour", "$like", "red")]
    expect_error(_create(backend, backend.name("filter"), odd), 400)


@rule(
    "MEN-MGT-INV-073",
    "All saved filters are listed; X-Total-Count tells how many, and Link leads through the pages",
    document=LIST,
    operations=["listFilters"],
)
def filters_are_listed(backend: Backend) -> None:
    """Save two filters, and go through the list in pages of one."""
    names = [_saved(backend, [predicate("otakit_size", "$eq", n)])[0] for n in (1, 2)]
    answer = backend.management.get(FILTERS, params={"per_page": "500"})
    listed = [found.get("name") for found in json_of(expect_status(answer, 200))]
    for name in names:
        expect_contains(answer, listed, name, "the saved filters")
    first = backend.management.get(FILTERS, params={"per_page": "1"})
    second = follow(backend, first, "next")
    for page in (first, second):
        expect_equal(page, len(json_of(page)), 1, "how many filters the page has")
        total = int(expect_header(page, "X-Total-Count"))
        expect(total >= len(names), "X-Total-Count", expected="2 or more", actual=total)
    expect(
        field_of(first, "0.id") != field_of(second, "0.id"),
        "the next page has another filter",
        expected="another one",
        actual="the same",
        answer=second,
    )


@rule(
    "MEN-MGT-INV-074",
    "A saved filter finds the devices that its terms hold for when it is asked",
    document=EXECUTE,
    operations=["searchWithFilter", "assignInventory"],
)
def filter_finds_devices(backend: Backend) -> None:
    """Ask a filter before and after a second device comes to fit."""
    lot, [fits, comes] = lot_of(backend, {"otakit_colour": "red"}, {"otakit_colour": "blue"})
    terms = [predicate(LOT, "$eq", lot), predicate("otakit_colour", "$eq", "red")]
    _, path = _saved(backend, terms)
    expect_devices(backend.management.get(f"{path}/search"), [fits])
    with backend.building("an attribute"):
        expect_status(comes.send_inventory(otakit_colour="red"), 200)
    backend.eventually(
        lambda: expect_devices(backend.management.get(f"{path}/search"), [fits, comes])
    )


@rule(
    "MEN-MGT-INV-075",
    "What a saved filter finds has pages, and X-Total-Count tells how many devices there are",
    document=EXECUTE,
    operations=["searchWithFilter"],
)
def filter_has_pages(backend: Backend) -> None:
    """Turn the pages of a filter that finds two devices."""
    lot, devices = lot_of(backend, {}, {})
    _, path = _saved(backend, [predicate(LOT, "$eq", lot)])
    first = backend.management.get(f"{path}/search", params={"per_page": "1"})
    second = follow(backend, first, "next")
    found = sorted(device["id"] for page in (first, second) for device in json_of(page))
    expect_equal(second, found, sorted(d.id for d in devices), "the devices of both pages")
    expect_equal(first, expect_header(first, "X-Total-Count"), "2", "X-Total-Count")


@rule(
    "MEN-MGT-INV-076",
    "A deleted filter is gone",
    document=DELETE,
    operations=["deleteFilter", "getFilter", "listFilters"],
)
def deleted_filter_is_gone(backend: Backend) -> None:
    """Delete a filter, and look for it."""
    name, path = _saved(backend, [predicate("otakit_size", "$eq", 1)])
    expect_status(backend.management.delete(path), 204)
    expect_error(backend.management.get(path), 404)
    answer = backend.management.get(FILTERS, params={"per_page": "500"})
    listed = [found.get("name") for found in json_of(expect_status(answer, 200))]
    expect_lacks(answer, listed, name, "the saved filters")


@rule(
    "MEN-MGT-INV-077",
    "An unknown filter is answered 404",
    document=GET,
    operations=["getFilter", "deleteFilter", "searchWithFilter"],
)
def unknown_filter_is_not_found(backend: Backend) -> None:
    """Show, ask and delete a filter that there is not."""
    path = f"{FILTERS}/{NOBODY}"
    expect_error(backend.management.get(path), 404)
    expect_error(backend.management.get(f"{path}/search"), 404)
    expect_error(backend.management.delete(path), 404)


def _create(backend: Backend, name: str, terms: list[dict[str, Any]]) -> Exchange:
    answer = backend.management.post(FILTERS, json={"name": name, "terms": terms})
    if answer.status == 201:  # noqa: PLR2004
        backend.ledger.made(FILTER, id_in(answer))
    return answer


def _saved(backend: Backend, terms: list[dict[str, Any]]) -> tuple[str, str]:
    """Return name and path of a new filter; raises NotReached."""
    name = backend.name("filter")
    with backend.building("a saved filter"):
        answer = expect_status(_create(backend, name, terms), 201)
        expect_header(answer, "Location")
    return name, f"{FILTERS}/{in_path(id_in(answer))}"
