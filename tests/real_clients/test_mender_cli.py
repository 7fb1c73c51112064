"""mender-cli against the mock: login, devices, artifacts, and what it says when refused."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from tests.conftest import RunningServer
    from tests.real_clients.conftest import Operator

LOGIN = ("login", "--username", "admin@example.com", "--password", "otakit-password")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(server: "RunningServer", real_program: Callable[[str], str], tmp_path: Path) -> Run:
    """Return a function that runs a command of mender-cli for a user with an empty home folder."""
    program = real_program("mender-cli")
    environment = {"HOME": str(tmp_path)}

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, "--server", server.url, *words],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            env=environment,
        )

    return command


def succeed(run: Run, *words: str) -> list[str]:
    """Run a command that has to succeed; return what it printed after its greeting."""
    result = run(*words)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()[1:]


def test_login_lets_devices_be_listed(run: Run, management: httpx.Client) -> None:
    """The token of a login is kept, and good for the other commands."""
    public_key = Ed25519PrivateKey.generate().public_key()
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    announced = {"identity_data": {"mac": "02:00:00:00:00:01"}, "pubkey": pem}
    management.post("v2/devauth/devices", json=announced).raise_for_status()
    devices = management.get("v2/devauth/devices").json()

    assert "login successful" in succeed(run, *LOGIN)
    listed = succeed(run, "devices", "list", "-d", "3")
    assert f"ID: {devices[0]['id']}" in listed
    assert "Status: preauthorized" in listed
    assert "  MAC address: 02:00:00:00:00:01" in listed
    raw = run("devices", "list", "--raw")
    assert raw.returncode == 0
    assert json.loads(raw.stderr) == devices


def test_nothing_without_login(run: Run) -> None:
    """A wrong password is refused, and leaves no token to go on with."""
    refused = run(*LOGIN[:-1], "a wrong password")
    assert (refused.returncode, refused.stderr) == (1, "FAILURE: login failed with status 401\n")
    assert run("devices", "list").returncode == 1


def test_foreign_token_is_refused(run: Run) -> None:
    """A token that this server did not make opens nothing."""
    result = run("--token-value", "e30.e30.e30", "artifacts", "list")
    assert result.returncode == 1
    assert "401" in result.stderr


EDITIONS = ["mender", "mender-1", "mender-2"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_artifact_is_uploaded_listed_and_deleted(
    run: Run, write_artifact: Callable[..., Path], edition: str
) -> None:
    """An artifact comes, is shown with what is in the file, and goes.

    The first edition does not tell an artifact's size, and mender-cli takes it for 0.
    """
    files = {"dest_dir": "/etc", "filename": "motd", "motd": "Welcome!"}
    artifact = write_artifact("release-1", "single-file", **files)
    succeed(run, *LOGIN)
    upload = ("artifacts", "upload", "--no-progress", "--description", "of a test", str(artifact))
    assert "upload successful" in succeed(run, *upload)

    listed = "\n".join(succeed(run, "artifacts", "list", "-d", "3"))
    assert "Name: release-1\n" in listed
    size = 0 if edition == "mender-1" else artifact.stat().st_size
    assert f"Size: {size}\n" in listed
    assert "Description: of a test\n" in listed
    assert "Compatible device types:\n  qemux86-64\n" in listed
    assert "Type: single-file\n" in listed
    assert re.findall(r"\tName: (\w+)", listed) == ["dest_dir", "filename", "motd"]

    [artifact_id] = re.findall("ID: (.+)", listed)
    assert succeed(run, "artifacts", "delete", artifact_id) == ["delete successful"]
    assert succeed(run, "artifacts", "list") == []


@pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
def test_artifact_with_metadata_is_listed(
    run: Run, operator: "Operator", write_artifact: Callable[..., Path]
) -> None:
    """`meta_data` is read as a list; the object that the documents have would end the program."""
    data = {"owner": "jane", "sizes": [1, 2]}
    artifact = operator.upload(write_artifact("release-1", "module", meta_data=data, file="text"))
    succeed(run, *LOGIN)
    listed = "\n".join(succeed(run, "artifacts", "list", "-d", "3"))
    assert f"ID: {artifact}" in listed
    assert "Type: module\n" in listed


@pytest.mark.parametrize("edition", EDITIONS)
def test_refusals_reach_the_user(
    run: Run, operator: "Operator", write_artifact: Callable[..., Path], edition: str
) -> None:
    """A second artifact of the same name and a damaged one are not taken, nor reported as taken."""
    artifact = write_artifact("release-1", "single-file", filename="motd")
    operator.upload(artifact)
    succeed(run, *LOGIN)
    again = run("artifacts", "upload", "--no-progress", str(artifact))
    assert again.returncode == 1
    status = 409 if edition == "mender" else 400  # the older documents list no other refusal
    assert again.stderr.endswith(f"failed with status {status}\n")
    artifact.write_bytes(artifact.read_bytes()[:-1500])
    damaged = run("artifacts", "upload", "--no-progress", str(artifact))
    assert damaged.returncode == 1
    assert damaged.stderr.endswith("failed with status 400\n")
