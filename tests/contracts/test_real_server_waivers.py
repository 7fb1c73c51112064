"""The waivers of the real server are for what it does otherwise, and for all of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ota_support.checks import documents
from ota_support.server import EMAIL, PASSWORD
from otakit.contracts.choice import Choice
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load
from otakit.contracts.waivers.waiver import read_waivers

pytestmark = pytest.mark.xdist_group("real server")

OTAKIT = str(Path(sys.executable).with_name("otakit"))
WAIVERS = "mender-server-4"
KEPT = {"MEN-API-WEB-001"}
"""What the real server lacks, and the mock has in its dialect, too: there the rules hold."""
BY_CHANCE = {
    "MEN-MGT-AUT-033",
    *("SCHEMA-searchDevices", "SCHEMA-listDeploymentStatistics", "SCHEMA-getDeviceConfiguration"),
    *("SCHEMA-setDeviceConfiguration", "SCHEMA-reportConfiguration", "SCHEMA-revokeToken"),
}
"""Devices in the order of their ids, which are drawn, may be in that of their age by chance; and
what random requests come upon in a short time is chance, too.
"""
PARTED = ("SEQ-", "CON-")
"""What no run here tries, since it would take a minute to fail: the model has parted at once."""


@pytest.fixture(scope="module")
def real_enough(start_server: Callable[..., Any]) -> str:
    """Return the address of a server that departs from the documents as the real one does."""
    return str(start_server("--dialect", "as-built", "--plan", "os").url)


def verdicts_at(url: str, *options: str) -> tuple[int, dict[str, str]]:
    """Check a server as an open-source one; return the exit code, and the rules' verdicts."""
    command = [OTAKIT, "check", url, "--phases", "rules,schema", "--effort", "quick", "--json"]
    whose = ["--profile", "mender-open-source", "--email", EMAIL, "--password", PASSWORD]
    run = subprocess.run(
        [*command, *whose, *options], check=False, capture_output=True, text=True, timeout=600
    )
    report: dict[str, Any] = json.loads(run.stdout)
    return run.returncode, {rule["id"]: str(rule["verdict"]) for rule in report["rules"]}


def with_verdict(verdicts: dict[str, str], *wanted: str) -> set[str]:
    """Return the rules with one of these verdicts."""
    return {name for name, verdict in verdicts.items() if verdict in wanted}


def waived() -> set[str]:
    """Return the rules that the file has."""
    names = Choice(PROFILES["mender-open-source"], documents("mender"), load()).names
    return set(read_waivers(WAIVERS, names, date.min))


def test_with_the_waivers_nothing_is_broken(real_enough: str) -> None:
    """All departures are in the file, and it has no others."""
    code, verdicts = verdicts_at(real_enough, "--waivers", WAIVERS)
    assert with_verdict(verdicts, "fail", "not reached") == set()
    expected = {name for name in waived() - KEPT if not name.startswith(PARTED)}
    assert (code, with_verdict(verdicts, "waived") | BY_CHANCE) == (0, expected)


def test_sequences_and_races_are_waived_as_a_whole() -> None:
    """The file names them by how they begin."""
    names = Choice(PROFILES["mender-open-source"], documents("mender"), load()).names
    assert {name for name in names if name.startswith(PARTED)} <= waived()


def test_without_the_waivers_the_departures_are_flagged(real_enough: str) -> None:
    """Each of the file's rules fails by itself."""
    known = waived() - KEPT - BY_CHANCE
    rules = sorted(name for name in known if name.startswith(("MEN", "SCHEMA")))
    options = [option for name in rules for option in ("--rule", name)]
    code, verdicts = verdicts_at(real_enough, *options)
    assert (code, with_verdict(verdicts, "fail")) == (1, set(rules))
