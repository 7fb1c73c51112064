"""The World's clock runs, stands still, hurries and jumps; it never goes back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain.clock import Clock, from_rfc3339, rfc3339


def test_speeds(source: Any) -> None:
    """From the moment of the change on."""
    clock = Clock(source=source)
    begin = clock.now()
    elapsed = []
    for speed in (1, 0, 60, 1):
        clock.set_speed(speed)
        source.seconds += 10
        elapsed.append(clock.now() - begin)
    assert elapsed == [10, 10, 610, 620]


def test_advance_also_while_frozen(source: Any) -> None:
    """By exactly so much."""
    clock = Clock(speed=0, source=source)
    begin = clock.now()
    clock.advance(3600)
    source.seconds += 5
    assert clock.now() == begin + 3600


def test_never_backwards(source: Any) -> None:
    """Neither by speed nor by a jump."""
    clock = Clock(source=source)
    with pytest.raises(ValueError, match="speed"):
        clock.set_speed(-1)
    with pytest.raises(ValueError, match="advances"):
        clock.advance(-1)
    assert clock.now() == source.seconds


acts = st.tuples(st.sampled_from(["pass", "advance", "speed"]), st.floats(0, 1000))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(acts, max_size=20))
def test_no_act_turns_it_back(acts: list[tuple[str, float]]) -> None:
    """By no more than nothing."""
    seconds = 1_700_000_000.123
    clock = Clock(source=lambda: seconds)
    for act, amount in acts:
        before = clock.now()
        if act == "pass":
            seconds += amount
        elif act == "advance":
            clock.advance(amount)
        else:
            clock.set_speed(amount)
        assert clock.now() >= before


def test_milliseconds(source: Any) -> None:
    """Finer it does not tell the time."""
    clock = Clock(source=source)
    source.seconds += 0.12345
    assert clock.now() == 1_700_000_000.123
    assert rfc3339(clock.now()) == "2023-11-14T22:13:20.123Z"


@pytest.mark.parametrize("text", ["2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20Z"])
def test_reading_date_times(text: str) -> None:
    """With any offset, but with one."""
    assert from_rfc3339(text) == 1_700_000_000
    with pytest.raises(ValueError, match="time zone"):
        from_rfc3339(text[:19])
