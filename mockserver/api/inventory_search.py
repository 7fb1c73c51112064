"""Inventory management: search and saved filters (management/inventory-v2)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from otakit.mockserver.answers import Answer, created, empty, json_answer
from otakit.mockserver.api.inventory import inventory_json
from otakit.mockserver.audit_trail import about_filter
from otakit.mockserver.domain.audit import CREATE, DELETE
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.filters import Predicate, SavedFilter
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.profiles import Order
from otakit.mockserver.domain.words import relevance, words
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

Values = Mapping[tuple[str, str], Any]

MAX_ATTRIBUTES = 500
MAX_SAMPLED = 5000


@operation("listFilterAttributes")
def list_filter_attributes(call: Call) -> Answer:
    """List the attributes that devices have, the most frequent first."""
    world = call.world
    sampled = islice(world.devices.ids(), MAX_SAMPLED)
    count = Counter((a.scope, a.name) for i in sampled for a in world.profiles.attributes(i))
    order = sorted(count.items(), key=lambda entry: (-entry[1], entry[0]))
    shaped = [{"name": name, "scope": scope, "count": n} for (scope, name), n in order]
    return json_answer(shaped[:MAX_ATTRIBUTES])


@operation("searchInventories")
def search_inventories(call: Call) -> Answer:
    """Search devices by their attributes; the total is in a header, links there are none."""
    asked = call.body
    page = Page(asked.get("page", 1), asked.get("per_page", 20))
    order = [
        Order(scope=o["scope"], attribute=o["attribute"], descending=o["order"] == "desc")
        for o in asked.get("sort") or ()
    ]
    also = _text_test(asked.get("text") or "", call.world.dialect)
    ids, total = call.world.profiles.search(
        page,
        predicates=predicates_of(asked.get("filters") or ()),
        order=order,
        ids=asked.get("device_ids") or None,
        also=also,
    )
    shaped = [inventory_json(call.world, device_id) for device_id in ids]
    if asked.get("attributes"):
        chosen = {(a["scope"], a["attribute"]) for a in asked["attributes"]}
        chosen.add(("system", "updated_ts"))
        for device in shaped:
            device["attributes"] = [
                a for a in device["attributes"] if (a["scope"], a["name"]) in chosen
            ]
    return json_answer(shaped, headers=[(b"x-total-count", b"%d" % total)])


@operation("listFilters")
def list_filters(call: Call) -> Answer:
    """List the saved filters."""
    page = page_of(call)
    saved = call.world.filters.all()
    shaped = [filter_json(f) for f in page.of(saved)]
    return json_answer(shaped, headers=counted(call, page, len(saved)))


@operation("createFilter")
def create_filter(call: Call) -> Answer:
    """Save a filter."""
    saved = call.world.filters.create(call.body["name"], predicates_of(call.body["terms"]))
    call.audit(CREATE, about_filter(saved))
    return created(f"{call.path()}/{saved.id}")


@operation("getFilter")
def get_filter(call: Call) -> Answer:
    """Show a saved filter."""
    return json_answer(filter_json(call.world.filters.filter(call.params["id"])))


@operation("deleteFilter")
def delete_filter(call: Call) -> Answer:
    """Delete a saved filter."""
    saved = call.world.filters.filter(call.params["id"])
    call.world.filters.remove(saved.id)
    call.audit(DELETE, about_filter(saved))
    return empty()


@operation("searchWithFilter")
def search_with_filter(call: Call) -> Answer:
    """Search devices with a saved filter."""
    page = page_of(call)
    saved = call.world.filters.filter(call.params["id"])
    ids, total = call.world.profiles.search(page, predicates=saved.terms)
    shaped = [inventory_json(call.world, device_id) for device_id in ids]
    return json_answer(shaped, headers=counted(call, page, total))


def predicates_of(terms: Any) -> list[Predicate]:
    """Read filter terms."""
    return [
        Predicate(scope=t["scope"], attribute=t["attribute"], type=t["type"], value=t["value"])
        for t in terms
    ]


def filter_json(saved: SavedFilter) -> dict[str, Any]:
    """Shape a saved filter."""
    terms = [predicate_json(term) for term in saved.terms]
    return {"id": saved.id, "name": saved.name, "terms": terms}


def predicate_json(term: Predicate) -> dict[str, Any]:
    """Shape a filter term."""
    return {
        "scope": term.scope,
        "attribute": term.attribute,
        "type": term.type,
        "value": term.value,
    }


def _text_test(text: str, dialect: Dialect) -> Callable[[Values], int] | None:
    """Return what tells how well a device's values fit a text, 0 for not at all."""
    if not text:
        return None
    if dialect.search_finds_parts:
        part = text.lower()
        return lambda values: any(part in str(value).lower() for value in values.values())
    wanted = set(words(text))
    return lambda values: relevance(_texts(values), wanted)


def _texts(values: Values) -> Iterator[str]:
    """Go through the texts in a device's values that are not the server's own."""
    for (scope, _), value in values.items():
        if scope != "system":
            held = value if isinstance(value, list) else [value]
            yield from (text for text in held if isinstance(text, str))
