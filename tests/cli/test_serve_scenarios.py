"""`otakit serve --demo`, `--scenario` and `--watch`."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import httpx
import pytest
from click.testing import CliRunner

from otakit.cli.serve import serve
from otakit.fixtures.scenario import shipped

OTAKIT = str(Path(sys.executable).with_name("otakit"))
SHOP = "title: A shop\ndevices: [{name: till, count: 2, joined: -1d}]\n"


class Started:
    """A server that runs, and the lines that it writes on standard error."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Wait until it answers."""
        assert process.stdout is not None
        self.process = process
        self.url = process.stdout.readline().split()[-1]
        self.lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        url = f"{self.url}/api/management/v1/useradm/auth/login"
        token = httpx.post(url, auth=("admin@example.com", "otakit-password")).text
        self._headers = {"Authorization": f"Bearer {token}"}

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def said(self, text: str) -> str:
        """Wait for a line with this text."""
        while True:
            line = self.lines.get(timeout=30)
            if text in line:
                return line

    def count(self, status: str = "accepted") -> int:
        """Count the devices of a status."""
        url = f"{self.url}/api/management/v2/devauth/devices/count"
        answer = httpx.get(url, params={"status": status}, headers=self._headers)
        return int(answer.json()["count"])


@contextmanager
def serving(*options: str) -> Iterator[Started]:
    """Run a server with options until the end of a test, and stop it without a fault."""
    command = [OTAKIT, "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        started = Started(process)
        try:
            yield started
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        rest = "".join(started.lines.queue)
        assert "Traceback" not in rest


def test_demo_begins_with_fifty_devices() -> None:
    """And says so."""
    with serving("--demo") as server:
        told = server.said("world")
        assert "50 devices (40 accepted), 7 artifacts" in told
        assert "46 devices are simulated" in told
        assert server.count() == 40


def test_demo_runs_with_every_dialect_edition_and_plan() -> None:
    """It is not only for the current documents."""
    for options in (
        ("--dialect", "as-built", "--plan", "os", "--clock", "frozen"),
        ("--edition", "mender-1"),
    ):
        with serving("--demo", *options) as server:
            assert server.count() == 40


def test_help_names_all_scenarios() -> None:
    """As they are in the list of the control API, too."""
    said = "".join(CliRunner().invoke(serve, ["--help"]).output.split())  # lines end anywhere
    assert [name for name in shipped() if name not in said] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scenario", "dmo"), "there is no scenario 'dmo'; did you mean 'demo'?"),
        (("--scenario", "dmo"), "a file is named with a slash or a suffix"),
        (("--scenario", "../demo"), "../demo: the scenario cannot be read: no such file"),
        (("--scenario", "/"), "/: the scenario cannot be read: is a directory"),
        (("--scenario", "none.yaml"), "none.yaml: the scenario cannot be read: no such file"),
        (("--demo", "--scenario", "empty"), "--demo is --scenario demo: give one of them"),
        (("--watch",), "--watch: there is no file to watch"),
        (("--demo", "--watch"), "--watch: there is no file to watch"),
        (("--scenario", "empty", "--watch"), "--watch: there is no file to watch"),
    ],
)
def test_bad_options_are_refused_in_a_line(
    refuse_start: Callable[..., str], options: tuple[str, ...], said: str
) -> None:
    """What is wrong, and what there is."""
    assert said in refuse_start(*options)


def test_broken_file_is_refused_with_line_and_key(
    refuse_start: Callable[..., str], tmp_path: Path
) -> None:
    """Before anything listens."""
    file = tmp_path / "shop.yaml"
    file.write_text("title: x\ndevices: [{status: acepted}]\n")
    said = refuse_start("--scenario", str(file))
    assert f"{file}:2:20: devices[0].status: 'acepted' is none of" in said


def test_watched_file_is_applied_and_a_broken_one_is_not(tmp_path: Path) -> None:
    """Written in place, broken, replaced by another file: each is told, the server goes on."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    with serving("--scenario", str(file), "--watch") as server:
        assert server.count() == 2
        file.write_text(SHOP.replace("count: 2", "count: 4"))
        assert "applied" in server.said("has changed")
        assert server.count() == 4
        file.write_text(SHOP.replace("count: 2", "count: few"))
        assert f"{file}:2:31: devices[0].count" in server.said("nothing was changed")
        assert server.count() == 4
        file.unlink()
        server.said("cannot be read: no such file or directory; nothing was changed")
        other = tmp_path / "other.yaml"
        other.write_text(SHOP.replace("count: 2", "count: 1"))
        other.replace(file)
        server.said("has changed")
        assert server.count() == 1


def test_file_is_not_watched_unless_asked(tmp_path: Path) -> None:
    """The world goes on from what the file said."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    with serving("--scenario", str(file)) as server:
        file.write_text(SHOP.replace("count: 2", "count: 4"))
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            assert server.count() == 2
