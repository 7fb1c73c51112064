"""What the README and the pages of docs/ tell people to type does what they say."""

import os
import re
import shutil
import socket
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from ota_pages.blocks import read
from ota_pages.reader import Addresses, Reader
from ota_pages.shell import shell
from ota_support.server import PASSWORD
from otakit.mockserver.client import ControlClient

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SERVES = re.compile(r"^otakit serve(?!.*--port 0)|&& otakit serve", re.MULTILINE)
QUICK = {"PACE": "1000", "POLL": "0.5s", "RETRY": "0.2s", "RAMP_UP": "0.2s"}
"""What the pages' fleets leave to the defaults, which are for people who look on."""

_MACHINES = "it takes three machines; the tests of fleets run it on one"
SKIPPED: dict[str, list[str]] = {
    "how-to/run-a-fleet-on-several-machines.md": [_MACHINES, _MACHINES],
}
"""Blocks that are not executed, and why. It takes a good reason to make this longer."""


def name_of(page: Path) -> str:
    """Return how a page is called here."""
    return str(page.relative_to(ROOT)).removeprefix("docs/")


def free_port() -> int:
    """Return a port that nobody listens at; other processes, and the system, begin elsewhere."""
    for port in count(20_000 + os.getpid() * 4 % 10_000):
        with socket.socket() as listening:
            if listening.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_is_as_it_says(
    page: Path,
    server: Any,
    real_program: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From top to bottom, in a folder of its own."""
    for program in ("bash", "curl", "openssl"):
        real_program(program)
    own = SERVES.search(page.read_text(encoding="utf-8"))
    here = server.url.removeprefix("http://")
    port, proxy = free_port(), free_port() + 1
    addresses = Addresses(server=f"127.0.0.1:{port}" if own else here, proxy=f"127.0.0.1:{proxy}")
    variables = {
        "OTA_PORT": str(port),
        "OTA_PROXY_PORT": str(proxy),
        "OTAKIT_URL": server.url,  # of the tests that a page shows; they start one else
        "PASSWORD": PASSWORD,
        "TOKEN": server.login(),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p otakit.contracts.plugin -p xdist.plugin",
        **{f"OTAKIT_FLEET_{name}": value for name, value in QUICK.items()},
    }
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    skipped = []
    with (
        ControlClient(server.url) as client,
        client.new_universe() as universe,
        shell(tmp_path, variables) as typing,
    ):
        reader = Reader(tmp_path, typing, addresses, universe)
        for example in read(page, reader.do).examples():
            try:
                example.evaluate()
            except SkipTest as skip:
                skipped.append(str(skip))
            except AssertionError as error:
                error.add_note(f"{page.relative_to(ROOT)}, line {example.line}")
                raise
    assert reader.tests == set(), "nothing on the page runs these tests"
    assert skipped == SKIPPED.get(name_of(page), [])
