"""Ordered sets of things, so that a page of a list costs a page and not the whole list."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar


class Comparable(Protocol):
    """Anything with an order."""

    def __lt__(self, other: Any, /) -> bool:
        """Say whether this comes first."""
        ...


K = TypeVar("K", bound=Comparable)
T = TypeVar("T")


class Index(Generic[K]):
    """Ids in the order of their keys.

    Adding and removing bisect and move pointers: with 100,000 entries some 20 µs, less than a
    tree costs at the sizes a mock sees.
    """

    __slots__ = ("_entries",)

    _entries: list[tuple[K, str]]

    def __init__(self) -> None:
        """Begin empty."""
        self._entries = []

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        """Go through the ids in order."""
        return (entry[1] for entry in self._entries)

    def __reversed__(self) -> Iterator[str]:
        """Go through the ids in reverse order."""
        return (entry[1] for entry in reversed(self._entries))

    def add(self, key: K, name: str) -> None:
        """Put an id at its key's place; the same pair twice is the caller's mistake."""
        entries, entry = self._entries, (key, name)
        if not entries or entries[-1] < entry:  # as with all that is numbered by age
            entries.append(entry)
        else:
            insort(entries, entry)

    def discard(self, key: K, name: str) -> None:
        """Take an id away, if it is there."""
        place = bisect_left(self._entries, (key, name))
        if place < len(self._entries) and self._entries[place] == (key, name):
            del self._entries[place]

    def slice(self, start: int, stop: int) -> list[str]:
        """Return the ids from one place in the order up to another."""
        return [name for _, name in self._entries[start:stop]]

    def page(self, page: "Page", *, newest_first: bool = False) -> list[str]:
        """Return the ids of one page, in order or in reverse."""
        if not newest_first:
            return [name for _, name in self._entries[page.start : page.stop]]
        size = len(self._entries)
        part = self._entries[max(size - page.stop, 0) : max(size - page.start, 0)]
        return [name for _, name in reversed(part)]


def cut(indexes: Sequence[Index[Any]], page: "Page") -> list[str]:
    """Return the ids of one page of several indexes, one behind the other."""
    names: list[str] = []
    start, stop = page.start, page.stop
    for index in indexes:
        names += index.slice(max(start, 0), max(stop, 0))
        start, stop = start - len(index), stop - len(index)
    return names


class Page:
    """Which part of a list is asked for: `number` counts from 1, `size` in elements."""

    __slots__ = ("number", "size")

    def __init__(self, number: int = 1, size: int = 20) -> None:
        """Ask for one page."""
        self.number = number
        self.size = size

    @property
    def start(self) -> int:
        """Count the elements before the page."""
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        """Count the elements up to the page's end."""
        return self.number * self.size

    def of(self, things: list[T]) -> list[T]:
        """Cut the page out of a whole list."""
        return things[self.start : self.stop]
