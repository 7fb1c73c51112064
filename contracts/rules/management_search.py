"""Management APIs / Device inventory filters and search: users search devices by attributes.

The reference breaks off before this chapter; its statements are those of Mender's OpenAPI files,
and those of the reference about the predicates of a deployment's filter.
"""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_header,
    expect_lacks,
    json_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.stock import (
    LOT,
    expect_devices,
    lot_of,
)

SECTION = "OpenAPI files / Device inventory filters and search"
SEARCH = f"{SECTION} / Search Device Inventories"
PREDICATE = "Management APIs / Deployments / Schemas / FilterPredicate"

FILTERS = "v2/inventory/filters"


def predicate(attribute: str, kind: str, value: Any, scope: str = "inventory") -> dict[str, Any]:
    """Return one condition as the documents write it."""
    return {"scope": scope, "attribute": attribute, "type": kind, "value": value}


@rule(
    "MEN-MGT-INV-050",
    "A search finds the devices that all its predicates hold for",
    document=SEARCH,
    operations=["searchInventories"],
)
def all_predicates_hold(backend: Backend) -> None:
    """Search for one of three devices that differ in two attributes."""
    lot, [found, *_] = lot_of(
        backend,
        {"otakit_colour": "red", "otakit_size": 1},
        {"otakit_colour": "red", "otakit_size": 2},
        {"otakit_colour": "blue", "otakit_size": 1},
    )
    both = [predicate("otakit_colour", "$eq", "red"), predicate("otakit_size", "$eq", 1)]
    expect_devices(_search(backend, lot, *both), [found])


@rule(
    "MEN-MGT-INV-051",
    "$ne and $nin find the devices that $eq and $in do not",
    document=PREDICATE,
    operations=["searchInventories"],
)
def equality_selects(backend: Backend) -> None:
    """Search three devices by a text."""
    lot, [red, blue, green] = lot_of(
        backend, *({"otakit_colour": colour} for colour in ("red", "blue", "green"))
    )
    for kind, value, found in (
        ("$eq", "red", [red]),
        ("$ne", "red", [blue, green]),
        ("$in", ["red", "blue"], [red, blue]),
        ("$nin", ["red", "blue"], [green]),
    ):
        expect_devices(_search(backend, lot, predicate("otakit_colour", kind, value)), found)


@rule(
    "MEN-MGT-INV-052",
    "$gt, $gte, $lt and $lte compare numbers",
    document=PREDICATE,
    operations=["searchInventories"],
)
def numbers_are_compared(backend: Backend) -> None:
    """Search three devices by a number, which as text would be in another order."""
    lot, [two, ten, hundred] = lot_of(backend, *({"otakit_size": size} for size in (2, 10, 100)))
    for kind, found in (
        ("$gt", [hundred]),
        ("$gte", [ten, hundred]),
        ("$lt", [two]),
        ("$lte", [two, ten]),
    ):
        expect_devices(_search(backend, lot, predicate("otakit_size", kind, 10)), found)


@rule(
    "MEN-MGT-INV-053",
    "$exists finds the devices that have an attribute, or those that have it not",
    document=PREDICATE,
    operations=["searchInventories"],
)
def existence_selects(backend: Backend) -> None:
    """Search two devices, one of which has the attribute."""
    lot, [has, lacks] = lot_of(backend, {"otakit_colour": "red"}, {})
    for value, found in ((True, [has]), (False, [lacks])):
        search = _search(backend, lot, predicate("otakit_colour", "$exists", value))
        expect_devices(search, found)


@rule(
    "MEN-MGT-INV-054",
    "A predicate is about the attribute of its scope",
    document=f"{SECTION} / Schemas / FilterPredicate",
    operations=["searchInventories"],
)
def scope_selects(backend: Backend) -> None:
    """Search for a told attribute among the tags, and for an identity among what was told."""
    lot, [device] = lot_of(backend, {"otakit_colour": "red"})
    mac = device.identity["mac"]
    for wanted, found in (
        (predicate("otakit_colour", "$eq", "red", "tags"), []),
        (predicate("mac", "$eq", mac), []),
        (predicate("mac", "$eq", mac, "identity"), [device]),
    ):
        expect_devices(_search(backend, lot, wanted), found)


