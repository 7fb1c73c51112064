"""Lookups: which devices have a value, so that a search costs what it finds and not all devices.

There is one for each attribute that somebody has searched by, made at the first such search. What
changes meanwhile is only noted, and looked at when somebody searches again.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from otakit.mockserver.domain.filters import MISSING, Predicate
from otakit.mockserver.domain.index import Index
from otakit.mockserver.domain.inventory import Key

MAX_LOOKUPS = 8
"""Attributes that are looked up at a time; of 100,000 devices each takes some 30 MB."""

SCOPES = ("identity", "inventory", "tags")
"""What changes in other scopes is told to nobody."""

GROUP = ("system", "group")


class Lookup:
    """The devices by the value of one attribute; by each element, where that is a list."""

    def __init__(self) -> None:
        """Begin with none."""
        self._held: dict[str, tuple[int, frozenset[Any]]] = {}
        self._by_value: dict[Any, Index[int]] = {}

    def put(self, device_id: str, number: int, value: Any) -> None:
        """Learn what a device has now; it is the n-th device, counted by age."""
        elements = value if isinstance(value, list) else () if value is MISSING else (value,)
        held = frozenset(elements)
        _, before = self._held.get(device_id, (number, frozenset()))
        if held == before:
            return
        self.drop(device_id)
        if held:
            self._held[device_id] = number, held
        for element in held:
            self._by_value.setdefault(element, Index()).add(number, device_id)

    def drop(self, device_id: str) -> None:
        """Forget a device."""
        number, held = self._held.pop(device_id, (0, frozenset()))
        for element in held:
            index = self._by_value[element]
            index.discard(number, device_id)
            if not len(index):
                del self._by_value[element]

    def having(self, values: Iterable[Any]) -> list[Index[int]]:
        """Return the devices that have one of these values, for each that any device has."""
        known = (self._by_value.get(value) for value in dict.fromkeys(values))
        return [index for index in known if index is not None]


class Lookups:
    """The lookups of one World."""

    def __init__(
        self,
        numbers: Callable[[], Iterator[tuple[str, int]]],
        number: Callable[[str], int | None],
        value: Callable[[str, Key], Any],
    ) -> None:
        """Ask for all devices with their numbers, one's number (None: gone), one's value."""
        self._numbers = numbers
        self._number = number
        self._value = value
        self._changed: set[str] = set()
        self._lookups: dict[Key, Lookup] = {}

    def note(self, device_id: str) -> None:
        """Note that a device has come, has gone, or has other values."""
        if self._lookups:
            self._changed.add(device_id)

    def narrowed(self, predicate: Predicate) -> list[Index[int]] | None:
        """Return the devices that meet a predicate, in several indexes; None: that takes a search.

        A device whose value is a list may be in more than one of them.
        """
        key = predicate.scope, predicate.attribute
        values = _wanted(predicate)
        if values is None or (predicate.scope not in SCOPES and key != GROUP):
            return None
        self._catch_up()
        lookup = self._lookups.pop(key, None) or self._made(key)
        self._lookups[key] = lookup  # the last: what nobody uses comes first, and goes first
        if len(self._lookups) > MAX_LOOKUPS:
            del self._lookups[next(iter(self._lookups))]
        return lookup.having(values)

    def _made(self, key: Key) -> Lookup:
        lookup = Lookup()
        for device_id, number in self._numbers():
            lookup.put(device_id, number, self._value(device_id, key))
        return lookup

    def _catch_up(self) -> None:
        for device_id in self._changed:
            number = self._number(device_id)
            for key, lookup in self._lookups.items():
                if number is None:
                    lookup.drop(device_id)
                else:
                    lookup.put(device_id, number, self._value(device_id, key))
        self._changed.clear()


def _wanted(predicate: Predicate) -> list[Any] | None:
    """Return the values one of which a device has to have; None where it is not so simple."""
    value = predicate.value
    if predicate.type == "$eq" and type(value) in {str, int, float}:
        return [value]
    if predicate.type == "$in" and all(type(v) in {str, int, float, bool} for v in value):
        return list(value)
    return None
