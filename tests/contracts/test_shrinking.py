"""Sequences are made as short as they can be."""

from collections.abc import Sequence
from itertools import count

import pytest

from otakit.contracts.shrinking import shrunk


def always() -> bool:
    """Allow to go on."""
    return True


@pytest.mark.parametrize(
    "needed", [{0}, {99}, {3, 50, 97}, {10, 11, 12}, {0, 25, 50, 75, 99}], ids=str
)
def test_only_what_is_needed_is_left(needed: set[int]) -> None:
    """Of a hundred steps exactly those remain that the failure needs, in their order."""
    found = shrunk(range(100), lambda part: needed <= set(part), may_go_on=always)
    assert found == sorted(needed)


def test_one_of_two_ways_is_enough() -> None:
    """Where steps stand in for one another, none is left that could be left out."""
    found = shrunk("aXbXcY", lambda part: "X" in part and "Y" in part, may_go_on=always)
    assert found == ["X", "Y"]


def test_it_ends_when_time_is_up() -> None:
    """What was found until then still fails."""
    tries = count()
    calls: list[Sequence[int]] = []

    def fails(part: Sequence[int]) -> bool:
        calls.append(part)
        return 50 in part

    found = shrunk(range(100), fails, may_go_on=lambda: next(tries) < 4)
    assert 50 in found
    assert len(found) < 100
    assert len(calls) <= 5


def test_hundred_steps_take_few_tries() -> None:
    """A sequence is shortened with far fewer tries than it has parts."""
    calls: list[int] = []

    def fails(part: Sequence[int]) -> bool:
        calls.append(len(part))
        return {20, 40, 60} <= set(part)

    shrunk(range(100), fails, may_go_on=always)
    assert len(calls) < 60


def test_steps_are_made_simpler() -> None:
    """A step that asks for less takes the place of one that asks for more, and others may go."""

    def simpler(step: str) -> list[str]:
        return [step[:-1]] if len(step) > 1 else []

    def fails(part: Sequence[str]) -> bool:
        text = "".join(part)
        return "a" in text and text.count("b") >= text.count("c")

    found = shrunk(["xb", "accc", "bbb", "b"], fails, may_go_on=always, simpler=simpler)
    assert found == ["a"]
