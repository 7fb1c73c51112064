"""The waivers of the real server are for what it does otherwise, and for all of it."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from ota_support.checks import documents
from ota_support.commands import otakit
from ota_support.server import EMAIL, PASSWORD
from otakit.contracts.choice import Choice
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load
from otakit.contracts.waivers.waiver import read_waivers

WAIVERS = "mender-server-4"
KEPT = {"MEN-API-WEB-001"}
"""What the real server lacks, and the mock has in its dialect, too: there the rules hold."""
OTHER_PLANS = {"MEN-MGT-DEP-120", "MEN-MGT-DEP-121"}
"""Rules about what the open-source server's plan does not have."""
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


def waived() -> set[str]:
    """Return the rules that the file has."""
    names = Choice(PROFILES["mender-open-source"], documents("mender"), load()).names
    return set(read_waivers(WAIVERS, names, date.min))


def test_the_waivers_are_of_what_fails_and_of_all_of_it(start_server: Callable[..., Any]) -> None:
    """All departures are in the file, and it has no others; none is waived that was not reached."""
    url = start_server("--dialect", "as-built", "--plan", "os").url
    whose = ("--profile", "mender-open-source", "--email", EMAIL, "--password", PASSWORD)
    what = ("--phases", "rules,schema", "--effort", "quick", "--json", "--waivers", WAIVERS)
    run = otakit("check", url, *whose, *what)
    rules = json.loads(run.stdout)["rules"]
    verdicts = {rule["id"]: rule["verdict"] for rule in rules}
    assert {name: said for name, said in verdicts.items() if said in {"fail", "not reached"}} == {}
    failed = {rule["id"] for rule in rules if rule["verdict"] == "waived" and "failure" in rule}
    expected = {name for name in waived() - KEPT - OTHER_PLANS if not name.startswith(PARTED)}
    assert (run.exit_code, failed | BY_CHANCE) == (0, expected)


def test_sequences_and_races_are_waived_as_a_whole() -> None:
    """The file names them by how they begin."""
    names = Choice(PROFILES["mender-open-source"], documents("mender"), load()).names
    assert {name for name in names if name.startswith(PARTED)} <= waived()
