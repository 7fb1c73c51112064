"""Bugs in what can be filtered by, and in saved filters."""

import json
from dataclasses import replace
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import inventory_search
from otakit.mockserver.domain.filters import SavedFilters
from otakit.mockserver.operations import Call


@bug("MEN-MGT-INV-060")
def attributes_are_counted_once() -> None:
    """The filterable attributes are counted by name, not by device."""

    @answering("listFilterAttributes")
    def _(real: Any, call: Call) -> Answer:
        return json_answer([{**a, "count": 1} for a in json.loads(real(call).body)])


@bug("MEN-MGT-INV-061")
def rare_attributes_come_first() -> None:
    """The filterable attributes come in the wrong order."""

    @answering("listFilterAttributes")
    def _(real: Any, call: Call) -> Answer:
        return json_answer(json.loads(real(call).body)[::-1])


@bug("MEN-MGT-INV-070")
def terms_are_not_shown() -> None:
    """A saved filter is shown with its name alone."""

    @instead_of(inventory_search, "filter_json")
    def _(real: Any, saved: Any) -> Any:
        return {**real(saved), "terms": []}


@bug("MEN-MGT-INV-071")
def filters_share_a_name() -> None:
    """A second filter is saved under the name of another one."""

    @instead_of(SavedFilters, "create")
    def _(real: Any, filters: SavedFilters, name: str, terms: Any) -> Any:
        saved = real(filters, f"{name} {len(filters._filters)}", terms)
        filters._filters[saved.id] = replace(saved, name=name)
        return saved


@bug("MEN-MGT-INV-073")
def newest_filter_is_not_listed() -> None:
    """The list of filters lacks the last one."""

    @instead_of(SavedFilters, "all")
    def _(real: Any, filters: SavedFilters) -> Any:
        return real(filters)[:-1]


@bug("MEN-MGT-INV-074")
def results_of_filters_are_cached() -> None:
    """A saved filter finds what it found when it was first asked."""
    cached: dict[str, Answer] = {}

    @answering("searchWithFilter")
    def _(real: Any, call: Call) -> Answer:
        return cached.setdefault(call.params["id"], real(call))


@bug("MEN-MGT-INV-076")
def filter_is_not_deleted() -> None:
    """Deleting a filter is answered, and not done."""

    @instead_of(SavedFilters, "remove")
    def _(_: Any, __: SavedFilters, ___: str) -> None:
        return None
