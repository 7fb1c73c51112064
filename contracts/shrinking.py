"""Shrinking: the fewest steps of a sequence that still show what it has shown.

Steps are left out, in halves and quarters first and then one by one, for as long as what is left
still fails in the same way, and time allows. A step that names something which is not there any
more leaves itself out. Then each step is made simpler by itself, which may make others needless.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shrunk(
    steps: Sequence[T],
    fails: Callable[[Sequence[T]], bool],
    *,
    may_go_on: Callable[[], bool],
    simpler: Callable[[T], Iterable[T]] = lambda _: (),
) -> list[T]:
    """Return a part of some steps that still fails, of which none can be left out.

    `simpler` names what may stand in place of a step. Where `may_go_on` says no, the part is the
    shortest found so far.
    """
    kept = _fewest(list(steps), fails, may_go_on)
    while True:
        kept, changed = _with_simpler(kept, fails, may_go_on, simpler)
        if not changed:
            return kept
        kept = _fewest(kept, fails, may_go_on)


def _fewest(
    steps: list[T], fails: Callable[[Sequence[T]], bool], may_go_on: Callable[[], bool]
) -> list[T]:
    kept, size = steps, max(1, len(steps) // 2)
    while True:
        kept, fewer = _without_parts(kept, size, fails, may_go_on)
        if size > 1:
            size //= 2
        elif not fewer or not may_go_on():
            return kept


def _with_simpler(
    steps: list[T],
    fails: Callable[[Sequence[T]], bool],
    may_go_on: Callable[[], bool],
    simpler: Callable[[T], Iterable[T]],
) -> tuple[list[T], bool]:
    """Put something simpler in place of each step, as often as that fails, too."""
    kept, changed = list(steps), False
    for place in range(len(kept)):
        left = True
        while left:
            left = False
            for other in simpler(kept[place]):
                tried = [*kept[:place], other, *kept[place + 1 :]]
                if may_go_on() and fails(tried):
                    kept, changed, left = tried, True, True
                    break
    return kept, changed


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
