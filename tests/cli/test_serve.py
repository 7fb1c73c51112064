"""`otakit serve`: what people and scripts see of it from start to stop."""

import http.client
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from ota_support.commands import OTAKIT, otakit
from otakit.cli.announcement import announce
from otakit.mockserver.settings import Settings


class RunningServer(Protocol):
    """What these tests need of the fixture's servers."""

    url: str

    def login(self) -> str:
        """Return a management token."""


def test_what_it_writes_is_gone_after_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file has the URL, for scripts that cannot read standard output; artifacts have a folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ready = tmp_path / "ready"
    with start("--port", "0", "--ready-file", str(ready)) as process:
        url = ready_url(process)
        health = httpx.get(f"{url}/otakit/v1/health")
        written = ready.read_text()
        while_running = list(tmp_path.iterdir())
        stop(process, signal.SIGTERM)
    assert written == f"{url}\n"
    assert health.json() == {"status": "ok"}
    assert len(while_running) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_cleanly(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it without a traceback, and tell where it was and how to stop it."""
    with start("--port", "0") as process:
        url = ready_url(process)
        errors = stop(process, number)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert url in errors
    assert "admin@example.com / otakit-password" in errors
    assert f"{url}/otakit/v1/universes/default/connect" in errors
    assert "Ctrl-C" in errors
    assert errors.rstrip().endswith("otakit stopped")


def test_stop_during_an_upload_is_no_fault() -> None:
    """A sender that does not go on is told that the server stops; there is no traceback."""
    form = b'--b\r\nContent-Disposition: form-data; name="artifact"; filename="a"\r\n\r\nxxx'
    with start("--port", "0") as process:
        url = httpx.URL(ready_url(process))
        login = httpx.post(
            url.join("/api/management/v1/useradm/auth/login"),
            auth=("admin@example.com", "otakit-password"),
        )
        sender = http.client.HTTPConnection(url.host, url.port or 0, timeout=20)
        sender.putrequest("POST", "/api/management/v1/deployments/artifacts")
        sender.putheader("Authorization", f"Bearer {login.text}")
        sender.putheader("Content-Type", "multipart/form-data; boundary=b")
        sender.putheader("Content-Length", "1000000")
        sender.putheader("Expect", "100-continue")
        sender.endheaders()
        assert sender.sock.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"  # so it reads the form now
        sender.send(form)
        errors = stop(process, signal.SIGTERM)
        answer = sender.getresponse()
        said = answer.read()
        sender.close()
    assert answer.status == 503
    assert b"the server stops" in said
    assert "Traceback" not in errors
    assert errors.rstrip().endswith("otakit stopped")


def test_edition_is_what_it_says_it_serves() -> None:
    """With JFrog Connect alone nobody is told to log in to Mender."""
    with start("--port", "0", "--edition", "jfrog-connect") as process:
        url = ready_url(process)
        errors = stop(process, signal.SIGTERM)
    assert f"JFrog Connect API at {url}" in errors
    assert f"{url}/otakit/v1/universes/default/connect" in errors
    assert "log in" not in errors


@pytest.mark.parametrize("password", ["a[b]c", "closed [/b] unopened", "[bold]", "x" * 200])
def test_password_is_told_as_it_is(password: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and length are the password's own, no layout."""
    announce(Settings(password=password), "http://127.0.0.1:1", None)
    assert f"admin@example.com / {password}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(edition="mender-1"), " (edition mender-1)\n"),
        (Settings(dialect="as-built", plan="os"), " (dialect as-built, plan os)\n"),
    ],
)
def test_unusual_choice_is_told(
    settings: Settings, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who finds a server running sees which one it is."""
    announce(settings, "http://127.0.0.1:1", None)
    told = f"otakit serves the Mender APIs at http://127.0.0.1:1{said}"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--email", ""], "'--email': it is empty"),
        (["--email", "a:b"], "'--email': 'a:b' has a colon"),
        (["--password", ""], "'--password': it is empty"),
    ],
)
def test_login_that_nobody_could_use_is_refused(options: list[str], said: str) -> None:
    """The server does not start without a way in."""
    result = otakit("serve", *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_taken_port_is_one_clear_line() -> None:
    """The message names the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [OTAKIT, "serve", "--port", str(port)], capture_output=True, text=True, check=False
        )
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.fullmatch(
        rf"Error: cannot listen on 127.0.0.1 port {port}: address already in use;.*--port.*\n",
        result.stderr,
    )


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["--host", "192.0.2.1"], "192.0.2.1"),
        (["--ready-file", "/no/such/folder/ready"], "/no/such/folder"),
    ],
)
def test_impossible_option_is_one_clear_line(
    refuse_start: Callable[..., str], options: list[str], named: str
) -> None:
    """The message names the value and the option."""
    line = refuse_start(*options)
    assert named in line
    assert options[0] in line


