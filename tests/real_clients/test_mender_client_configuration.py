"""mender-client against the mock: what a user configures arrives on the device, and comes back."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ota_support.device import auth_request
from otakit.fixtures.keys import KeyPair, generate_key

if TYPE_CHECKING:
    from tests.conftest import RunningServer
    from tests.real_clients.conftest import MenderClient, Operator

WANTED = {"timezone": "Europe/Oslo", "motd": "hei, på deg\n", "empty": ""}

MODULE = """\
case "$1" in
    ArtifactInstall) cp "$2/header/meta-data" '{disk}/configured.json' ;;
    NeedsArtifactReboot) echo No ;;
    SupportsRollback) echo No ;;
esac
"""
"""Debian's package has no module for configurations: the test's keeps what it is given."""


@pytest.fixture
def key() -> KeyPair:
    """Return the device's key: mender-configure, which is not there, shares it with the client."""
    return generate_key("ed25519", seed=1)


@pytest.fixture
def client(
    mender_client: Callable[..., "MenderClient"], key: KeyPair, tmp_path: Path
) -> "MenderClient":
    """Return a device that can be configured."""
    file = tmp_path / "device.pem"
    file.write_text(key.private_pem)
    client = mender_client(file)
    client.add_module("mender-configure", MODULE.format(disk=client.disk))
    return client


def test_configuration_is_installed_and_reported(
    operator: "Operator",
    management: httpx.Client,
    server: "RunningServer",
    client: "MenderClient",
    key: KeyPair,
) -> None:
    """The client fetches it by its link and hands it to the module; users see it reported."""
    client.start()
    device = operator.accept(client)
    path = f"v1/deviceconfig/configurations/device/{device}"
    for values in (WANTED, {}):
        management.put(path, json=values).raise_for_status()
        answer = management.post(f"{path}/deploy", json={}).raise_for_status()
        deployment = answer.json()["deployment_id"]
        client.until(partial(operator.finished, deployment), "the deployment is finished")
        assert operator.statistics(deployment) == {"success": 1}

        installed = json.loads((client.disk / "configured.json").read_text(encoding="utf-8"))
        assert installed == values
        report(server.url, client, key, installed)
        shown = management.get(path).json()
        assert (shown["configured"], shown["reported"]) == (values, values)
        assert shown["deployment_id"] == deployment


def report(url: str, client: "MenderClient", key: KeyPair, installed: dict[str, str]) -> None:
    """Do what mender-configure does once it is done: log in as the device, say what there is."""
    with httpx.Client(base_url=f"{url}/api/devices/v1/") as http:
        request = auth_request(key, {"mac": client.mac})
        token = http.post("authentication/auth_requests", **request)
        headers = {"Authorization": f"Bearer {token.raise_for_status().text}"}
        known = http.get("deviceconfig/configuration", headers=headers)
        assert known.json() == installed
        answer = http.put("deviceconfig/configuration", json=installed, headers=headers)
        assert answer.status_code == 204
