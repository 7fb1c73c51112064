"""Shrinking: the fewest steps of a sequence that still show what it has shown.

Steps are left out, in halves and quarters first and then one by one, for as long as what is left
still fails in the same way, and time allows. A step that names something which is not there any
more leaves itself out.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shrunk(
    steps: Sequence[T], fails: Callable[[Sequence[T]], bool], *, may_go_on: Callable[[], bool]
) -> list[T]:
    """Return a part of some steps that still fails, of which none can be left out.

    Where `may_go_on` says no, it is the shortest found so far.
    """
    kept = list(steps)
    size = max(1, len(kept) // 2)
    while True:
        kept, fewer = _without_parts(kept, size, fails, may_go_on)
        if size > 1:
            size //= 2
        elif not fewer or not may_go_on():
            return kept


def _without_parts(
    steps: list[T],
    size: int,
    fails: Callable[[Sequence[T]], bool],
    may_go_on: Callable[[], bool],
) -> tuple[list[T], bool]:
    """Leave out parts of a size, the last one first."""
    kept, fewer = steps, False
    stop = len(kept)
    while stop > 0 and may_go_on():
        start = max(0, stop - size)
        rest = kept[:start] + kept[stop:]
        if rest and fails(rest):
            kept, fewer = rest, True
        stop = start
    return kept, fewer
