"""The control API's clock: read, frozen, turned forward, made to go faster."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.mockserver.domain.clock import from_rfc3339

CLOCK = "universes/default/clock"


def moment(answer: httpx.Response) -> float:
    """Return the time that a clock shows."""
    assert answer.status_code == 200, answer.text
    return from_rfc3339(answer.json()["now"])


@pytest.fixture
def frozen(control: httpx.Client) -> httpx.Client:
    """Return a client of the control API; time stands still."""
    assert control.put(CLOCK, json={"speed": 0}).json()["speed"] == 0
    return control


def test_frozen_time_stands_still_until_it_is_turned(frozen: httpx.Client) -> None:
    """By seconds, and to a moment."""
    before = moment(frozen.get(CLOCK))
    assert moment(frozen.get(CLOCK)) == before
    assert moment(frozen.post(f"{CLOCK}/advance", json={"seconds": 3600})) == before + 3600
    later = {"to": "2100-01-01T00:00:00+01:00"}
    assert frozen.post(f"{CLOCK}/advance", json=later).json()["now"] == "2099-12-31T23:00:00.000Z"
    assert frozen.get(CLOCK).json() == {"now": "2099-12-31T23:00:00.000Z", "speed": 0}


def test_reset_brings_the_servers_clock_back(frozen: httpx.Client, server: Any) -> None:
    """A test that turned the clock leaves the next one a clock that goes."""
    server.reset()
    assert frozen.get(CLOCK).json()["speed"] == 1


def test_tokens_expire_when_the_clock_is_turned(
    frozen: httpx.Client, management: httpx.Client
) -> None:
    """A session lasts a week."""
    assert management.get("v2/devauth/devices").status_code == 200
    frozen.post(f"{CLOCK}/advance", json={"seconds": 8 * 86400})
    assert management.get("v2/devauth/devices").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({}, 400, "less than 1 property"),
        ({"seconds": -1}, 400, "minimum of 0"),
        ({"seconds": 1e300}, 400, "maximum"),
        ({"seconds": "1"}, 400, "number"),
        ({"seconds": 1, "to": "2100-01-01T00:00:00Z"}, 400, "more than 1 property"),
        ({"to": "tomorrow"}, 400, "date-time"),
        ({"to": "2000-01-01T00:00:00Z"}, 409, "never runs backwards"),
        ({"to": "9999-12-31T23:59:59Z"}, 409, "beyond"),
        ({"hours": 1}, 400, "hours"),
    ],
)
def test_bad_turns_are_refused(
    control: httpx.Client,
    refused: Callable[[httpx.Response, int], str],
    body: dict[str, Any],
    status: int,
    named: str,
) -> None:
    """The message says why."""
    assert named in refused(control.post(f"{CLOCK}/advance", json=body), status)


@pytest.mark.parametrize("speed", [-1, 10_001, "fast", None])
def test_bad_speeds_are_refused(
    control: httpx.Client, refused: Callable[[httpx.Response, int], str], speed: Any
) -> None:
    """The message names the key."""
    assert "speed" in refused(control.put(CLOCK, json={"speed": speed}), 400)
