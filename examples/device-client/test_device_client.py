"""The device client against a mock server that loses answers, is busy, and breaks off."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from otakit.mockserver.testing import Mender

from device_client import DeviceClient, GaveUp

pytestmark = pytest.mark.otakit(clock="frozen")

WEEK = 7 * 24 * 3600
CONTENT = Random(0).randbytes(100_000)  # which no packing makes smaller


@pytest.fixture
def waits() -> list[float]:
    """Return what the client has slept, in seconds."""
    return []


@pytest.fixture
def client(ota_mender: Mender, waits: list[float]) -> DeviceClient:
    """Return a client that has been let in; when it sleeps, the server's clock goes on."""
    known = ota_mender.device()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        ota_mender.clock.advance(seconds=seconds)

    client = DeviceClient(
        ota_mender.url,
        identity=known.identity,
        private_key=known.key.private_pem,
        tenant_token=ota_mender.tenant_token,
        device_type="board",
        artifact_name="release-1",
        wait=wait,
    )
    client.authenticate()
    deploy(ota_mender, known.id)
    return client


def deploy(mender: Mender, device_id: str) -> None:
    """Upload the artifact release-2 and send it to a device."""
    told = {
        "name": "release-2",
        "device_types_compatible": "board",
        "type": "single_file",
        "args": '{"filename": "app", "dest_dir": "/opt"}',
    }
    path = "v1/deployments/artifacts/generate"
    files = {"file": ("app", CONTENT)}
    mender.management.post(path, data=told, files=files).raise_for_status()
    plan = {"name": "to release 2", "artifact_name": "release-2", "devices": [device_id]}
    mender.management.post("v1/deployments/deployments", json=plan).raise_for_status()


def outcome(mender: Mender) -> dict[str, Any]:
    """Return what the user sees of the deployment."""
    (deployment,) = mender.management.get("v1/deployments/deployments").json()
    path = f"v1/deployments/deployments/{deployment['id']}/statistics"
    counted = mender.management.get(path).json()
    return {"status": deployment["status"], **{k: v for k, v in counted.items() if v}}


def test_update_is_installed(client: DeviceClient, ota_mender: Mender, tmp_path: Path) -> None:
    assert client.update(tmp_path) == "release-2"
    assert outcome(ota_mender) == {"status": "finished", "success": 1}
    assert client.update(tmp_path) == ""


def test_report_is_sent_again_when_its_answer_is_lost(
    client: DeviceClient, ota_mender: Mender, waits: list[float], tmp_path: Path
) -> None:
    """The server has heard it, but the client cannot know."""
    reports = {"operations": ["reportDeploymentStatus"]}
    ota_mender.faults.add("empty", moment="after", on=reports, when={"occurrence": 3})
    client.update(tmp_path)
    assert outcome(ota_mender) == {"status": "finished", "success": 1}
    assert waits == [1]
    verdict = ota_mender.journal.verify({"operation": "reportDeploymentStatus"}, exactly=4)
    assert verdict, verdict.message


def test_busy_server_is_left_alone_as_long_as_it_says(
    client: DeviceClient, ota_mender: Mender, waits: list[float], tmp_path: Path
) -> None:
    ota_mender.faults.add("status", status=429, retry_after=120, when={"times": 2})
    assert client.update(tmp_path) == "release-2"
    assert waits == [120, 120]


def test_download_goes_on_where_it_broke(
    client: DeviceClient, ota_mender: Mender, waits: list[float], tmp_path: Path
) -> None:
    downloads = {"operations": ["downloadArtifact"]}
    ota_mender.faults.add("truncate", at=40, on=downloads, when={"times": 1})
    client.update(tmp_path)
    (artifact,) = ota_mender.management.get("v1/deployments/artifacts").json()
    assert (tmp_path / "release-2.mender").stat().st_size == artifact["size"]
    assert waits == [1]
    verdict = ota_mender.journal.verify({"operation": "downloadArtifact", "status": 206}, exactly=1)
    assert verdict, verdict.message


def test_expired_token_is_replaced(
    client: DeviceClient, ota_mender: Mender, tmp_path: Path
) -> None:
    ota_mender.clock.advance(seconds=WEEK + 1)
    assert client.update(tmp_path) == "release-2"
    asked = ota_mender.journal.verify({"operation": "authenticateDevice"}, at_least=2)
    assert asked, asked.message


def test_server_that_is_gone_is_given_up(
    client: DeviceClient, ota_mender: Mender, waits: list[float], tmp_path: Path
) -> None:
    ota_mender.faults.add("reset")
    with pytest.raises(GaveUp, match="no answer in 5 attempts"):
        client.update(tmp_path)
    assert waits == [1, 2, 4, 8, 16]