def test_login_can_be_chosen(start_server: Callable[..., RunningServer]) -> None:
    """The first user has the given address and password, and the default one does not get in."""
    server = start_server("--email", "me@example.org", "--password", "my-own-secret")
    url = f"{server.url}/api/management/v1/useradm/auth/login"
    assert httpx.post(url, auth=("me@example.org", "my-own-secret")).status_code == 200
    assert httpx.post(url, auth=("admin@example.com", "otakit-password")).status_code == 401


def test_options_are_variables_too() -> None:
    """OTAKIT_SERVE_PORT stands for --port."""
    result = otakit("serve", OTAKIT_SERVE_PORT="70000")
    assert result.exit_code == 2
    assert "70000" in result.stderr


def test_same_seed_gives_the_same_ids(start_server: Callable[..., RunningServer]) -> None:
    """One seed and the same requests give the same ids; another seed gives others."""
    seen = []
    for seed in ("7", "7", "8"):
        server = start_server("--seed", seed)
        login = server.login()
        url = f"{server.url}/api/management/v1/useradm/users/me"
        seen.append(httpx.get(url, headers={"Authorization": f"Bearer {login}"}).json()["id"])
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_time_can_stand_still(start_server: Callable[..., RunningServer]) -> None:
    """Two logins are at the same time."""
    server = start_server("--clock", "frozen")
    url = f"{server.url}/api/management/v1/useradm/users/me"
    seen = []
    for _ in range(2):
        headers = {"Authorization": f"Bearer {server.login()}"}
        seen.append(httpx.get(url, headers=headers).json()["login_ts"])
    assert seen[0] == seen[1]


def test_time_can_run(start_server: Callable[..., RunningServer]) -> None:
    """A token for the next ten thousand seconds is over within a second or so."""
    server = start_server("--clock", "x10000")
    base = f"{server.url}/api/management/v1/useradm"
    headers = {"Authorization": f"Bearer {server.login()}"}
    asked = {"name": "short", "expires_in": 10_000}
    token = httpx.post(f"{base}/settings/tokens", json=asked, headers=headers).text
    until = time.monotonic() + 30
    while httpx.get(f"{base}/users/me", headers={"Authorization": f"Bearer {token}"}).is_success:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert httpx.get(f"{base}/users/me", headers=headers).is_success


@pytest.mark.parametrize("clock", ["fast", "x0", "x", "x10001", "x1.5", "60"])
def test_odd_clock_is_refused(clock: str) -> None:
    """The message names what there is."""
    result = otakit("serve", "--clock", clock)
    assert result.exit_code == 2
    assert f"'{clock}' is none of 'real', 'frozen'" in result.stderr


def start(*options: str) -> "subprocess.Popen[str]":
    """Start a server."""
    return subprocess.Popen(
        [OTAKIT, "serve", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ready_url(process: "subprocess.Popen[str]") -> str:
    """Wait for the ready line and return the URL in it."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("otakit ready http://127.0.0.1:")
    return line.split()[-1]


def stop(process: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """Send a signal and return what was written to standard error."""
    process.send_signal(number)
    return process.communicate(timeout=20)[1]
