"""A universe's events by the client."""

from typing import Any

import httpx
import pytest

from otakit.mockserver.client import ControlClient, NewUniverse, Unreachable


def test_nothing_is_missed_from_the_beginning_on(universe: NewUniverse) -> None:
    """The clock is the first; then what happened after listening began, in order."""
    with universe.events() as events:
        headers = {"Authorization": f"Bearer {universe.token}"}
        for _ in range(3):
            httpx.get(f"{universe.url}/api/management/v2/devauth/devices", headers=headers)
        universe.clock.freeze()
        heard = [next(events) for _ in range(5)]
    assert [event.kind for event in heard] == ["clock", *["request"] * 3, "clock"]
    assert heard[1].data["operation"] == "listDevices"
    assert heard[-1].data["speed"] == 0


def test_events_end_with_the_universe(universe: NewUniverse) -> None:
    """And so does a loop over them."""
    with universe.events() as events:
        universe.delete()
        assert [event.kind for event in events] == ["clock"]


def test_lost_server_is_said_so(start_server: Any) -> None:
    """It is no end of the events."""
    server = start_server()
    with ControlClient(server.url) as client, client.universe().events() as events:
        next(events)
        server.process.kill()
        with pytest.raises(Unreachable):
            next(events)
