"""Races: what is done at the same time looks as if one thing came after the other."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from ota_support.sequences import session_at
from otakit.contracts.acts.devices import Shown
from otakit.contracts.bench import Bench
from otakit.contracts.linearisability import Event, orders, run_race
from otakit.contracts.races import RACES, Race


def event(lane: int, began: float, ended: float) -> Event:
    """Return an event of some step."""
    step = Shown(device=lane)
    return Event(lane=lane, step=step, answer=None, silence="", began=began, ended=ended)


@pytest.mark.parametrize(
    ("times", "count"),
    [
        ([(0, 0, 9), (1, 1, 8)], 2),
        ([(0, 0, 1), (1, 2, 3)], 1),
        ([(0, 0, 9), (1, 1, 2), (1, 3, 4)], 3),
        ([(0, 0, 9), (1, 0, 9), (2, 0, 9)], 6),
        ([(0, 0, 9), (0, 9, 18), (1, 0, 18), (1, 18, 19)], 5),
    ],
)
def test_orders_keep_to_lanes_and_times(times: list[tuple[int, float, float]], count: int) -> None:
    """What was over before something else began comes before it."""
    events = [event(*entry) for entry in times]
    found = list(orders(events))
    assert len(found) == len(set(map(tuple, map(_places, found)))) == count
    for order in found:
        for place, later in enumerate(order):
            assert not any(later.ended < earlier.began for earlier in order[:place])


def _places(order: tuple[Event, ...]) -> list[tuple[int, float]]:
    return [(e.lane, e.began) for e in order]


@pytest.mark.parametrize("dialect", ["documented", "as-built"])
@pytest.mark.parametrize("race", RACES, ids=[race.name for race in RACES])
def test_race_is_explained(
    race: Race, dialect: str, edition_server: Callable[[str, str], Any]
) -> None:
    """On the mock each race has an order, whoever comes first."""
    server = edition_server("mender", dialect)
    with session_at(server.url, dialect=dialect) as session:
        bench = Bench(session)
        for first in range(len(race.lanes)):
            failure, exchanges = run_race(bench, race, first)
            assert failure is None
            assert exchanges
        assert bench.cleaned.left == []


def test_interruption_ends_a_race(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the lanes run is heard by whoever runs them, as everywhere else."""
    server = edition_server("mender", "documented")
    race = next(race for race in RACES if race.name == "upload-twice")
    with session_at(server.url) as session:
        bench, connection = Bench(session), session.connection
        monkeypatch.setattr(Barrier, "wait", lambda _: setattr(connection, "stopping", True))
        with pytest.raises(KeyboardInterrupt):
            run_race(bench, race)
        connection.stopping = False
        bench.clear()
        assert bench.cleaned.left == []
