"""The control API's stream of events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest


@contextmanager
def listening(control: httpx.Client, universe: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """Listen to a universe; yield what it tells, event by event."""

    def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
        kind = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)

    path = f"universes/{universe}/events"
    with control.stream("GET", path, timeout=20) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        stream = events(answer)
        assert next(stream)[0] == "clock"
        yield stream


def test_requests_and_turns_of_the_clock_are_told(
    control: httpx.Client, management: httpx.Client
) -> None:
    """A request with its operation, caller and status; the clock as it is then."""
    with listening(control, "default") as events:
        management.get("v2/devauth/devices")
        kind, told = next(events)
        assert (kind, told["operation"], told["status"]) == ("request", "listDevices", 200)
        assert told["side"] == "management"
        assert told["caller"]
        control.put("universes/default/clock", json={"speed": 60})
        kind, told = next(events)
        assert (kind, told["speed"]) == ("clock", 60)
        control.post("universes/default/reset")
        assert next(events)[0] == "world"


def test_fleet_is_told_when_devices_come_and_go(control: httpx.Client, new_universe: Any) -> None:
    """Also while the clock stands, where they do not make themselves heard."""
    path = f"universes/{new_universe()['id']}"
    control.put(f"{path}/clock", json={"speed": 0})
    with listening(control, path.removeprefix("universes/")) as events:
        added = control.post(f"{path}/fleet", json={"devices": 2}).json()
        assert next(events) == ("fleet", added)
        control.delete(f"{path}/fleet")
        kind, told = next(events)
        assert (kind, told["devices"]) == ("fleet", 0)


def test_only_the_own_universe_is_heard(
    control: httpx.Client, management: httpx.Client, new_universe: Any, user_of: Any
) -> None:
    """What the others do stays with them."""
    mine = new_universe()
    with listening(control, mine["id"]) as events:
        management.get("v2/devauth/devices")
        user_of(mine).get("/api/management/v2/devauth/devices/count")
        assert next(events)[1]["operation"] == "countDevices"


def test_stream_ends_with_its_universe(control: httpx.Client, new_universe: Any) -> None:
    """Nobody waits for what cannot come."""
    mine = new_universe()
    with listening(control, mine["id"]) as events:
        assert control.delete(f"universes/{mine['id']}").status_code == 204
        assert list(events) == []


def test_server_stops_while_somebody_listens(start_server: Any) -> None:
    """The stream ends as a stream does, at once."""
    server = start_server()
    with (
        httpx.Client(base_url=f"{server.url}/otakit/v1/") as control,
        listening(control, "default") as events,
    ):
        server.process.terminate()
        assert list(events) == []


@pytest.mark.parametrize("path", ["universes/nowhere/events", "universes/nowhere/clock"])
def test_unknown_universe_is_not_found(control: httpx.Client, path: str) -> None:
    """It is named."""
    answer = control.get(path)
    assert (answer.status_code, "nowhere" in answer.json()["error"]) == (404, True)
