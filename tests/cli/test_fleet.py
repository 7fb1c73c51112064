"""`otakit fleet`: what people and scripts see of it from its options to its exit code.

It is called in the test's own process, where a process of its own is not what is looked at.
"""

import csv
import importlib
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from ota_support.commands import OTAKIT, after_requests, otakit
from ota_support.fleets import left_by
from ota_support.server import NO_TLS
from otakit.mockserver.client import ControlClient

QUICK = ("--poll", "0.2s", "--retry", "0.2s", "--pace", "1000", "--ramp-up", "0.2s")


def fleet(*options: str) -> Result:
    """Run it to its end."""
    return otakit("fleet", *options)


def own_process(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run it to its end, in a process of its own."""
    return subprocess.run(
        [OTAKIT, "fleet", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_person_is_told_how_it_went(server: Any) -> None:
    """Counts, times and the end; the server is left as it was."""
    done = own_process(server.url, "--devices", "5", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "deployment: 5 success" in done.stderr
    assert "cleaned up: 5 devices and 2 artifacts removed, 0 deployments aborted" in done.stderr
    assert "held: all that was promised" in done.stderr
    assert {line.split()[0] for line in done.stderr.splitlines()} >= {"authentication", "download"}


def test_ctrl_c_while_it_is_loaded_is_no_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends as at any other moment, not with the 1 that click gives."""

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    command = importlib.import_module("otakit.cli.fleet")
    monkeypatch.setattr(command, "_run", interrupted)
    assert CliRunner().invoke(command.fleet, ["http://127.0.0.1:1"]).exit_code == 130


def test_program_reads_json_and_csv(server: Any, tmp_path: Path) -> None:
    """Standard output is one JSON object; the file has a row for each device."""
    rows = tmp_path / "devices.csv"
    mix = ("--behaviour", "healthy=1,fails=1", "--virtual-time", "--poll", "1h")
    done = fleet(server.url, "--devices", "4", *mix, "--json", "--csv", str(rows))
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["result"], told["deployment"]["devices"]) == ("held", 4)
    listed = list(csv.DictReader(rows.read_text().splitlines()))
    assert sorted(row["outcome"] for row in listed) == ["failure", "failure", "success", "success"]
    assert {row["behaviour"] for row in listed} == {"healthy", "fails"}
    assert all(row["id"] and int(row["requests"]) > 8 for row in listed)


def test_own_behaviour_is_found_in_the_present_folder(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class that a user wrote beside the command's call."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours.py").write_text(
        "from otakit.fixtures.named_behaviours import Fails\n\nclass Worn(Fails):\n    pass\n"
    )
    done = own_process(server.url, "--devices", "3", "--behaviour", "ours:Worn", *QUICK)
    assert "deployment: 3 failure" in done.stderr


def test_behaviour_that_raises_is_named(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is the user's: its behaviour and what it raised are said, and all is cleaned up."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text(
        "from otakit.fixtures.device_behaviour import Behaviour\n\n"
        "class Worn(Behaviour):\n    def failure(self, rng, artifact):\n        return 1 / 0\n"
    )
    done = own_process(server.url, "--devices", "2", "--behaviour", "broken:Worn", *QUICK)
    assert done.returncode == 1
    assert "'broken:Worn' raised ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr
    assert devices_of(server) == []


