"""What a run leaves behind: nothing; and nothing of others is touched, however it ends."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from click.testing import Result

from ota_support.commands import after_requests, otakit
from ota_support.reach import PAGE, read
from ota_support.server import NO_TLS
from otakit.mockserver.client import ControlClient, NewUniverse

THINGS = {
    "devices": "v2/devauth/devices?per_page=500",
    "artifacts": "v1/deployments/artifacts",
    "deployments": "v1/deployments/deployments?per_page=500",
    "releases": "v1/deployments/deployments/releases",
    "inventory": "v1/inventory/devices?per_page=500",
    "groups": "v1/inventory/groups",
    "filters": "v2/inventory/filters?per_page=500",
    "tokens": "v1/useradm/settings/tokens",
}
"""All that a user can list which rules make, too."""

ELSEWHERE = {"PUT /api/management/v2/devauth/devices/{id}/auth/{aid}/status": {422}}
"""What is answered so only by a server with a limit of its own."""

Seen = dict[str, Any]


@pytest.fixture
def world(server: Any) -> Iterator[NewUniverse]:
    """Return a tenant full of others' things, in which time stands still."""
    with ControlClient(server.url) as client, client.new_universe() as universe:
        universe.load_scenario("demo")
        universe.clock.freeze()
        yield universe


def test_run_leaves_nothing_and_touches_nothing(world: NewUniverse) -> None:
    """All rules; what is left of their deployments is over. They reach what the page says."""
    before = seen(world)
    result = check(world, "--phases", "rules", "--json")
    assert result.exit_code in {0, 1}, result.stderr
    assert_only_ended_deployments_came(before, seen(world))
    answered = {
        o["name"]: set(map(int, o["reached"])) for o in json.loads(result.stdout)["operations"]
    }
    for name, statuses in read(PAGE.read_text(encoding="utf-8"))["mender-enterprise"].items():
        mine = {status for status, phases in statuses.items() if "rules" in phases}
        assert mine - answered[name] <= ELSEWHERE.get(name, set()), name


@pytest.mark.parametrize(
    ("number", "phase", "requests"),
    [
        (signal.SIGINT, "rules", 2),
        (signal.SIGTERM, "rules", 150),
        (signal.SIGTERM, "sequences", 60),
        (signal.SIGINT, "schema", 40),
    ],
)
def test_interrupted_run_leaves_nothing(
    world: NewUniverse, number: signal.Signals, phase: str, requests: int
) -> None:
    """Ctrl-C removes what was made so far, and says so; the exit code is the shell's for it."""
    before = seen(world)
    with killed_after(world, requests, number, "--phases", phase) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(r"otakit: interrupted; removing what otakit-\w+ has made there\n", errors)
    assert_only_ended_deployments_came(before, seen(world))


@pytest.mark.parametrize(
    ("phase", "requests"), [("rules", 150), ("sequences", 60), ("concurrency", 30), ("schema", 40)]
)
def test_killed_run_is_cleaned_by_its_name(world: NewUniverse, phase: str, requests: int) -> None:
    """--clean RUN removes all that a run has left that had no time to do so itself."""
    before = seen(world)
    with killed_after(world, requests, signal.SIGKILL, "--phases", phase) as process:
        out, _ = process.communicate(timeout=60)
    run = re.search(r"otakit-[0-9a-f]{8}", out)
    assert run is not None
    cleaned = check(world, "--clean", run[0])
    assert (cleaned.exit_code, cleaned.stderr) == (0, "")
    assert re.fullmatch(rf"otakit: removed \d+ things of {run[0]}\n", cleaned.stdout)
    assert_only_ended_deployments_came(before, seen(world))


def test_another_runs_things_stay(world: NewUniverse) -> None:
    """--clean of one run does not touch what another one has made, nor one with a longer name."""
    with killed_after(world, 40, signal.SIGKILL, "--phases", "rules") as process:
        out, _ = process.communicate(timeout=60)
    run = re.search(r"otakit-[0-9a-f]{8}", out)
    assert run is not None
    before = seen(world)
    assert check(world, "--clean", "otakit-00000000").stdout == (
        "otakit: removed 0 things of otakit-00000000\n"
    )
    assert check(world, "--clean", run[0][:-1]).exit_code == 0
    assert seen(world) == before


def arguments(world: NewUniverse, *options: str) -> list[str]:
    """Return the arguments of the command that checks a tenant."""
    login = ["--email", world.email, "--password", world.password]
    effort = ["--effort", "quick", "--patience", "1"]
    tenant = ["--tenant-token", world.tenant_token]
    return ["check", world.url, *login, *tenant, *effort, *options]


def check(world: NewUniverse, *options: str) -> Result:
    """Check a tenant to the end."""
    return otakit(*arguments(world, *options))


@contextmanager
def killed_after(
    world: NewUniverse, requests: int, number: signal.Signals, *options: str
) -> "Iterator[subprocess.Popen[str]]":
    """Check a tenant, and send the process a signal once so many requests were answered."""
    with after_requests(world, requests, *arguments(world, *options)) as process:
        process.send_signal(number)
        yield process


def seen(world: NewUniverse) -> Seen:
    """Return all that a user can list."""
    headers = {"Authorization": f"Bearer {world.token}"}
    base = f"{world.url}/api/management/"
    with httpx.Client(base_url=base, headers=headers, verify=NO_TLS) as client:
        return {name: client.get(path).raise_for_status().json() for name, path in THINGS.items()}


def assert_only_ended_deployments_came(before: Seen, after: Seen) -> None:
    """Allow for what no document can delete: deployments of a run that are over."""
    old = {deployment["id"] for deployment in before["deployments"]}
    new = [d for d in after["deployments"] if d["id"] not in old]
    assert {d["status"] for d in new} <= {"finished"}
    assert all(d["name"].startswith("otakit-") or d["type"] == "configuration" for d in new)
    after["deployments"] = [d for d in after["deployments"] if d["id"] in old]
    assert after == before
