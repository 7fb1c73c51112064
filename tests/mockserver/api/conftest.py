"""What examples need besides a user: devices that are let in, artifacts, deployments."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import httpx
import pytest

from ota_support.device import Device
from ota_support.server import NO_TLS

DEPLOYMENTS = "v1/deployments/deployments"


@pytest.fixture
def stranger(server: Any) -> Iterator[Callable[[], Device]]:
    """Return a function that makes a device of which the server knows nothing."""
    numbers = count(1)
    with ExitStack() as stack:

        def make() -> Device:
            http = httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS)
            return Device(stack.enter_context(http), next(numbers))

        yield make


@pytest.fixture
def new_device(stranger: Callable[[], Device], management: httpx.Client) -> Callable[..., Device]:
    """Return a function that makes an accepted device, with attributes if it is given some."""

    def make(**attributes: Any) -> Device:
        device = stranger()
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        location = management.post("v2/devauth/devices", json=asked).headers["location"]
        device.id = location.rpartition("/")[2]
        assert device.authenticate().status_code == 200
        if attributes:
            told = [{"name": name, "value": value} for name, value in attributes.items()]
            answer = device.http.patch("v1/inventory/device/attributes", json=told)
            assert answer.status_code == 200
        return device

    return make


@pytest.fixture
def waiting(stranger: Callable[[], Device]) -> Device:
    """Return a device that has asked once, and is pending."""
    device = stranger()
    assert device.authenticate().status_code == 401
    return device


@pytest.fixture
def set_path(management: httpx.Client) -> Callable[[], str]:
    """Return a function that tells the path of the one authentication set of the one device."""

    def path() -> str:
        (device,) = management.get("v2/devauth/devices").json()
        (auth_set,) = device["auth_sets"]
        return f"v2/devauth/devices/{device['id']}/auth/{auth_set['id']}"

    return path


@pytest.fixture
def device(new_device: Callable[..., Device]) -> Device:
    """Return an accepted device that has its token."""
    return new_device()


@pytest.fixture
def new_artifact(management: httpx.Client) -> Callable[..., str]:
    """Return a function that makes an artifact and returns its id."""

    def make(name: str = "release-2", *, types: str = "rpi", description: str = "") -> str:
        form = {
            "name": name,
            "description": description,
            "device_types_compatible": types,
            "type": "single_file",
            "args": json.dumps({"filename": "motd", "dest_dir": "/etc"}),
        }
        answer = management.post(
            "v1/deployments/artifacts/generate", data=form, files={"file": ("motd", b"welcome\n")}
        )
        assert answer.status_code == 201
        return str(answer.headers["location"].rpartition("/")[2])

    return make


@pytest.fixture
def deploy(management: httpx.Client) -> Callable[..., str]:
    """Return a function that deploys release-2 to devices and returns the deployment's id."""

    def create(*devices: Device, **plan: Any) -> str:
        asked = {"name": "update", "artifact_name": "release-2", **plan}
        asked["devices"] = [device.id for device in devices]
        answer = management.post(DEPLOYMENTS, json=asked)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"].rpartition("/")[2])

    return create


@pytest.fixture
def refused() -> Callable[[httpx.Response, int], str]:
    """Return a check that an answer is an error object of a status; it returns the message."""

    def check(answer: httpx.Response, status: int) -> str:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        body = answer.json()
        assert body["request_id"] == answer.headers["x-men-requestid"]
        assert body["error"]
        return str(body["error"])

    return check


@pytest.fixture
def relations() -> Callable[[httpx.Response], dict[str, str]]:
    """Return a function that reads the Link headers: URLs by relation."""

    def read(answer: httpx.Response) -> dict[str, str]:
        return {str(name): link["url"] for name, link in answer.links.items()}

    return read
