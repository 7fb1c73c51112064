"""`@pytest.mark.otakit(…)`: what it does, and how it refuses what it cannot do."""

from collections.abc import Callable

import pytest

WISHES = """
from pathlib import Path
import pytest

pytestmark = pytest.mark.otakit(clock="x60", plan="os")

def test_module(ota_mender):
    assert (ota_mender.clock.speed, ota_mender.universe.plan) == (60, "os")

@pytest.mark.otakit(clock="frozen", scenario="small-fleet")
def test_nearest_counts(ota_mender):
    assert (ota_mender.clock.speed, ota_mender.universe.plan) == (0, "os")
    assert ota_mender.management.get("v2/devauth/devices").json()

@pytest.mark.otakit(scenario="ours.yaml")
def test_file(ota_mender):
    assert len(ota_mender.management.get("v2/devauth/devices").json()) == 3

@pytest.mark.otakit(scenario="no-such-world")
def test_unknown_world(ota_mender):
    pass

@pytest.mark.otakit(dialect="as-built")
def test_other_server(ota_mender):
    pass

@pytest.mark.otakit(seed=1)
def test_seeded(ota_mender):
    pass
"""

OURS = """
title: Ours
devices:
  - count: 3
"""

REFUSED = {
    "scenarioo='demo'": "there is no 'scenarioo'; there are scenario, clock, dialect, edition,",
    "'demo'": "'demo' has no name: write scenario='demo'",
    "clock='fast'": "clock: 'fast' is not 'real', 'frozen', 'x60' or a number such as 60",
    "clock=-1": "clock: -1 is not",
    "dialect='dutch'": "no dialect 'dutch'; there are 'documented', 'as-built'",
    "edition='mender-9'": "no edition 'mender-9'; there are",
    "plan='gold'": "plan: 'gold' is none of os, professional, enterprise",
    "seed='one'": "seed: 'one' is no whole number",
    "scenario='ours.yaml'": "scenario: there is no file '",
    "scenario=3": "scenario: 3 is no name and no file",
}


def test_wishes_come_true(
    run_at: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    """Of the nearest marker, key by key; what a given server cannot do is said in one line."""
    pytester.makefile(".yaml", ours=OURS)
    result = run_at(WISHES, "--strict-markers", "-rE")
    result.assert_outcomes(passed=3, errors=3)
    result.stdout.fnmatch_lines_random(
        [
            "the test's universe cannot be made: *no-such-world*",
            "--otakit-url: the server has the dialect 'documented', and the test wishes 'as-built'",
            "--otakit-url: a test with a seed needs a server that is started for it",
        ]
    )


def test_wrong_wish_is_a_usage_error(run_pytest: Callable[..., pytest.RunResult]) -> None:
    """In one line that names the test, before anything runs."""
    wish, reason = next(iter(REFUSED.items()))
    result = run_pytest(wishing(wish))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = "ERROR: test_theirs.py::test_0: @pytest.mark.otakit: " + reason
    assert said in result.stderr.str() + result.stdout.str()


def test_every_wrong_wish_is_told_by_workers(
    run_pytest: Callable[..., pytest.RunResult],
) -> None:
    """With pytest-xdist each test has its own line, also one that uses no fixture."""
    result = run_pytest(wishing(*REFUSED), "-n", "2")
    result.assert_outcomes(errors=len(REFUSED))
    told = result.stdout.str()
    for number, reason in enumerate(REFUSED.values()):
        assert f"test_theirs.py::test_{number}: @pytest.mark.otakit: {reason}" in told


def wishing(*wishes: str) -> str:
    """Write a module of tests with markers."""
    tests = (
        f"@pytest.mark.otakit({wish})\ndef test_{number}(): pass\n"
        for number, wish in enumerate(wishes)
    )
    return "import pytest\n" + "".join(tests)
