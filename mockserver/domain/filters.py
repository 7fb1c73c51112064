"""Filters over device attributes: predicates, search and saved filters.

Section 9.5 of the server facts; the operators of the reference's FilterPredicate.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.values import value

MISSING: Any = object()
"""The value of an attribute that a device has not."""

MAX_PATTERN = 256
MAX_REPEATS = 3
MAX_SEARCHED = 512
MAX_FILTERS = 1000


@value
class Predicate:
    """One condition: the attribute `scope/attribute` compared by `type` with `value`."""

    scope: str
    attribute: str
    type: str
    value: Any

    def test(self) -> Callable[[Any], bool]:
        """Return the test of a device's value, or MISSING; raises Invalid for a value of no use."""
        operator = _OPERATORS.get(self.type)
        if operator is None:
            message = f"type: '{self.type}' is not one of {', '.join(_OPERATORS)}"
            raise Invalid(message)
        return operator(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """Predicates, all of which have to hold, under a name."""

    id: str
    name: str
    terms: tuple[Predicate, ...]


class SavedFilters:
    """The saved filters of one World."""

    _filters: dict[str, SavedFilter]

    def __init__(self, ids: Ids) -> None:
        """Begin with none."""
        self._ids = ids
        self._filters = {}

    def create(self, name: str, terms: Sequence[Predicate]) -> SavedFilter:
        """Save a filter.

        Raises Conflict for a name in use, Invalid for a predicate of no use, or a 1001st filter.
        """
        if any(saved.name == name for saved in self._filters.values()):
            message = f"a filter with the name '{name}' exists already"
            raise Conflict(message)
        for term in terms:
            term.test()
        if len(self._filters) >= MAX_FILTERS:
            message = f"there are at most {MAX_FILTERS} filters: delete one first"
            raise Invalid(message)
        saved = SavedFilter(id=self._ids.uuid(), name=name, terms=tuple(terms))
        self._filters[saved.id] = saved
        return saved

    def all(self) -> list[SavedFilter]:
        """Return the filters, oldest first."""
        return list(self._filters.values())

    def filter(self, filter_id: str) -> SavedFilter:
        """Return a filter; raises NotFound."""
        try:
            return self._filters[filter_id]
        except KeyError:
            message = f"no filter '{filter_id}'"
            raise NotFound(message) from None

    def remove(self, filter_id: str) -> None:
        """Delete a filter; raises NotFound."""
        self.filter(filter_id)
        del self._filters[filter_id]


def _same_kind(one: Any, other: Any) -> bool:
    numbers = (int, float)
    return (isinstance(one, str) and isinstance(other, str)) or (
        isinstance(one, numbers) and isinstance(other, numbers)
    )


def _elements(held: Any) -> Sequence[Any]:
    if held is MISSING:
        return ()
    return [*held, held] if isinstance(held, list) else [held]


def _equal(value: Any) -> Callable[[Any], bool]:
    return lambda held: any(_same(element, value) for element in _elements(held))


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not 1, as it is in Python."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Callable[[Any], bool]]:
    def operator(value: Any) -> Callable[[Any], bool]:
        return lambda held: any(_same_kind(e, value) and compare(e, value) for e in _elements(held))

    return operator


def _one_of(value: Any) -> Callable[[Any], bool]:
    if not isinstance(value, list):
        message = f"value: $in and $nin need a list, not '{value}'"
        raise Invalid(message)
    return lambda held: any(element in value for element in _elements(held))


def _exists(value: Any) -> Callable[[Any], bool]:
    wanted = value not in (False, "false", 0)
    return lambda held: (held is not MISSING) is wanted


def _regex(value: Any) -> Callable[[Any], bool]:
    if not isinstance(value, str) or len(value) > MAX_PATTERN:
        message = f"value: $regex needs a text of at most {MAX_PATTERN} characters"
        raise Invalid(message)
    if re.search(r"\)[*+{?]", value) or len(re.findall(r"[*+{]", value)) > MAX_REPEATS:
        # The standard library's matcher backtracks: such patterns can take for ever.
        message = f"value: '{value}' repeats a group, or has over {MAX_REPEATS} repetitions"
        raise Invalid(message)
    try:
        pattern = re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        message = f"value: '{value}' is not a regular expression: {error}"
        raise Invalid(message) from None
    return lambda held: any(
        isinstance(e, str) and pattern.search(e[:MAX_SEARCHED]) for e in _elements(held)
    )


def _not(
    operator: Callable[[Any], Callable[[Any], bool]],
) -> Callable[[Any], Callable[[Any], bool]]:
    def negated(value: Any) -> Callable[[Any], bool]:
        test = operator(value)
        return lambda held: not test(held)

    return negated


_OPERATORS: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "$eq": _equal,
    "$ne": _not(_equal),
    "$gt": _ordered(lambda held, value: held > value),
    "$gte": _ordered(lambda held, value: held >= value),
    "$lt": _ordered(lambda held, value: held < value),
    "$lte": _ordered(lambda held, value: held <= value),
    "$ltne": _ordered(lambda held, value: held < value),
    "$in": _one_of,
    "$nin": _not(_one_of),
    "$exists": _exists,
    "$regex": _regex,
}
