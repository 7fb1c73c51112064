"""A universe's faults by the client."""

from datetime import UTC, datetime

import httpx
import pytest

from otakit.mockserver.client import ControlError, NewUniverse


def statuses(universe: NewUniverse, count: int) -> list[int]:
    """List devices so often, and return the statuses of the answers."""
    headers = {"Authorization": f"Bearer {universe.token}"}
    url = f"{universe.url}/api/management/v2/devauth/devices"
    return [httpx.get(url, headers=headers).status_code for _ in range(count)]


def test_fault_strikes_and_counts(universe: NewUniverse) -> None:
    """The second time, and only while it is on; the journal has its hit."""
    faults = universe.faults
    fault = faults.add(
        "status",
        status=429,
        retry_after=5,
        name="busy",
        on={"operations": ["listDevices"]},
        when={"occurrence": {"from": 2, "to": 2}},
    )
    assert statuses(universe, 3) == [200, 429, 200]
    assert (faults.get(fault).hits, faults.get(fault.id).seen) == (1, 3)
    [struck] = universe.journal.entries({"fault": fault.id})
    assert struck.status == 429
    assert [known.name for known in faults] == ["busy"]
    assert not faults.disable(fault).enabled
    assert faults.enable(fault.id).enabled


def test_fault_waits_for_its_time(universe: NewUniverse) -> None:
    """Moments are given as such."""
    universe.clock.freeze()
    begin = datetime(2100, 1, 1, tzinfo=UTC)
    fault = universe.faults.add("status", status=503, when={"from": begin, "times": 1})
    assert fault.when["from"] == begin
    assert statuses(universe, 1) == [200]
    universe.faults.add("status", status=502, enabled=False)
    universe.faults.remove(fault)
    assert [known.do["status"] for known in universe.faults] == [502]
    universe.faults.clear()
    assert list(universe.faults) == []


def test_bad_fault_is_refused(universe: NewUniverse) -> None:
    """One of no known action, and one that there is not."""
    with pytest.raises(ControlError, match="action"):
        universe.faults.add("nothing")
    with pytest.raises(ControlError, match="'nowhere'"):
        universe.faults.get("nowhere")
