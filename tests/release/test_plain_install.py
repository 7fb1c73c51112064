"""What `pip install otakit` alone can do, and what it says of the rest."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ota_support.environments import ROOT, Environment, said

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PYPROJECT["project"]["version"]
LOGIN = ("--email", "admin@example.com", "--password", "otakit-password")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def plain(fresh: Callable[..., Environment]) -> Environment:
    """Return an environment with otakit and nothing that it does not bring."""
    return fresh("otakit")


def test_serves_the_demo_and_tells_one_version(plain: Environment, tmp_path: Path) -> None:
    """Fifty devices live; the command, the server and the metadata have the same version."""
    said_version = plain.run("otakit", "--version", cwd=tmp_path)
    assert said_version.stdout == f"otakit {VERSION}\n"
    with plain.serving("--port", "0", "--demo", cwd=tmp_path) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        auth = ("admin@example.com", "otakit-password")
        token = httpx.post(f"{url}/api/management/v1/useradm/auth/login", auth=auth).text
        headers = {"Authorization": f"Bearer {token}"}
        counted = httpx.get(f"{url}/api/management/v2/devauth/devices/count", headers=headers)
        pages = [httpx.get(url + path).status_code for path in ("/", "/otakit/v1/ui/")]
        version = httpx.get(f"{url}/otakit/v1/apis").json()["version"]
    assert counted.json()["count"] >= 50
    assert pages == [200, 200]
    assert version == VERSION


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("check", ("check", NOWHERE, *LOGIN)),
        ("check", ("replay", "capsule.json", NOWHERE, *LOGIN)),
        ("check", ("proxy", NOWHERE)),
        ("fleet", ("fleet", NOWHERE)),
        ("locust", ("fleet", NOWHERE, "--engine", "locust")),
    ],
    ids=["check", "replay", "proxy", "fleet", "locust"],
)
def test_command_names_the_extra_that_it_needs(
    plain: Environment, tmp_path: Path, extra: str, command: tuple[str, ...]
) -> None:
    """One line says what is missing and how it is installed; there is no traceback."""
    (tmp_path / "capsule.json").write_text("{}")
    done = plain.run("otakit", *command, cwd=tmp_path)
    assert done.returncode != 0
    line = rf"Error: '[\w.]+' is not installed: .*'otakit\[{extra}\]'\n"
    assert re.fullmatch(line, done.stderr), said(done)
