"""mender-client against faults of the mock, set by the control API.

What it does of them shows in its log, on its disk, and in what the server knows in the end.
"""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ota_support.server import NO_TLS

if TYPE_CHECKING:
    from tests.conftest import RunningServer
    from tests.real_clients.conftest import MenderClient, Operator

CONTENT = random.Random(0).randbytes(300_000)

CAREFUL = """
case "$1" in
    SupportsRollback) echo Yes;;
    ArtifactRollback) touch {disk}/rolled-back;;
    ArtifactCommit) touch {disk}/committed;;
esac
"""


class Faults:
    """The faults of a server, by the control API."""

    def __init__(self, control: httpx.Client) -> None:
        """Act through a client of the control API."""
        self._control = control

    def make(
        self, operation: str, do: dict[str, Any], on: dict[str, Any] | None = None, **when: Any
    ) -> str:
        """Make a fault on an operation and return its id."""
        plan = {"on": {"operations": [operation], **(on or {})}, "when": when, "do": do}
        answer = self._control.post("faults", json=plan)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def seen(self, fault_id: str) -> int:
        """Return how many requests fitted a fault."""
        return int(self._control.get(f"faults/{fault_id}").json()["seen"])

    def requests(self, operation: str) -> list[dict[str, Any]]:
        """Return what the journal has of an operation, oldest first."""
        listed = self._control.get("journal", params={"operation": operation}).json()
        numbers = sorted(entry["number"] for entry in listed)
        return [self._control.get(f"journal/{number}").json() for number in numbers]

    def hits(self, fault_id: str) -> int:
        """Return how many requests a fault has struck."""
        return int(self._control.get(f"faults/{fault_id}").json()["hits"])


@pytest.fixture
def faults(server: "RunningServer") -> Iterator[Faults]:
    """Return the faults of an empty server."""
    base = f"{server.url}/otakit/v1/universes/default/"
    with httpx.Client(base_url=base, verify=NO_TLS) as control:
        yield Faults(control)


@pytest.fixture
def client(
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> "MenderClient":
    """Return a device, for which the server has a file."""
    client = mender_client()
    files = {"dest_dir": str(client.disk), "filename": "blob", "blob": CONTENT}
    operator.upload(write_artifact("release-1", "single-file", **files))
    return client


def see_through(
    client: "MenderClient", operator: "Operator", deployment: str, timeout: float = 30
) -> None:
    """Wait for a deployment's end; it has to be a success, with the file as it was."""
    client.until(lambda: operator.finished(deployment), "it is finished", timeout=timeout)
    assert operator.statistics(deployment) == {"success": 1}
    assert (client.disk / "blob").read_bytes() == CONTENT


@pytest.mark.xdist_group("a minute of waiting")
def test_truncated_download_is_resumed(
    faults: Faults, operator: "Operator", client: "MenderClient"
) -> None:
    """After a cut at 40 % it asks for the rest, once, and installs the whole.

    It waits for a minute before, which no option of it shortens.
    """
    client.start()
    device = operator.accept(client)
    do = {"action": "truncate", "at": 40}
    fault = faults.make("downloadArtifact", do, {"caller": device}, times=1)
    deployment = operator.deploy("release-1", device)
    see_through(client, operator, deployment, timeout=150)

    assert (faults.seen(fault), faults.hits(fault)) == (2, 1)
    [artifact] = client.root.parent.glob("*.mender")
    size = artifact.stat().st_size
    offset = size * 40 // 100
    assert f"Attempting to resume artifact download from offset {offset}" in client.log()
    broken, rest = faults.requests("downloadArtifact")
    assert (broken["faults"], broken["status"], broken["size"]) == ([fault], 200, offset)
    assert (rest["faults"], rest["status"], rest["size"]) == ([], 206, size - offset)
    assert {"name": "range", "value": f"bytes={offset}-"} in rest["request"]["headers"]
    assert broken["caller"] == rest["caller"] == device


def test_busy_server_is_asked_again_later(
    faults: Faults, operator: "Operator", client: "MenderClient"
) -> None:
    """After a 429 it waits for its own interval of a second, and asks for nothing else meanwhile.

    It does not look at Retry-After.
    """
    busy = {"action": "status", "status": 429, "retry_after": 1}
    login = faults.make("authenticateDevice", busy, times=2)
    polls = faults.make("checkUpdateV2", busy, times=3)
    others = [
        faults.make(operation, {"action": "latency", "seconds": 0})
        for operation in ("checkUpdate", "checkUpdateDepends")
    ]
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy("release-1", device)
    client.until(lambda: faults.hits(polls), "a poll is refused")
    begun = time.monotonic()
    client.until(lambda: faults.hits(polls) == 3, "three polls are refused")
    see_through(client, operator, deployment)

    assert time.monotonic() - begun > 1.5  # the second, the third, and the one that was answered
    assert faults.hits(login) == 2
    assert [faults.seen(other) for other in others] == [0, 0]
    assert "unexpected authorization status 429 server error message: too many requests" in (
        client.log()
    )


def test_conflict_at_a_report_rolls_back(
    faults: Faults,
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """It takes the deployment for aborted, undoes what it did, and reports a failure."""
    client = mender_client()
    client.add_module("careful", CAREFUL.format(disk=client.disk))
    operator.upload(write_artifact("release-1", "careful", payload="anything"))
    client.start()
    device = operator.accept(client)
    on = {"caller": device, "body": {"status": "installing"}}
    fault = faults.make("reportDeploymentStatus", {"action": "status", "status": 409}, on, times=1)
    deployment = operator.deploy("release-1", device)
    client.until(lambda: operator.finished(deployment), "it is finished")

    assert faults.hits(fault) == 1
    assert "Status report rejected, deployment aborted at the backend" in client.log()
    assert [path.name for path in client.disk.iterdir()] == ["rolled-back"]
    assert operator.statistics(deployment) == {"failure": 1}


def test_reset_connections_are_survived(
    faults: Faults, operator: "Operator", client: "MenderClient"
) -> None:
    """Wherever one breaks: before the server has done what was asked, or after it."""
    broken = [
        ("authenticateDevice", "before", None),
        ("replaceInventory", "after", None),
        ("checkUpdateV2", "before", None),
        ("reportDeploymentStatus", "before", {"body": {"status": "downloading"}}),
        ("reportDeploymentStatus", "after", {"body": {"status": "success"}}),
    ]
    made = [
        faults.make(operation, {"action": "reset", "moment": moment}, on, times=1)
        for operation, moment, on in broken
    ]
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy("release-1", device)
    see_through(client, operator, deployment)

    client.until(lambda: faults.seen(made[-1]) == 2, "the success is reported again")
    assert [faults.hits(fault) for fault in made] == [1, 1, 1, 1, 1]
    assert "connection reset by peer" in client.log()
