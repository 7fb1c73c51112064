"""`otakit fleet --engine locust`: a master and its workers, each a process of its own.

None of it is imported here: Locust changes Python's sockets for the whole process.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from ota_bugs.catalogue import load
from ota_bugs.server import served_with
from ota_support.commands import OTAKIT, after_requests, otakit
from ota_support.fleets import left_by
from ota_support.server import NO_TLS
from otakit.mockserver.client import ControlClient

PAGE = Path(__file__).parents[2] / "docs/how-to/run-a-fleet-on-several-machines.md"
LOCUST = ("--engine", "locust")
QUICK = ("--poll", "1s", "--retry", "1s", "--pace", "1000", "--ramp-up", "0.2s")
NOTHING = {"devices": 0, "artifacts": 0, "active deployments": 0}


def fleet(*options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a fleet in Locust to its end."""
    return subprocess.run(
        [OTAKIT, "fleet", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@contextmanager
def started(*options: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a part of a fleet; it does not outlive the block."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([OTAKIT, "fleet", *options, *LOCUST], **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def free_port() -> str:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def run_in(errors: str) -> str:
    """Return the name of the run that was told of."""
    return errors.rpartition("run ")[2].split()[0]


def documented(mode: str, url: str) -> list[str]:
    """Return the documented command for a part of a fleet, with this server in it."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if f"--locust-mode {mode}" in block]
    here = block.replace("http://ota.example.com:8080", url).replace("MASTER", "127.0.0.1")
    words = shlex.split(here.replace("\\\n", ""))
    assert words[:2] == ["otakit", "fleet"]
    return words[2:]


def test_two_workers_share_the_fleet(server: Any) -> None:
    """As the page says: both move devices, the roll-out is through and adds up, nothing is left."""
    port = ("--master-port", free_port())
    mix = ("--behaviour", "healthy=50,fails=10", "--json")
    with ExitStack() as stack:
        options = (*documented("worker", server.url), *port)
        workers = [stack.enter_context(started(*options)) for _ in range(2)]
        options = (*documented("master", server.url), *port, *QUICK, *mix)
        master = stack.enter_context(started(*options))
        out, errors = master.communicate(timeout=60)
        codes = [worker.wait(timeout=10) for worker in workers]
        said = [worker.stderr.read() for worker in workers if worker.stderr is not None]
    assert (master.returncode, codes) == (0, [0, 0]), (errors, said)
    told = json.loads(out)
    assert told["result"] == "held"
    counted = {name: count for name, count in told["deployment"]["statistics"].items() if count}
    assert (counted["success"], counted["failure"]) == (50, 10)
    assert told["deployment"]["outcomes"] == {"fails": {"failure": 10}, "healthy": {"success": 50}}
    assert sorted(told["workers"].values()) == [30, 30]
    kinds = told["requests"]["kinds"]
    assert {"authentication", "inventory", "next", "status", "download", "log"} == set(kinds)
    assert (kinds["download"]["count"], kinds["log"]["count"]) == (60, 10)
    assert all(not kind["errors"] for kind in kinds.values())  # to be pending is no failure
    assert left_by(server.url, told["run"]) == NOTHING
    assert "Traceback" not in errors + "".join(said)


def test_one_process_is_enough(tls_server: Any) -> None:
    """All of it in one process, announced devices, over TLS."""
    trust = ("--tls-ca", str(tls_server.authority))
    done = fleet(tls_server.url, *LOCUST, "--devices", "6", *QUICK, "--preauthorise", *trust)
    assert done.returncode == 0, done.stderr
    assert "deployment: 6 success" in done.stderr
    assert "cleaned up: 6 devices and 2 artifacts removed" in done.stderr
    assert "held: all that was promised" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupted_fleet_leaves_nothing_behind(server: Any) -> None:
    """Ctrl-C while some devices are let in, and others update."""
    command = ("fleet", server.url, "--devices", "12", *QUICK, *LOCUST)
    with (
        ControlClient(server.url) as client,
        after_requests(client.universe(), 40, *command) as process,
    ):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert left_by(server.url, run_in(errors)) == NOTHING
    with server.management() as http:
        assert http.get("v2/devauth/devices").json() == []


def test_lost_worker_ends_the_run(server: Any) -> None:
    """Its devices are gone with it: that is said, and the server is left clean."""
    port = ("--master-port", free_port())
    options = (server.url, *port, "--locust-mode")
    command = ("fleet", *options, "master", "--devices", "8", "--no-rollout", *QUICK, *LOCUST)
    with (
        ControlClient(server.url) as client,
        started(*options, "worker") as worker,
        after_requests(client.universe(), 60, *command) as master,
    ):
        worker.send_signal(signal.SIGINT)
        _, errors = master.communicate(timeout=30)
        assert worker.wait(timeout=10) == 130
    assert master.returncode == 3
    assert "is gone, and 8 devices with it" in errors
    assert "Traceback" not in errors
    with server.management() as http:
        assert http.get("v2/devauth/devices").json() == []


def test_broken_promise_is_seen_over_two_workers() -> None:
    """The run ends with exit code 1, the promise, and the history of the device that saw it."""
    port = ("--master-port", free_port())
    with served_with(load()["success-is-offered-again"]) as url, ExitStack() as stack:
        options = (url, *port, "--locust-mode")
        for _ in range(2):
            stack.enter_context(started(*options, "worker"))
        more = ("--expect-workers", "2", "--devices", "8")
        master = stack.enter_context(started(*options, "master", *QUICK, *more))
        _, errors = master.communicate(timeout=60)
        assert master.returncode == 1, errors
        assert "FLEET-OFF-003" in errors
        history = errors[errors.index(" asked:") :]
        assert "authentication → 401" in history
        assert "status success → 204" in history
        assert left_by(url, run_in(errors)) == NOTHING


def test_page_stays_until_it_was_seen(server: Any) -> None:
    """Locust's own page has the requests by their kinds; Ctrl-C ends it."""
    port = free_port()
    with started(server.url, "--devices", "3", *QUICK, "--web-port", port) as process:
        assert process.stderr is not None
        said = ""
        while "the page stays until Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        page = httpx.get(f"http://127.0.0.1:{port}/", verify=NO_TLS)
        shown = httpx.get(f"http://127.0.0.1:{port}/stats/requests", verify=NO_TLS).json()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert page.status_code == 200
    assert {"authentication", "download"} <= {entry["name"] for entry in shown["stats"]}
    assert (process.returncode, "Traceback" in said + errors) == (0, False)


REFUSED = {
    "other engine": ("--web-port 8089", "--web-port needs --engine locust"),
    "virtual time": ("--engine locust --virtual-time", "--virtual-time is not there with"),
    "worker's plan": (
        "--engine locust --locust-mode worker --devices 5",
        "--devices is for the master to say",
    ),
    "local port": ("--engine locust --master-port 9", "--master-port needs --locust-mode master"),
}


@pytest.mark.parametrize(("options", "reason"), REFUSED.values(), ids=REFUSED)
def test_impossible_option_is_refused(
    options: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line that names it."""
    monkeypatch.setitem(sys.modules, "locust", ModuleType("locust"))  # the real one is not needed
    done = otakit("fleet", "http://127.0.0.1:1", *options.split())
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {reason}")
    assert done.stderr.count("\n") == 1


def test_keys_that_no_master_can_know_are_refused() -> None:
    """They are those of the workers."""
    done = fleet("http://127.0.0.1:1", *LOCUST, "--key", "rsa", "--preauthorise")
    said = "Error: --key rsa with --preauthorise: the master of Locust cannot know"
    assert (done.returncode, done.stderr[: len(said)], done.stderr.count("\n")) == (1, said, 1)


def test_missing_extra_is_said(tmp_path: Path) -> None:
    """Without Locust there is one line that says how to get it; without the engine it is unused."""
    (tmp_path / "locust.py").write_text("raise ModuleNotFoundError('no', name='locust')\n")
    done = fleet("http://127.0.0.1:1", *LOCUST, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        "Error: 'locust' is not installed: this needs pip install 'otakit[locust]'\n"
    )
    other = fleet("http://127.0.0.1:1", PYTHONPATH=str(tmp_path))
    assert (other.returncode, "cannot be reached" in other.stderr) == (3, True)
