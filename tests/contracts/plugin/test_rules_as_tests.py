"""`pytest --otakit-check URL`: each rule is a test, with pytest's own ways to choose and report."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ota_bugs.catalogue import load
from ota_bugs.server import served_with
from ota_support.server import EMAIL, PASSWORD

LOGIN = ("--otakit-email", EMAIL, "--otakit-password", PASSWORD)
FEW = "FORM-listDevices or MEN-MGT-AUT-00"

Check = Callable[..., pytest.RunResult]


@pytest.fixture
def check(run_pytest: Callable[..., pytest.RunResult]) -> Check:
    """Return a function that tries rules at a server, beside a test that is not to be collected."""

    def run(url: str, *options: str) -> pytest.RunResult:
        source = "def test_theirs(): raise AssertionError"
        return run_pytest(source, "--otakit-check", url, *LOGIN, *options)

    return run


def test_rules_hold(check: Check, server: Any, pytester: pytest.Pytester) -> None:
    """On two workers: chosen by -k and -m, reported as JUnit, and nothing is left behind."""
    more = ("-k", FEW, "-m", "devauth and not minor", "-n", "2", "--junit-xml", "out.xml")
    result = check(server.url, *more, "-rA", "--strict-markers")
    passed = result.parseoutcomes()["passed"]
    assert passed > 5
    result.assert_outcomes(passed=passed)
    cases = ET.parse(pytester.path / "out.xml").iter("testcase")  # noqa: S314 - our own file
    names = {f"{case.get('classname')}::{case.get('name')}" for case in cases}
    assert {"otakit::FORM-listDevices", "otakit::MEN-MGT-AUT-001"} <= names
    assert len(names) == passed
    with server.management() as management:
        assert management.get("v2/devauth/devices").json() == []


def test_named_rule_and_a_smaller_profile(check: Check, server: Any) -> None:
    """A test's id is an argument, beside paths; what the profile does not claim is skipped."""
    ids = ("otakit::MEN-MGT-AUT-001", "test_theirs.py")
    result = check(server.url, *ids, "--otakit-profile", "mender-open-source", "-rs")
    result.assert_outcomes(passed=1, failed=1)
    result = check(
        server.url,
        "-m",
        "enterprise",
        "-k",
        "AUD or audit or FLT",
        "-rs",
        "--otakit-profile",
        "mender-open-source",
    )
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"skipped", "deselected"}
    assert "the profile claims 'os'" in result.stdout.str()


@pytest.fixture(scope="module")
def broken() -> Iterator[tuple[str, str]]:
    """Give the URL of a server with a bug, and the rule that finds it besides FORM-getDevice."""
    bug = next(bug for bug in load().values() if "FORM-getDevice" in bug.caught_by)
    rule = next(name for name in bug.caught_by if name != "FORM-getDevice")
    with served_with(bug) as url:
        yield url, rule


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_broken_rules(
    check: Check, broken: tuple[str, str], workers: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    """They fail with what was expected; --lf tries no others again; waived they are expected to."""
    url, rule = broken
    ids = [f"otakit::{name}" for name in (rule, "FORM-getDevice", "MEN-MGT-AUT-001")]
    result = check(url, *ids, *workers)
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines_random(
        [
            f"{rule} *: *",
            "FORM-getDevice major: *",
            "  document  *",
            "  expected  *",
            "  got       *",
            "  repeat    curl *",
            "*otakit requests*",
            f"FAILED otakit::{rule}*",
            "FAILED otakit::FORM-getDevice*",
        ]
    )
    entries = [
        {"rule": name, "reason": "known", "owner": "us", "expires": "never"}
        for name in (rule, "FORM-getDevice")
    ]
    (pytester.path / "ours.yaml").write_text(json.dumps(entries))
    result = check(url, "--lf", "--otakit-waivers", "ours.yaml", "-rx", *workers)
    result.assert_outcomes(xfailed=2)
    assert "known (us)" in result.stdout.str()


REFUSED = {
    "who are we there? Give --otakit-email and --otakit-password, or --otakit-token": (),
    "--otakit-profile: there is no 'mender-enterprize'; did you mean 'mender-enterprise'?": (
        *LOGIN,
        "--otakit-profile=mender-enterprize",
    ),
    "there is no rule 'MEN-MGT-AUT-999'": (*LOGIN, "otakit::MEN-MGT-AUT-999"),
    "waivers 'none.yaml': cannot be read: no such file": (*LOGIN, "--otakit-waivers=none.yaml"),
}


@pytest.mark.parametrize("said", REFUSED)
def test_wrong_options(run_pytest: Callable[..., pytest.RunResult], said: str) -> None:
    """One line, before anything is asked."""
    result = run_pytest("", "--otakit-check", "http://127.0.0.1:9", *REFUSED[said])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: --otakit-check: {said}" in result.stderr.str() + result.stdout.str()


def test_nobody_there(check: Check) -> None:
    """That is an error, said once: no rule is skipped as if it were fine."""
    result = check("http://127.0.0.1:9", "-k", FEW)
    assert result.parseoutcomes().keys() - {"deselected"} == {"errors"}
    assert result.parseoutcomes()["errors"] == 1
    assert "nobody answers at http://127.0.0.1:9" in result.stdout.str()
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_interrupted(server: Any, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """Ctrl-C leaves nothing at the server."""
    plugins = ("-p", "otakit.contracts.plugin", "-p", "xdist.plugin")
    options = ("-v", "--otakit-check", server.url, *LOGIN, *workers)
    command = [sys.executable, "-m", "pytest", *plugins, *options]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUNBUFFERED": "1"},
        start_new_session=True,  # a terminal's Ctrl-C goes to all of its processes
        cwd=pytester.path,
    ) as process:
        assert process.stdout is not None
        passed = 0
        for line in process.stdout:
            passed += "PASSED" in line
            if passed == 8:
                os.killpg(process.pid, signal.SIGINT)
                break
        process.stdout.read()
        assert process.wait(60) == pytest.ExitCode.INTERRUPTED
    with server.management() as management:
        assert management.get("v2/devauth/devices").json() == []
        assert management.get("v1/deployments/artifacts").json() == []