MOMENTS = (1, 30, 70, 170)
"""After so many requests Ctrl-C comes."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted_fleet_leaves_nothing_behind(server: Any, moment: int) -> None:
    """Ctrl-C while devices are let in, while they update, and while they are removed."""
    command = ("fleet", server.url, "--devices", "12", *QUICK)
    with (
        ControlClient(server.url) as client,
        after_requests(client.universe(), moment, *command) as process,
    ):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode in {0, 130}, errors
    assert "Traceback" not in errors
    run = errors.rpartition("run ")[2].split()[0]
    nothing = {"devices": 0, "artifacts": 0, "active deployments": 0}
    assert left_by(server.url, run) == nothing
    assert devices_of(server) == []


def test_kept_fleet_is_cleaned_later(server: Any) -> None:
    """`--keep` says how, and `--clean` does it."""
    done = fleet(server.url, "--devices", "3", "--keep", *QUICK, "--json")
    run = json.loads(done.stdout)["run"]
    assert left_by(server.url, run)["devices"] == 3
    cleaned = fleet(server.url, "--clean", run)
    assert cleaned.stdout == "3 devices and 2 artifacts removed, 0 deployments aborted\n"
    assert left_by(server.url, run) == {"devices": 0, "artifacts": 0, "active deployments": 0}


def test_figures_are_served_meanwhile(server: Any) -> None:
    """Prometheus finds devices, requests, errors and times on the port that is told."""
    command = [OTAKIT, "fleet", server.url, "--devices", "3", "--no-rollout", *QUICK]
    with subprocess.Popen(
        [*command, "--metrics-port", "0"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        figures = ""
        with httpx.Client(base_url=line.split()[-1], verify=NO_TLS) as prometheus:
            while 'otakit_fleet_requests_total{kind="next"}' not in figures:
                figures = prometheus.get("").text
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert "otakit_fleet_accepted_devices 3.0" in figures
    assert 'otakit_fleet_request_seconds_count{kind="inventory"}' in figures


def devices_of(server: Any) -> Any:
    """List all devices that a server knows."""
    with server.management() as http:
        return http.get("v2/devauth/devices").json()


# What is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["ftp://host"], "'ftp://host' is no URL of a server"),
        (["http://127.0.0.1:1", "--behaviour", "sleepy"], "'sleepy' is none of healthy,"),
        (["http://127.0.0.1:1", "--behaviour", "healthy=x"], "'x' is no weight for healthy"),
        (["http://127.0.0.1:1", "--poll", "soon"], "'soon' is no span of time"),
        (["http://127.0.0.1:1", "--devices", "0"], "0 is not in the range"),
    ],
)
def test_misspelt_option_is_usage(options: list[str], said: str) -> None:
    """What was given is named, and what there is."""
    done = fleet(*options)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--artifact-name", "x", "--no-rollout"], "--artifact-name, --no-rollout: give one"),
        (["--artifact-name", "x"], "--artifact-name needs --device-type"),
        (["--artifact", "/no/such/file"], "'/no/such/file' cannot be read: No such file"),
        (["--artifact", __file__], "is no Mender artifact"),
        (["--virtual-time", "--no-rollout"], "needs --duration"),
        (["--virtual-time", "--connect"], "--connect needs real time"),
        (["--tls-ca", __file__], "has no certificates to trust"),
    ],
)
def test_options_that_cannot_be_are_one_line(options: list[str], said: str) -> None:
    """Nothing is asked of the server then."""
    done = fleet("http://127.0.0.1:1", *options)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_unreachable_server_is_one_line() -> None:
    """Its address and the reason, and exit code 3."""
    done = fleet("http://127.0.0.1:1")
    assert (done.exit_code, done.stderr) == (
        3,
        "otakit: http://127.0.0.1:1 cannot be reached: connection refused\n",
    )


def test_silent_server_is_given_up() -> None:
    """One that takes the connection and says nothing is as good as unreachable."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = fleet(f"http://127.0.0.1:{silent.getsockname()[1]}", "--timeout", "0.5s")
    assert done.exit_code == 3
    assert done.stderr.endswith("cannot be reached: it did not answer in time\n")


def test_wrong_password_is_told(server: Any) -> None:
    """The login is refused: exit code 3."""
    done = fleet(server.url, "--password", "wrong")
    assert done.exit_code == 3
    assert "useradm/auth/login was answered 401" in done.stderr


@pytest.mark.parametrize("status", [200, 404, 500])
def test_web_site_is_no_server(status: int) -> None:
    """A server that answers HTML to everything is told apart in one line."""
    with web_site(status) as url:
        for options in ([], ["--token", "abc"], ["--virtual-time"]):
            done = fleet(url, *options)
            assert done.exit_code == 3
            assert done.stderr.count("\n") == 1
            assert str(status) in done.stderr or "no otakit mock" in done.stderr


def test_untrusted_certificate_is_told(tls_server: Any) -> None:
    """And with the authority it works, as with --insecure."""
    refused = fleet(tls_server.url, "--devices", "1", *QUICK)
    assert refused.exit_code == 3
    assert "certificate is not trusted" in refused.stderr
    for trust in (["--tls-ca", str(tls_server.authority)], ["--insecure"]):
        done = fleet(tls_server.url, "--devices", "1", *QUICK, *trust)
        assert done.exit_code == 0, done.stderr


@contextmanager
def web_site(status: int) -> Iterator[str]:
    """Run a web site whose every page is the same."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>\n<body>Welcome</body></html>")

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - as http.server calls them

        def log_message(self, *_: Any) -> None:
            pass

    site = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
