"""mender-cli with a simulated device: what it does with a real one, it does here."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.conftest import RunningServer

SHOP = """
title: A shop
simulated: true
devices:
- {name: till, joined: -10d, inventory: {hostname: till-1}}
"""


@pytest.fixture(scope="module")
def cli(
    start_server: Callable[..., "RunningServer"], real_program: Callable[[str], str]
) -> tuple[Callable[..., list[str]], str]:
    """Return what makes command lines of mender-cli, and the id of a device that is connected."""
    program = real_program("mender-cli")
    server = start_server()
    universe = f"{server.url}/otakit/v1/universes/default"
    httpx.post(f"{universe}/scenario", json={"definition": SHOP}).raise_for_status()
    known = ("--server", server.url, "--token-value", server.login())
    deadline = time.monotonic() + 30
    with server.management() as user:
        (device,) = user.get("v2/devauth/devices").json()
        path = f"v1/deviceconnect/devices/{device['id']}"
        while user.get(path).json()["status"] != "connected":
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return lambda *words: [program, *known, *words], device["id"]


def test_a_terminal(cli: tuple[Callable[..., list[str]], str]) -> None:
    """What is typed is run on the device that is only simulated."""
    command, device = cli
    typed = b"uname -a\nnonsense\nexit\n"
    done = subprocess.run(
        command("terminal", device), input=typed, capture_output=True, timeout=60, check=False
    )
    shown = done.stdout
    assert b"Linux till-1 6.1.77-v8" in shown, (done.stdout, done.stderr)
    assert b"nonsense: command not found" in shown


@pytest.mark.parametrize("size", [0, 1, 5000, 3_000_001])
def test_files_there_and_back(
    cli: tuple[Callable[..., list[str]], str], tmp_path: Path, size: int
) -> None:
    """Content and mode."""
    command, device = cli
    content = os.urandom(size)
    here, again = tmp_path / "here", tmp_path / "again"
    here.write_bytes(content)
    here.chmod(0o640)
    for words in ((str(here), f"{device}:/data/there"), (f"{device}:/data/there", str(again))):
        done = subprocess.run(command("cp", *words), capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, (done.stdout, done.stderr)
    assert again.read_bytes() == content
    assert again.stat().st_mode & 0o7777 == 0o640


def test_ports_are_refused_politely(cli: tuple[Callable[..., list[str]], str]) -> None:
    """It says so and ends."""
    command, device = cli
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run(
        command("port-forward", device, f"{port}:127.0.0.1:22"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert b"port forward not implemented or enabled on the device" in done.stdout + done.stderr
