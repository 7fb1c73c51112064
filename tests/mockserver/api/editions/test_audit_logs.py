"""The audit log stands beside the older editions, and knows what only they have."""

from collections.abc import Callable
from typing import Any

import httpx

from otakit.specs.catalogue import NAMES, apis, resolved

LOGS = "v1/auditlogs/logs"
ONLY_OLDER = {"decommissionDeviceDeployments"}
"""What changes something, and is no operation of the current edition."""


def changing(edition: str) -> set[str]:
    """Return the ids of an edition's management operations that may change something."""
    return {
        item[method]["operationId"]
        for api in apis(edition)
        if api.side == "management"
        for item in resolved(api)["paths"].values()
        for method in item.keys() & {"post", "put", "patch", "delete"}
    }


def test_removal_of_a_device_from_deployments(
    management: httpx.Client,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> None:
    """One entry for all of them; once there is nothing left, none."""
    new_artifact()
    ended = [deploy(device), deploy(device)]
    path = f"v1/deployments/deployments/devices/{device.id}"
    before = int(management.get(LOGS).headers["x-total-count"])
    for _ in range(2):
        assert management.delete(path).status_code == 204
        answer = management.get(LOGS)
        assert int(answer.headers["x-total-count"]) == before + 1
    entry = answer.json()[0]
    assert (entry["action"], entry["object"]["id"]) == ("abort", device.id)
    assert entry["change"] == "\n".join(f'- deployment: "{name}"' for name in ended)


def test_nothing_else_is_theirs_alone() -> None:
    """All else is tried in the current edition."""
    older = {name for edition in NAMES if "mender-" in edition for name in changing(edition)}
    assert older - changing("mender") == ONLY_OLDER
