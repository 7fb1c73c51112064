"""The waivers of the real server are for what it does otherwise, and for all of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ota_support.server import EMAIL, PASSWORD
from otakit.contracts.rules import load
from otakit.contracts.waivers.waiver import read_waivers
from otakit.specs.catalogue import apis, resolved

OTAKIT = str(Path(sys.executable).with_name("otakit"))
WAIVERS = "mender-server-4"
KEPT = {"MEN-API-WEB-001"}
"""What the real server lacks, and the mock has in its dialect, too: there the rules hold."""
BY_CHANCE = {"MEN-MGT-AUT-033"}
"""Devices in the order of their ids, which are drawn, may be in that of their age by chance."""


@pytest.fixture(scope="module")
def real_enough(start_server: Callable[..., Any]) -> str:
    """Return the address of a server that departs from the documents as the real one does."""
    return str(start_server("--dialect", "as-built", "--plan", "os").url)


def verdicts_at(url: str, *options: str) -> tuple[int, dict[str, str]]:
    """Check a server as an open-source one; return the exit code, and the rules' verdicts."""
    command = [OTAKIT, "check", url, "--phases", "rules", "--effort", "quick", "--json"]
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
    forms = [f"FORM-{o}" for api in apis("mender") for o in _operations(resolved(api))]
    return set(read_waivers(WAIVERS, {*load(), *forms}, date.min))


def _operations(document: dict[str, Any]) -> list[str]:
    items = document["paths"].values()
    found = [o for item in items for o in item.values() if isinstance(o, dict)]
    return [o["operationId"] for o in found if "operationId" in o]


def test_with_the_waivers_nothing_is_broken(real_enough: str) -> None:
    """All departures are in the file, and it has no others."""
    code, verdicts = verdicts_at(real_enough, "--waivers", WAIVERS)
    assert with_verdict(verdicts, "fail", "not reached") == set()
    assert (code, with_verdict(verdicts, "waived") | BY_CHANCE) == (0, waived() - KEPT)


def test_without_the_waivers_the_departures_are_flagged(real_enough: str) -> None:
    """Each of the file's rules fails by itself."""
    rules = sorted(name for name in waived() - KEPT - BY_CHANCE if name.startswith("MEN"))
    options = [option for name in rules for option in ("--rule", name)]
    code, verdicts = verdicts_at(real_enough, *options)
    assert (code, with_verdict(verdicts, "fail")) == (1, set(rules))
