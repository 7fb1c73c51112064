"""mender-artifact reads what `artifacts/generate` makes."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.real_clients.conftest import Operator

CONTENT = b"Welcome!\n"


@pytest.fixture
def mender_artifact(
    operator: "Operator",
    management: httpx.Client,
    real_program: Callable[[str], str],
    tmp_path: Path,
) -> Callable[[str], str]:
    """Return a function that runs a mender-artifact command on a generated, downloaded artifact."""
    artifact = operator.generate("release-1", CONTENT, filename="motd", dest_dir="/etc")
    link = management.get(f"v1/deployments/artifacts/{artifact}/download").json()
    file = tmp_path / "downloaded.mender"
    file.write_bytes(httpx.request(link["method"], link["uri"]).raise_for_status().content)

    def run(command: str) -> str:
        return subprocess.run(
            [real_program("mender-artifact"), command, str(file)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    return run


def test_validate_accepts_it(mender_artifact: Callable[[str], str]) -> None:
    """Format, checksums and all are in order."""
    assert "validated successfully" in mender_artifact("validate")


def test_read_shows_what_was_asked_for(mender_artifact: Callable[[str], str]) -> None:
    """Name, device types, update module and file are as they were given."""
    lines = [line.strip() for line in mender_artifact("read").splitlines()]
    assert "Name: release-1" in lines
    assert "Version: 3" in lines
    assert "Compatible devices: '[qemux86-64]'" in lines
    assert "Type:   single-file" in lines
    file = lines.index("name:     motd")
    assert lines[file + 1] == f"size:     {len(CONTENT)}"
    assert lines[file + 3] == f"checksum: {hashlib.sha256(CONTENT).hexdigest()}"
