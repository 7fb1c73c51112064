"""A scenario's devices can be worked on: terminals, files and commands, with a web page's means."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ota_support.sockets import SHELL, Socket, open_socket

if TYPE_CHECKING:
    from tests.conftest import RunningServer

SHOP = """
title: A shop
simulated: {poll: 12h}
clock: {speed: 60}
artifacts:
- {name: pos-2, device_types: [raspberrypi4], at: -9d}
devices:
- {name: till, joined: -10d, inventory: {hostname: till-1}}
- {name: new, joined: -1d, status: pending}
"""
CONNECT = "v1/deviceconnect/devices"


@pytest.fixture
def till(load: Callable[..., Any], management: httpx.Client, server: "RunningServer") -> str:
    """Return the id of a device that rests for an hour, and is connected."""
    load(definition=SHOP)
    found = management.get("v2/devauth/devices", params={"status": "accepted"}).json()
    device_id: str = found[0]["id"]
    turn_on_all(server)
    await_state(management, device_id, "connected")
    return device_id


def turn_on_all(server: "RunningServer") -> None:
    """Let a span go by in which every device asks once; then they rest."""
    clock = f"{server.url}/otakit/v1/universes/default/clock/advance"
    httpx.post(clock, json={"seconds": 43_200}).raise_for_status()


def await_state(management: httpx.Client, device_id: str, status: str) -> None:
    """Wait until a device's connection is in a state."""
    deadline = time.monotonic() + 20
    while management.get(f"{CONNECT}/{device_id}").json()["status"] != status:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def terminal(till: str, server: "RunningServer") -> Iterator[Socket]:
    """Return a user's websocket to the device."""
    path = f"/api/management/{CONNECT}/{till}/connect"
    with open_socket(server.url, path, {"Cookie": f"JWT={server.login()}"}) as socket:
        yield socket


def printed(socket: Socket, text: bytes) -> bytes:
    """Wait until a text is printed; return all that is."""
    shown = b""
    while text not in shown:
        shown += socket.expect(SHELL, "shell")["body"]
    return shown


def test_terminal_from_its_beginning_to_its_end(terminal: Socket) -> None:
    """A user types, sees what comes of it, changes the window, and leaves."""
    terminal.say(SHELL, "new", terminal_width=100, terminal_height=30)
    assert terminal.expect(SHELL, "new")["body"] == b"Shell started"
    printed(terminal, b"root@till-1:~# ")
    terminal.say(SHELL, "shell", body=b"cat /etc/hostname\r")
    assert b"cat /etc/hostname\r\ntill-1\r\n" in printed(terminal, b"till-1:~# ")
    terminal.say(SHELL, "resize", terminal_width=90, terminal_height=25)
    terminal.say(SHELL, "shell", body=b"stty size\r")
    assert b"25 90" in printed(terminal, b"~# ")
    terminal.say(SHELL, "shell", body=b"exit\r")
    printed(terminal, b"exit\r\nexit\r\n")
    assert terminal.expect(SHELL, "stop")["props"]["status"] == 2


def test_check_update_brings_a_deployment_at_once(management: httpx.Client, till: str) -> None:
    """The device would ask in twelve hours, which are twelve minutes here."""
    plan = {"name": "second", "artifact_name": "pos-2", "devices": [till]}
    made = management.post("v1/deployments/deployments", json=plan)
    assert made.status_code == 201
    assert management.post(f"{CONNECT}/{till}/check-update").status_code == 202
    deployment = made.headers["location"].rpartition("/")[2]
    deadline = time.monotonic() + 30
    while management.get(f"v1/deployments/deployments/{deployment}").json()["status"] != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    await_state(management, till, "connected")


def test_removed_device_is_disconnected(management: httpx.Client, till: str) -> None:
    """And with it, whoever works on it."""
    assert management.delete(f"v2/devauth/devices/{till}").status_code == 204
    answer = management.get(f"{CONNECT}/{till}")
    assert answer.status_code == 404 or answer.json()["status"] == "disconnected"
    assert management.post(f"{CONNECT}/{till}/check-update").status_code == 404


def test_devices_need_not_connect(
    load: Callable[..., Any], management: httpx.Client, server: "RunningServer"
) -> None:
    """Where the file says so."""
    load(definition=SHOP.replace("poll: 12h", "poll: 12h, connects: false"))
    turn_on_all(server)
    (found,) = management.get("v2/devauth/devices", params={"status": "accepted"}).json()
    assert management.get(f"{CONNECT}/{found['id']}").json()["status"] == "disconnected"
