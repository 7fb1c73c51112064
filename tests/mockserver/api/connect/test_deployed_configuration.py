"""A connected device is told to ask for an update when its configuration is deployed.

Section 7.3 of the server facts.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

BOTH = pytest.mark.parametrize(
    "dialect", ["documented", "as-built"], indirect=True, scope="session"
)
BASE = "v1/deviceconfig/configurations/device"


@BOTH
def test_device_hears_of_its_configuration(
    device: Any, online: Any, management: httpx.Client
) -> None:
    """Once for each deployment, from nobody; what it asks for then is there already."""
    path = f"{BASE}/{device.id}"
    assert management.put(path, json={"a": "1"}).status_code == 204
    for _ in range(2):
        made = management.post(f"{path}/deploy", json={}).json()["deployment_id"]
        heard = online.expect(4, "check-update")
        assert "props" not in heard
        assert "sid" not in heard
        assert device.next().json()["id"] == made
        assert device.report(made, "success").status_code == 204


@BOTH
def test_only_that_device_hears_of_it(
    online: Any,
    new_device: Callable[..., Any],
    connect_device: Callable[..., Any],
    management: httpx.Client,
) -> None:
    """And not of what is merely set, or of other deployments."""
    other = new_device()
    socket = connect_device(other)
    assert management.put(f"{BASE}/{other.id}", json={"a": "1"}).status_code == 204
    assert management.post(f"{BASE}/{other.id}/deploy", json={}).status_code == 200
    socket.expect(4, "check-update")
    with pytest.raises(TimeoutError):
        online.connection.recv(timeout=0.2)


def test_device_that_is_not_connected_is_deployed_to_all_the_same(
    device: Any, management: httpx.Client
) -> None:
    """It finds the deployment when it asks by itself."""
    made = management.post(f"{BASE}/{device.id}/deploy", json={}).json()["deployment_id"]
    assert device.next().json()["id"] == made
