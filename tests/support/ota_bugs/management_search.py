"""Bugs in searches for devices."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer
from otakit.mockserver.domain import filters
from otakit.mockserver.domain.filters import MISSING
from otakit.mockserver.domain.lookups import Lookups
from otakit.mockserver.domain.profiles import Profiles
from otakit.mockserver.operations import Call


@bug("MEN-MGT-INV-050")
def one_predicate_is_enough() -> None:
    """A search finds the devices that any of its predicates holds for."""
    _without_lookups()

    @instead_of(Profiles, "test")
    def _(_: Any, profiles: Profiles, predicates: Any) -> Any:
        tests = [((p.scope, p.attribute), p.test()) for p in predicates]
        return lambda device_id: (
            not tests or any(test(profiles.value(device_id, key)) for key, test in tests)
        )


@bug("MEN-MGT-INV-051")
def nin_is_in() -> None:
    """$nin finds what $in finds."""
    filters._OPERATORS["$nin"] = filters._OPERATORS["$in"]


@bug("MEN-MGT-INV-052")
def gte_is_gt() -> None:
    """$gte does not find what is equal."""
    filters._OPERATORS["$gte"] = filters._OPERATORS["$gt"]


@bug("MEN-MGT-INV-053")
def exists_takes_no_false() -> None:
    """$exists finds the devices that have the attribute, also if it is false."""
    filters._OPERATORS["$exists"] = lambda _: lambda held: held is not MISSING


@bug("MEN-MGT-INV-054")
def scope_of_a_predicate_is_ignored() -> None:
    """A predicate looks for its attribute in all scopes."""
    _without_lookups()

    @instead_of(Profiles, "test")
    def _(_: Any, profiles: Profiles, predicates: Any) -> Any:
        tests = [(p.attribute, p.test()) for p in predicates]
        return lambda device_id: all(
            any(test(v) for (_, name), v in profiles.values(device_id).items() if name == attribute)
            for attribute, test in tests
        )


@bug("MEN-MGT-INV-055")
def second_criterion_is_ignored() -> None:
    """A search is sorted by its first criterion only."""

    @answering("searchInventories")
    def _(real: Any, call: Call) -> Answer:
        call.body["sort"] = call.body.get("sort", [])[:1]
        return real(call)  # type: ignore[no-any-return]  # the mock's own function


@bug("MEN-MGT-INV-056")
def selection_is_ignored() -> None:
    """A search returns all attributes, whichever were selected."""
    _without_field("attributes")


@bug("MEN-MGT-INV-057")
def search_has_one_page() -> None:
    """A search answers its first page, whichever was asked for."""
    _without_field("page")


@bug("MEN-MGT-INV-058")
def text_is_ignored() -> None:
    """A search for text finds all devices."""
    _without_field("text")


def _without_lookups() -> None:
    """Let a search go through all devices."""

    @instead_of(Lookups, "narrowed")
    def _(*_: Any) -> None:
        return None


def _without_field(name: str) -> None:
    @answering("searchInventories")
    def _(real: Any, call: Call) -> Answer:
        call.body.pop(name, None)
        return real(call)  # type: ignore[no-any-return]  # the mock's own function
