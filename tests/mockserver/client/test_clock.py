"""A universe's clock by the client."""

from datetime import UTC, datetime, timedelta

import pytest

from otakit.mockserver.client import ControlError, NewUniverse


def test_frozen_clock_is_turned(universe: NewUniverse) -> None:
    """By a span in units or as one, and to a moment."""
    clock = universe.clock
    begin = clock.freeze()
    assert (clock.now, clock.speed) == (begin, 0)
    assert clock.advance(hours=1, minutes=30) == begin + timedelta(minutes=90)
    assert clock.advance(timedelta(days=1), seconds=5) - begin == timedelta(
        days=1, minutes=90, seconds=5
    )
    moment = datetime(2100, 1, 1, tzinfo=UTC)
    assert clock.advance(to=moment) == moment
    assert clock.read().now == moment


def test_clock_goes_at_another_speed(universe: NewUniverse) -> None:
    """It is what was set."""
    universe.clock.speed = 60
    assert universe.clock.speed == 60
    with pytest.raises(ControlError, match="speed"):
        universe.clock.speed = -1


def test_turn_that_makes_no_sense_is_refused(universe: NewUniverse) -> None:
    """Before anything is asked, where that can be told; by the server where only it knows."""
    clock = universe.clock
    with pytest.raises(ValueError, match="not both"):
        clock.advance(hours=1, to=datetime(2100, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        clock.advance(to=datetime(2100, 1, 1))  # noqa: DTZ001 - this is what is refused
    with pytest.raises(ControlError, match="never runs backwards"):
        clock.advance(to=datetime(2000, 1, 1, tzinfo=UTC))
    with pytest.raises(ControlError, match="minimum of 0"):
        clock.advance(hours=-1)
