"""The table of what is open: only that, and only what there is."""

from typing import Any

import pytest

from otakit.contracts.acts import load
from otakit.contracts.comparison import gap
from otakit.contracts.latitude import TABLE, Freedom, Latitude
from otakit.contracts.oracle import NOTHING, Expected

STEPS = load()
MOMENT, OTHER_MOMENT = "2026-01-02T03:04:05Z", "2027-01-02T03:04:05.678+01:00"


def test_rows_are_about_observations() -> None:
    """Each row names something that is observed, and says why it is open."""
    assert set(TABLE) <= set(STEPS)
    assert all(row.why for row in TABLE.values())


def test_only_what_changes_nothing_may_come_late() -> None:
    """It is asked for again: an act would be done twice."""
    acts = ("upload", "ask", "decide", "create", "poll", "report", "tell", "move", "deploy", "log")
    late = [name for name, row in TABLE.items() if row.late]
    assert late
    assert not [name for name in late if name.rpartition("-")[2] in acts]


@pytest.mark.parametrize(
    ("freedom", "expected", "fits", "differs"),
    [
        (None, 1, [1], [2, "1", None, True]),
        (None, "a", ["a"], ["b", None]),
        (None, None, [None], ["a", 0, []]),
        (None, [1, 2], [[1, 2]], [[2, 1], [1], [1, 2, 3], None]),
        (None, {"a": 1}, [{"a": 1}, {"a": 1, "b": 2}], [{}, {"a": 2}, None, [1]]),
        (None, NOTHING, [1, None, "x"], []),
        (Freedom.OPEN, 1, [2, None], []),
        (Freedom.ANY_ORDER, [1, 2, 2], [[2, 1, 2]], [[1, 1, 2], [1, 2], None, [1, 2, 3]]),
        (Freedom.MOMENT, MOMENT, [MOMENT, OTHER_MOMENT], [None, "yesterday", 5]),
        (Freedom.MOMENT, None, [None], [MOMENT]),
    ],
)
def test_value_is_compared_as_far_as_it_is_free(
    freedom: Freedom | None, expected: Any, fits: list[Any], differs: list[Any]
) -> None:
    """Each freedom allows what it says, and nothing else."""
    latitude = Latitude(fields={"x": freedom} if freedom else {})
    wanted = Expected(status=200, body={"x": expected})
    assert [v for v in fits if gap(wanted, 200, {"x": v}, latitude) is not None] == []
    assert [v for v in differs if gap(wanted, 200, {"x": v}, latitude) is None] == []


def test_elements_are_free_by_a_star() -> None:
    """A star stands for each element of a list, in any order."""
    fields = {"": Freedom.ANY_ORDER, "*.at": Freedom.MOMENT}
    latitude = Latitude(fields=fields)
    wanted = Expected(status=200, body=[{"id": 1, "at": MOMENT}, {"id": 2, "at": None}])
    there: list[dict[str, Any]] = [{"id": 2, "at": None}, {"id": 1, "at": OTHER_MOMENT}]
    assert gap(wanted, 200, there, latitude) is None
    there[1]["at"] = None
    assert gap(wanted, 200, there, latitude) is not None


def test_statuses_are_free_only_where_the_table_says() -> None:
    """Another status does as well for what no document gives one."""
    latitude = TABLE["artifacts-upload"]
    assert gap(Expected(status=409), 422, None, latitude) is None
    assert gap(Expected(status=409), 201, None, latitude) is not None
    assert gap(Expected(status=201), 422, None, latitude) is not None
