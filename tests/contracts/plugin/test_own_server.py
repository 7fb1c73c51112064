"""A test run with servers of its own: workers share one, and nothing of theirs reaches it."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

ISOLATED = """
import os
import pytest

@pytest.mark.parametrize("number", range(8))
def test_alone(ota_mender, number):
    ota_mender.device()
    devices = ota_mender.management.get("v2/devauth/devices").json()
    assert len(devices) == 1
    with open(os.environ["SEEN"], "a") as seen:
        print(os.environ["PYTEST_XDIST_WORKER"], ota_mender.url, file=seen)

def test_servers_are_started_once(ota_server, ota_mender):
    assert ota_server.url == ota_mender.url
    assert [one.universe.id for one in ota_server.live] == [ota_mender.universe.id]
"""

PATCHED = """
import datetime, socket, time
import pytest

class Stopped(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2001, 1, 1, tzinfo=tz)

@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 978_307_200.0)
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    monkeypatch.setattr(datetime, "datetime", Stopped)

def test_time_goes_on(ota_mender):
    assert ota_mender.clock.now.year > 2020
    assert ota_mender.management.get("v2/devauth/devices").status_code == 200

@pytest.mark.otakit(clock="frozen")
def test_time_stands_still_there(ota_mender):
    assert ota_mender.clock.speed == 0
    assert ota_mender.clock.now == ota_mender.clock.now

def test_nothing_was_taken_from_the_surroundings(ota_mender):
    assert ota_mender.universe.plan == "enterprise"

SEEN = []

@pytest.mark.otakit(seed=5)
@pytest.mark.parametrize("round", range(2))
def test_seed_makes_the_same_ids(ota_mender, round):
    SEEN.append(ota_mender.device().id)
    assert SEEN == SEEN[:1] * len(SEEN)
"""


def test_workers_have_universes_of_their_own(
    run_pytest: Callable[..., pytest.RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each test sees its own device only; the one server of two workers ends with them."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    run_pytest(ISOLATED, "-n", "2").assert_outcomes(passed=9)
    seen = {tuple(line.split()) for line in (tmp_path / "seen").read_text().splitlines()}
    assert {worker for worker, _ in seen} == {"gw0", "gw1"}
    (url,) = {url for _, url in seen}
    assert ends(url)


def ends(url: str) -> bool:
    """Say whether a server is gone, or goes within twenty seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/otakit/v1/health", timeout=1)
        except httpx.TransportError:
            return True
    return False


def test_what_tests_do_to_their_process_leaves_the_server_alone(
    run_pytest: Callable[..., pytest.RunResult],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Patched time, and variables of otakit's."""
    monkeypatch.setenv("OTAKIT_SERVE_PLAN", "os")
    run_pytest(PATCHED).assert_outcomes(passed=5)
