"""The operators of filters (server facts, 9.5.4; reference, FilterPredicate)."""

from typing import Any

import pytest

from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound
from otakit.mockserver.domain.filters import MISSING, Predicate
from otakit.mockserver.domain.world import World


def predicate(kind: str, value: Any) -> Predicate:
    """Make a predicate of an attribute."""
    return Predicate(scope="inventory", attribute="a", type=kind, value=value)


@pytest.mark.parametrize(
    ("kind", "value", "fits", "misfits"),
    [
        ("$eq", "x", ["x", ["y", "x"]], ["X", "xx", ["y"], 1, MISSING]),
        ("$eq", ["x"], [["x"]], ["x", ["x", "y"], MISSING]),
        ("$ne", "x", ["y", ["y"], MISSING], ["x", ["y", "x"]]),
        ("$gt", 3, [4, 3.5, [1, 4]], [3, 2, "4", [1], MISSING]),
        ("$gte", 3, [3, 4], [2, "3", MISSING]),
        ("$lt", 3, [2, [2, 4]], [3, "2", MISSING]),
        ("$lte", 3, [3, 2], [4, "3", MISSING]),
        ("$gt", "b", ["c", ["a", "c"]], ["b", "a", 3, MISSING]),
        ("$in", ["x", 1], ["x", 1, ["y", "x"]], ["y", 2, MISSING]),
        ("$nin", ["x", 1], ["y", 2, MISSING], ["x", 1, ["y", "x"]]),
        ("$exists", True, ["", 0, []], [MISSING]),
        ("$exists", False, [MISSING], ["", 0, []]),
        ("$regex", "b+c", ["abbc", ["x", "bc"]], ["BC", "ac", 5, MISSING]),
    ],
)
def test_operator(kind: str, value: Any, fits: list[Any], misfits: list[Any]) -> None:
    """A list is met by any of its elements; kinds are not mixed."""
    test = predicate(kind, value).test()
    assert [held for held in fits if not test(held)] == []
    assert [held for held in misfits if test(held)] == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("$like", "x"),
        ("$in", "x"),
        ("$nin", "x"),
        ("$regex", 5),
        ("$regex", "("),
        ("$regex", "(a+)+"),
        ("$regex", "x" * 257),
        ("$regex", "a*a*a*a*b"),
    ],
)
def test_senseless_predicate_is_refused(kind: str, value: Any) -> None:
    """Also one that could take for ever."""
    with pytest.raises(Invalid):
        predicate(kind, value).test()


def test_all_predicates_have_to_hold(world: World) -> None:
    """None of them is met by anything."""
    device_id = world.preauthorize_device({"sn": 1}, "key").id
    test = world.profiles.test([predicate("$gt", 1), predicate("$lt", 3)])

    def meets(scope: str, value: int) -> bool:
        for place in ("inventory", "tags"):
            told = [{"name": "a", "value": value}] if place == scope else []
            world.inventory.assign(device_id, place, told, replace=True)
        return test(device_id)

    assert [meets("inventory", number) for number in (1, 2, 3)] == [False, True, False]
    assert meets("tags", 2) is False
    assert world.profiles.test([])(device_id) is True


def test_saved_filters(world: World) -> None:
    """Their names are unique, their predicates are checked."""
    saved = world.filters.create("one", [predicate("$eq", 1)])
    with pytest.raises(Conflict):
        world.filters.create("one", [])
    with pytest.raises(Invalid):
        world.filters.create("two", [predicate("$in", 1)])
    assert world.filters.all() == [saved]
    assert world.filters.filter(saved.id) is saved
    world.filters.remove(saved.id)
    with pytest.raises(NotFound):
        world.filters.filter(saved.id)