@rule(
    "MEN-MGT-INV-055",
    "A search sorts by its criteria, a later one where the earlier ones do not decide",
    document=f"{SECTION} / Schemas / SortCriteria",
    operations=["searchInventories"],
)
def search_is_sorted(backend: Backend) -> None:
    """Sort three devices by two attributes, up and down."""
    lot, [red2, blue, red1] = lot_of(
        backend,
        {"otakit_colour": "red", "otakit_size": 2},
        {"otakit_colour": "blue", "otakit_size": 3},
        {"otakit_colour": "red", "otakit_size": 10},
    )
    for order, found in (
        (("asc", "asc"), [blue, red2, red1]),
        (("desc", "desc"), [red1, red2, blue]),
        (("asc", "desc"), [blue, red1, red2]),
    ):
        names = ("otakit_colour", "otakit_size")
        sort = [
            {"scope": "inventory", "attribute": name, "order": direction}
            for name, direction in zip(names, order, strict=True)
        ]
        expect_devices(_search(backend, lot, sort=sort), found, in_order=True)


@rule(
    "MEN-MGT-INV-056",
    "A search returns the attributes that it selects",
    document=f"{SECTION} / Schemas / SelectAttribute",
    operations=["searchInventories"],
)
def search_selects_attributes(backend: Backend) -> None:
    """Select one of two attributes that a device has told."""
    lot, [device] = lot_of(backend, {"otakit_colour": "red", "otakit_size": 1})
    chosen = [{"scope": "inventory", "attribute": "otakit_colour"}]
    answer = _search(backend, lot, attributes=chosen)
    expect_devices(answer, [device])
    names = [a.get("name") for d in json_of(answer) for a in d.get("attributes") or []]
    expect_contains(answer, names, "otakit_colour", "the attributes that were selected")
    expect_lacks(answer, names, "otakit_size", "the attributes that were selected")


@rule(
    "MEN-MGT-INV-057",
    "A search has pages of per_page devices, and X-Total-Count tells how many it found",
    document=SEARCH,
    operations=["searchInventories"],
)
def search_has_pages(backend: Backend) -> None:
    """Turn the pages of a search that finds three devices."""
    lot, devices = lot_of(backend, *({"otakit_size": size} for size in (1, 2, 3)))
    sort = [{"scope": "inventory", "attribute": "otakit_size", "order": "asc"}]
    for page, found in ((1, devices[:2]), (2, devices[2:])):
        answer = _search(backend, lot, sort=sort, page=page, per_page=2)
        expect_devices(answer, found, in_order=True)
        expect_equal(answer, expect_header(answer, "X-Total-Count"), "3", "X-Total-Count")


@rule(
    "MEN-MGT-INV-058",
    "A search for text finds the devices that have it",
    document=SEARCH,
    operations=["searchInventories"],
)
def search_finds_text(backend: Backend) -> None:
    """Search for a word that one of two devices has."""
    word = f"colour{backend.name('')}".replace("-", "")
    lot, [found, _] = lot_of(backend, {"otakit_colour": word}, {"otakit_colour": "red"})
    expect_devices(_search(backend, lot, text=word), [found])


@rule(
    "MEN-MGT-INV-059",
    "A search with an operator, a scope or an order that there is not is answered 400",
    document=SEARCH,
    operations=["searchInventories"],
)
def odd_search_is_refused(backend: Backend) -> None:
    """Send three searches, each with one odd word."""
    odd_type = {"filters": [predicate("otakit_colour", "$like", "red")]}
    odd_scope = {"filters": [predicate("otakit_colour", "$eq", "red", "colours")]}
    order = {"scope": "inventory", "attribute": "otakit_colour", "order": "upwards"}
    for body in (odd_type, odd_scope, {"sort": [order]}):
        expect_error(backend.management.post(f"{FILTERS}/search", json=body), 400)


def _search(backend: Backend, lot: str, *predicates: dict[str, Any], **more: Any) -> Exchange:
    """Search the devices of a lot."""
    body = {"filters": [predicate(LOT, "$eq", lot), *predicates], **more}
    return backend.management.post(f"{FILTERS}/search", json=body)
