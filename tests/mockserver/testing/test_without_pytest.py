"""`otakit.mockserver.testing`: servers and universes without pytest."""

import os
import select
import signal
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from otakit.mockserver.testing import (
    Mender,
    OtaTestCase,
    RunningServer,
    StartFailed,
    running_server,
    universe,
)

pytestmark = pytest.mark.xdist_group("without pytest")  # which share a server

DEVICES = "v2/devauth/devices"


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningServer]:
    """Return a server that is used as its users do."""
    with running_server(seed=7) as server:
        yield server


def test_universes_of_a_server(mock: RunningServer) -> None:
    """Each is empty, and gone when its block is left."""
    with mock.universe("one", clock="frozen", plan="os") as one, mock.universe() as other:
        one.device()
        assert [len(m.management.get(DEVICES).json()) for m in (one, other)] == [1, 0]
        assert (one.universe.name, one.clock.speed, one.universe.plan) == ("one", 0, "os")
        assert mock.live == [one, other]
    assert mock.live == []
    assert [found.id for found in mock.client.universes()] == ["default"]


def test_default_universe_begins_anew(mock: RunningServer) -> None:
    """Its ids depend on the seed, and what was there is gone."""
    seen = []
    for _ in range(2):
        with mock.default_universe(scenario="small-fleet", clock="frozen") as mender:
            assert len(list(mender.journal.entries())) == 1, "the login"
            assert list(mender.faults) == []
            seen.append(mender.device().id)
            mender.faults.add("status", status=503)
    assert seen[0] == seen[1]


def test_login_anew(mock: RunningServer) -> None:
    """A token that has expired is replaced."""
    with mock.universe() as mender:
        old = mender.token
        mender.clock.advance(days=30)
        assert mender.management.get(DEVICES).status_code == 401
        assert mender.log_in() == mender.token != old
        assert mender.management.get(DEVICES).status_code == 200


def test_exceptions_tell_of_the_universe(mock: RunningServer) -> None:
    """As a note, once."""
    mine = ValueError("mine")

    def fail() -> None:
        with universe(server=mock) as mender:
            mender.management.get(DEVICES)
            raise mine

    with pytest.raises(ValueError, match="mine"):
        fail()
    (note,) = mine.__notes__
    assert f"GET /api/management/{DEVICES} -> 200" in note


class Theirs(OtaTestCase):
    """A user's test case."""

    __test__ = False  # for pytest: it is run below

    ota_universe: ClassVar = {"clock": "frozen"}

    def setUp(self) -> None:
        """Use the universe, without a word to super."""
        self.device = self.mender.device()

    def test_passes(self) -> None:
        """Its universe has its device only."""
        assert len(self.mender.management.get(DEVICES).json()) == 1
        assert self.mender.clock.speed == 0
        assert self.connect.http.get("deployments").status_code == 200

    def test_fails(self) -> None:
        """A failure tells what was asked."""
        self.mender.management.get(f"{DEVICES}/nobody")
        self.fail("on purpose")

    @unittest.skip("not today")
    def test_skipped(self) -> None:
        """No universe is made for it."""


def test_unittest_mixin() -> None:
    """A universe for each test, and the journal in its failures."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Theirs)
    result = unittest.TestResult()
    suite.run(result)
    assert (result.testsRun, len(result.errors), len(result.skipped)) == (3, 0, 1)
    ((test, text),) = result.failures
    assert test.id().endswith("test_fails")
    assert f"GET /api/management/{DEVICES}/nobody -> 404" in text
    assert "clock     " in text


def test_wrong_options_are_told() -> None:
    """In the command's own words."""
    with pytest.raises(StartFailed, match=r"otakit serve did not start: .*'gold' is not one of"):
        running_server(plan="gold").__enter__()
    with pytest.raises(StartFailed, match=r"did not answer within 0\.01 s"):
        running_server(patience=0.01).__enter__()


def test_what_the_server_says_is_told_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Python says it, of an environment in which something is broken."""
    (tmp_path / "connexion.py").write_text("raise ImportError('half of it is missing')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(StartFailed, match=r"did not start: ImportError: half of it is missing$"):
        running_server().__enter__()


def test_tls(tmp_path: Path) -> None:
    """The clients trust the certificate that was made for the run."""
    with running_server(tls_self_signed=tmp_path / "ca.pem") as server, server.universe() as mender:
        assert mender.url.startswith("https://")
        assert mender.device().token
        assert isinstance(mender, Mender)


ORPHAN = """
import os, sys
from otakit.mockserver.testing import running_server
with running_server() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def test_server_ends_with_its_parent(tmp_path: Path) -> None:
    """Also where that is killed; what lies in its folder is not imported by the server."""
    (tmp_path / "click.py").write_text("raise RuntimeError")
    command = [sys.executable, "-P", "-c", ORPHAN]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert httpx.get(f"{url}/otakit/v1/health").status_code == 200
        [child] = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        server = os.pidfd_open(int(child))
        os.kill(parent.pid, signal.SIGKILL)
        ended, _, _ = select.select([server], [], [], 60)
        os.close(server)
    assert ended, "the server lives on"
