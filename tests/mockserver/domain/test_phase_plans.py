"""Percentages become phases of whole devices (reference, NewDeploymentPhase)."""

import pytest

from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.rollout import UNBOUNDED, Phase, PhasePlan, plan_phases

NOW = 1000.0
Asked = tuple[int | None, float | None]


def plan(
    *asked: tuple[int | None, float | None], devices: int, dynamic: bool = False
) -> list[Phase]:
    """Plan phases of (batch size, start)."""
    plans = [PhasePlan(batch_size=size, start=start) for size, start in asked]
    return plan_phases(plans, devices, now=NOW, ids=Ids(1), dynamic=dynamic)


def test_shares_are_rounded_down_and_the_last_takes_the_rest() -> None:
    """Its own batch size may be left out, or be too small."""
    asked: list[Asked] = [(5, None), (15, NOW + 1)]
    for rest in (None, 10, 80):
        phases = plan(*asked, (rest, NOW + 2), devices=50)
        assert [p.share for p in phases] == [2, 7, 41]
        assert [p.batch_size for p in phases] == [5, 15, 80]
        assert [p.start for p in phases] == [NOW, NOW + 1, NOW + 2]


def test_no_phases() -> None:
    """Then there is nothing to plan."""
    assert plan(devices=3) == []


def test_five_percent_of_eleven_devices_are_none() -> None:
    """The reference's own example of an error; of twenty it is one."""
    asked = [(5, None), (None, NOW + 1)]
    with pytest.raises(Invalid, match="phase 1 of 2 has no devices: 5 % of 11"):
        plan(*asked, devices=11)
    assert [p.share for p in plan(*asked, devices=20)] == [1, 19]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([(60, None), (60, NOW)], "more than 100"),
        ([(60, None), (50, NOW), (None, NOW)], "more than 100"),
        ([(100, None), (None, NOW)], "has no devices"),
        ([(0, None), (None, NOW)], "has no devices"),
        ([(50, None), (None, None)], "phase 2 has no start_ts"),
        ([(50, NOW + 2), (None, NOW + 1)], "phase 2 starts before phase 1"),
        ([(None, None), (None, NOW)], "phase 1 has no batch_size"),
    ],
)
def test_senseless_plans_are_refused(asked: list[Asked], reason: str) -> None:
    """With a message that names the phase."""
    with pytest.raises(Invalid, match=reason):
        plan(*asked, devices=50)


def test_last_phase_of_a_dynamic_deployment_has_no_end() -> None:
    """It takes every later device too."""
    phases = plan((50, None), (None, NOW + 1), devices=4, dynamic=True)
    assert [p.share for p in phases] == [2, UNBOUNDED]
    assert [p.share for p in plan((None, None), devices=0, dynamic=True)] == [UNBOUNDED]
