"""mender-client against the mock when an installation fails, or is called off."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.real_clients.conftest import MenderClient, Operator

BROKEN = """
case "$1" in
    ArtifactInstall) echo "the flash is worn out" >&2; exit 1;;
esac
"""

SLOW = """
case "$1" in
    SupportsRollback) echo Yes;;
    ArtifactInstall) touch {disk}/installing; until [ -e {disk}/go-on ]; do sleep 0.05; done;;
    ArtifactRollback) touch {disk}/rolled-back;;
    ArtifactCommit) touch {disk}/committed;;
esac
"""
"""Installs until it is told to go on."""

IDLE_AGAIN = "update-status-report [none] -> idle [Idle]"
"""What mender-client says when it has reported a deployment's end."""


def test_failed_installation_leaves_a_log(
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """The deployment counts a failure, and the device's log says what went wrong."""
    client = mender_client()
    client.add_module("broken", BROKEN)
    operator.upload(write_artifact("release-1", "broken", payload="anything"))
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy("release-1", device)

    client.until(lambda: operator.finished(deployment), "the deployment is finished")
    assert operator.statistics(deployment) == {"failure": 1}
    log = client.until(lambda: operator.deployment_log(deployment, device), "the log is there")
    assert "error: " in log
    assert "the flash is worn out" in log


@pytest.mark.parametrize("edition", ["mender", "mender-2"])
def test_abort_while_installing_rolls_back(
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
) -> None:
    """The device learns of it from the answer to its next report, and undoes what it did."""
    client = mender_client()
    client.add_module("slow", SLOW.format(disk=client.disk))
    operator.upload(write_artifact("release-1", "slow", payload="anything"))
    client.start()
    device = operator.accept(client)
    deployment = operator.deploy("release-1", device)

    client.until((client.disk / "installing").exists, "the device installs")
    assert operator.statistics(deployment) == {"installing": 1}
    operator.abort(deployment)
    (client.disk / "go-on").touch()

    client.until(lambda: IDLE_AGAIN in client.log(), "the device is done with it")
    assert "Status report rejected, deployment aborted at the backend" in client.log()
    assert (client.disk / "rolled-back").exists()
    assert not (client.disk / "committed").exists()
    assert operator.device_statuses(deployment) == {device: "aborted"}
    assert operator.deployment_log(deployment, device) is None
