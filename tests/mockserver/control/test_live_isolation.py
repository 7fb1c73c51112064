"""A connected device is reached from its own universe only, and closed with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from ota_support.device import AUTH, auth_request
from ota_support.sockets import TIMEOUT, Obliging, Socket, obliging, open_socket
from otakit.fixtures.keys import generate_key

DEVAUTH = "/api/management/v2/devauth/devices"
CONNECT = "/api/management/v1/deviceconnect"
SOCKET = "/api/devices/v1/deviceconnect/connect"
FORM = {"path": "/etc/motd"}


class Site:
    """A universe with a user and a connected device; all sites' devices are the same thing."""

    def __init__(self, universe: dict[str, Any], user: httpx.Client, stack: ExitStack) -> None:
        """Let the device in and connect it."""
        self.universe, self.user = universe, user
        self.url = str(user.base_url).rstrip("/")
        self._stack = stack
        key = generate_key("ed25519", seed=1)
        identity = {"mac": "00:00:00:00:00:01"}
        asked = {"identity_data": identity, "pubkey": key.public_pem}
        made = user.post(DEVAUTH, json=asked).raise_for_status()
        self.device_id = made.headers["location"].rpartition("/")[2]
        wish = auth_request(key, identity, tenant_token=universe["tenant_token"])
        let_in = httpx.post(f"{self.url}/api/devices/{AUTH}", **wish)
        self.token = f"Bearer {let_in.raise_for_status().text}"
        self.device: Obliging = stack.enter_context(obliging(self.url, self.token))
        self.wait("connected")

    def wait(self, status: str) -> None:
        """Wait until its own device has a connection status."""
        deadline = time.monotonic() + TIMEOUT
        while self.ask("GET", self.device_id).json()["status"] != status:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask its own universe about some device."""
        return self.user.request(method, f"{CONNECT}/devices/{path}", **more)

    def open(self, path: str) -> Socket:
        """Open a websocket as its user."""
        headers = {"Authorization": self.user.headers["authorization"]}
        return self._stack.enter_context(open_socket(self.url, f"{CONNECT}/{path}", headers))

    def terminal(self, device_id: str) -> Socket:
        """Open a shell on some device."""
        user = self.open(f"devices/{device_id}/connect")
        user.say(1, "new")
        return user


@pytest.fixture
def sites(
    new_universe: Callable[..., dict[str, Any]],
    user_of: Callable[[dict[str, Any]], httpx.Client],
) -> Iterator[tuple[Site, Site]]:
    """Return two universes: the one that is to be reached, and the one that tries."""
    with ExitStack() as stack:
        made = [new_universe() for _ in range(2)]
        mine, other = (Site(universe, user_of(universe), stack) for universe in made)
        yield mine, other


def requests(site: Site, device_id: str) -> dict[str, int]:
    """Ask a device for everything that takes it to be connected; return the statuses by name."""
    ask, files = site.ask, {"file": b"welcome"}
    answers = {
        "shown": ask("GET", device_id),
        "check-update": ask("POST", f"{device_id}/check-update"),
        "send-inventory": ask("POST", f"{device_id}/send-inventory"),
        "stat": ask("HEAD", f"{device_id}/download", params=FORM),
        "download": ask("GET", f"{device_id}/download", params=FORM),
        "upload": ask("PUT", f"{device_id}/upload", data=FORM, files=files),
        "plain": ask("GET", f"{device_id}/connect"),
    }
    return {name: answer.status_code for name, answer in answers.items()}


REACHED = {
    "shown": 200,
    "check-update": 202,
    "send-inventory": 202,
    "stat": 200,
    "download": 200,
    "upload": 201,
    "plain": 400,
}
REFUSED = {
    "shown": 404,
    "check-update": 404,
    "send-inventory": 404,
    "stat": 409,
    "download": 409,
    "upload": 409,
    "plain": 404,
}


def test_device_is_reached_from_its_own_universe_only(sites: tuple[Site, Site]) -> None:
    """With its id and a good token another universe's user finds nothing connected."""
    mine, other = sites
    assert requests(other, mine.device_id) == REFUSED
    with pytest.raises(InvalidStatus) as refused:
        other.terminal(mine.device_id)
    assert refused.value.response.status_code == 404
    assert mine.device.heard == []
    assert other.device.heard == []
    assert requests(mine, mine.device_id) == REACHED
    assert {typ for _, typ in mine.device.heard} >= {"check-update", "get_file", "put_file"}
    assert other.device.heard == []


def test_session_is_played_back_in_its_own_universe_only(sites: tuple[Site, Site]) -> None:
    """By its id, which the other one may know."""
    mine, other = sites
    user = mine.terminal(mine.device_id)
    sid = user.expect(1, "shell")["sid"]
    user.close()
    path = f"sessions/{sid}/playback"
    with pytest.raises(InvalidStatus) as refused:
        other.open(path)
    assert refused.value.response.status_code == 404
    assert other.user.get(f"{CONNECT}/{path}").status_code == 404
    assert mine.open(path).expect(1, "shell")["body"] == b"$ "


def test_deployed_configuration_is_announced_within_its_universe(
    sites: tuple[Site, Site],
) -> None:
    """Both have a device; one of them hears of it."""
    mine, other = sites
    base = "/api/management/v1/deviceconfig/configurations/device"
    refused = other.user.post(f"{base}/{mine.device_id}/deploy", json={})
    assert refused.status_code == 404
    mine.user.post(f"{base}/{mine.device_id}/deploy", json={}).raise_for_status()
    deadline = time.monotonic() + TIMEOUT
    while not mine.device.heard:
        assert time.monotonic() < deadline
    assert mine.device.heard == [(4, "check-update")]
    assert other.device.heard == []


@pytest.mark.parametrize("way", ["reset", "delete"])
def test_sockets_close_with_their_universe(
    control: httpx.Client, sites: tuple[Site, Site], way: str
) -> None:
    """The device's and the user's; those of another universe go on."""
    mine, other = sites
    users = [site.terminal(site.device_id) for site in sites]
    for user in users:
        user.expect(1, "shell")
    path = f"universes/{mine.universe['id']}"
    answer = control.post(f"{path}/reset") if way == "reset" else control.delete(path)
    assert answer.status_code == 204
    assert users[0].end() == (1000, "the server begins anew")
    assert mine.device.over.wait(TIMEOUT)
    assert mine.device.connection.close_reason == "the server begins anew"
    status = 401 if way == "delete" else 404
    assert mine.ask("POST", f"{mine.device_id}/check-update").status_code == status
    again = {"Authorization": mine.token}
    with pytest.raises(InvalidStatus) as refused, open_socket(mine.url, SOCKET, again):
        pass
    assert refused.value.response.status_code == 401
    assert requests(other, other.device_id) == REACHED
    users[1].say(1, "new")
    assert users[1].expect(1, "shell")["body"] == b"$ "
