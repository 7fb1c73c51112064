"""What the report of a failed test shows: clock, faults, and what was asked of its universe."""

from collections.abc import Callable

import pytest

THEIRS = """
import pytest

@pytest.mark.otakit(clock="frozen")
def test_call(ota_mender):
    ota_mender.faults.add("status", status=429, name="busy", when={"times": 1})
    ota_mender.management.get("v2/devauth/devices?page=1")
    ota_mender.management.get("v2/devauth/devices?page=2")
    raise ValueError("as it is")

@pytest.fixture
def prepared(ota_mender):
    ota_mender.management.get("v2/devauth/devices/nobody")
    raise ValueError("not prepared")

def test_setup(prepared):
    pass

def test_passes(ota_mender):
    ota_mender.management.get("v2/devauth/devices/passed")

def test_of_something_else():
    raise ValueError("nothing of otakit's")

def test_many(ota_mender):
    for number in range(60):
        ota_mender.management.get(f"v2/devauth/devices/{number}")
    raise ValueError("many")
"""


def test_sections(run_at: Callable[..., pytest.RunResult]) -> None:
    """One for each universe of a failed test; none for others."""
    result = run_at(THEIRS)
    result.assert_outcomes(passed=1, failed=3, errors=1)
    shown = result.stdout.str()
    result.stdout.fnmatch_lines(
        [
            "*otakit universe test_theirs.py::test_setup*",
            "journal   1 request",
            "*GET /api/management/v2/devauth/devices/nobody -> 404*",
            "*curl *v2/devauth/devices/nobody*",
            "*otakit universe test_theirs.py::test_call*",
            "clock     *Z, frozen",
            "fault     busy: status 429*: struck 1 of 2 requests",
            "journal   2 requests",
            "*devices?page=1 -> 429 *busy*",
            "*curl *devices?page=1*",
            "*devices?page=2 -> 200*",
            "*otakit universe test_theirs.py::test_many*",
            "journal   50 requests, and 10 before",
            "*devices/10 -> 404*",
        ]
    )
    assert shown.count("otakit universe") == 3
    assert "devices/passed" not in shown
    assert "eyJ" not in shown, "a token"


def test_sections_come_from_workers(run_at: Callable[..., pytest.RunResult]) -> None:
    """The same with pytest-xdist."""
    shown = run_at(THEIRS, "-n", "2", "-k", "test_call").stdout.str()
    assert "otakit universe test_theirs.py::test_call" in shown
    assert "busy: status 429" in shown
