"""mender-cli against a server as built: users come and go, and so does what they may do."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunningServer

USERS = "v1/useradm/users"
NAME, PASSWORD, OTHER = "ada@example.com", "difference engine", "analytical engine"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def as_built(start_server: Callable[..., "RunningServer"]) -> "RunningServer":
    """Return a server of the dialect."""
    return start_server("--dialect", "as-built")


@pytest.fixture
def run(as_built: "RunningServer", real_program: Callable[[str], str], tmp_path: Path) -> Run:
    """Return a function that runs a command of mender-cli for a user with an empty home folder."""
    program = real_program("mender-cli")

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, "--server", as_built.url, *words],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            env={"HOME": str(tmp_path)},
        )

    return command


def test_user_is_let_in_until_it_is_deleted(as_built: "RunningServer", run: Run) -> None:
    """Also after a new password, which ends the session that the program had."""
    with as_built.management() as management:
        made = management.post(USERS, json={"email": NAME, "password": PASSWORD})
        path = f"{USERS}/{made.raise_for_status().headers['location'].rpartition('/')[2]}"
        assert run("login", "--username", NAME, "--password", PASSWORD).returncode == 0
        assert run("devices", "list").returncode == 0
        assert run("artifacts", "list").returncode == 0

        with as_built.management() as ada:
            token = ada.post("v1/useradm/auth/login", auth=(NAME, PASSWORD)).text
            asked = {"password": OTHER, "current_password": PASSWORD}
            headers = {"Authorization": f"Bearer {token}"}
            assert ada.put(f"{USERS}/me", json=asked, headers=headers).status_code == 204
        assert run("devices", "list").returncode == 1
        assert run("login", "--username", NAME, "--password", PASSWORD).returncode == 1
        assert run("login", "--username", NAME, "--password", OTHER).returncode == 0
        assert run("devices", "list").returncode == 0

        assert management.delete(path).status_code == 204
        assert run("devices", "list").returncode == 1
