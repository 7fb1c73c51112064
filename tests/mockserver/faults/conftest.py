"""What the tests of faults over real sockets share."""

import http.client
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.device import Device
from ota_support.server import NO_TLS


class Faults:
    """The faults of a universe, by the control API."""

    def __init__(self, control: httpx.Client, universe: str = "default") -> None:
        """Act through a client of the control API."""
        self.control = control
        self.path = f"universes/{universe}/faults"

    def make(self, do: dict[str, Any], *operations: str, **plan: Any) -> str:
        """Make a fault on operations, or all; return its id."""
        on = {**({"operations": operations} if operations else {}), **plan.pop("on", {})}
        answer = self.control.post(self.path, json={"on": on, "do": do, **plan})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def counts(self, fault_id: str) -> tuple[int, int]:
        """Return how many requests a fault has seen, and how many it has struck."""
        shown = self.control.get(f"{self.path}/{fault_id}").json()
        return shown["seen"], shown["hits"]

    def clear(self) -> None:
        """Remove all."""
        assert self.control.delete(self.path).status_code == 204


@pytest.fixture
def control(server: Any) -> Iterator[httpx.Client]:
    """Return a client of the control API; all universes but `default` are gone in the end."""
    with httpx.Client(base_url=f"{server.url}/otakit/v1/", verify=NO_TLS) as client:
        yield client
        for universe in client.get("universes").json():
            if universe["id"] != "default":
                client.delete(f"universes/{universe['id']}").raise_for_status()


@pytest.fixture
def faults(control: httpx.Client) -> Faults:
    """Return the faults of the unnamed universe."""
    return Faults(control)


@pytest.fixture
def faults_of(control: httpx.Client) -> Callable[[str], Faults]:
    """Return the function that gives the faults of another universe."""
    return lambda universe: Faults(control, universe)


@pytest.fixture
def connection(server: Any) -> Iterator[http.client.HTTPConnection]:
    """Return a connection of the standard library, which says what became of it."""
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    made = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    with closing(made):
        yield made


@pytest.fixture
def bearer(management: httpx.Client) -> dict[str, str]:
    """Return the headers of the first user."""
    return {"Authorization": management.headers["Authorization"]}


@pytest.fixture
def new_device(server: Any, management: httpx.Client) -> Iterator[Callable[[int], Device]]:
    """Return the function that lets a device with this number in."""
    clients = []

    def make(number: int) -> Device:
        http = httpx.Client(base_url=f"{server.url}/api/devices/", verify=NO_TLS)
        clients.append(http)
        device = Device(http, number)
        announced = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        made = management.post("v2/devauth/devices", json=announced).raise_for_status()
        device.id = made.headers["location"].rpartition("/")[2]
        assert device.authenticate().status_code == 200
        return device

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def deploy(management: httpx.Client) -> Callable[..., str]:
    """Return the function that deploys a generated artifact to devices; it returns the id."""

    def make(*devices: Device, name: str = "release-2", size: int = 1000) -> str:
        told = {
            "name": name,
            "device_types_compatible": "rpi",
            "type": "single_file",
            "args": '{"filename": "f", "dest_dir": "/"}',
        }
        base = "v1/deployments"
        file = {"file": random.Random(0).randbytes(size)}  # it does not get smaller by packing
        management.post(f"{base}/artifacts/generate", data=told, files=file).raise_for_status()
        wish = {"name": "d", "artifact_name": name, "devices": [device.id for device in devices]}
        made = management.post(f"{base}/deployments", json=wish).raise_for_status()
        return str(made.headers["location"].rpartition("/")[2])

    return make


@pytest.fixture
def refused() -> Callable[[httpx.Response, int], str]:
    """Return a check that an answer is an error object of a status; it returns the message."""

    def check(answer: httpx.Response, status: int) -> str:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        told = answer.json()
        assert told.keys() == {"error", "request_id"}
        assert told["request_id"] == answer.headers["x-men-requestid"]
        return str(told["error"])

    return check
