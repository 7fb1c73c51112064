"""Faults that end a connection, or hold an answer up."""

import http.client
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.server import LOGIN, NO_TLS

DEVICES = "/api/management/v2/devauth/devices"
SOCKET = "/api/devices/v1/deviceconnect/connect"
CHUNKS = 8 << 20
"""Bytes: more than what lies between two programs of a machine."""

ENDS = {"reset": ConnectionResetError, "empty": http.client.RemoteDisconnected}


@pytest.mark.parametrize("action", ENDS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_connection_ends_without_an_answer(
    faults: Any,
    connection: http.client.HTTPConnection,
    bearer: dict[str, str],
    action: str,
    moment: str,
) -> None:
    """With a reset (ECONNRESET), or as connections end; the next one is as good as ever."""
    fault = faults.make({"action": action, "moment": moment}, "listDevices", when={"times": 1})
    connection.request("GET", DEVICES, headers=bearer)
    with pytest.raises(ConnectionError) as ended:
        connection.getresponse()
    assert type(ended.value) is ENDS[action]
    connection.close()
    connection.request("GET", DEVICES, headers=bearer)
    assert connection.getresponse().read() == b"[]"
    assert faults.counts(fault) == (2, 1)


@pytest.mark.parametrize("action", ["reset", "empty", "latency"])
@pytest.mark.parametrize(("moment", "made"), [("before", 0), ("after", 1)])
def test_moment_says_whether_it_has_happened(
    faults: Any, management: httpx.Client, action: str, moment: str, made: int
) -> None:
    """After: there is a filter, and nobody was told."""
    path = "v2/inventory/filters"
    terms = [{"scope": "identity", "attribute": "mac", "type": "$eq", "value": "1"}]
    seconds = {"seconds": 300} if action == "latency" else {}
    faults.make({"action": action, "moment": moment, **seconds}, "createFilter")
    with pytest.raises(httpx.TransportError):
        management.post(path, json={"name": "f", "terms": terms}, timeout=1)
    assert len(management.get(path).json()) == made


@pytest.mark.parametrize("action", ["reset", "empty"])
def test_upload_is_cut_off(faults: Any, management: httpx.Client, action: str) -> None:
    """Before it is read: a client that is still sending is told by a reset, or a broken pipe."""
    faults.make({"action": action}, "uploadArtifact")
    with pytest.raises(httpx.TransportError):
        management.post("v1/deployments/artifacts", files={"artifact": bytes(CHUNKS)})
    assert management.get("v1/deployments/artifacts/list").json() == []


def test_latency_is_that_long(faults: Any, management: httpx.Client) -> None:
    """Several add up."""
    for _ in range(2):
        faults.make({"action": "latency", "seconds": 0.2}, "listDevices")
    faults.make({"action": "latency", "seconds": 0.2, "moment": "after"}, "listDevices")
    begun = time.monotonic()
    assert management.get("v2/devauth/devices").json() == []
    assert time.monotonic() - begun >= 0.6


def test_client_that_goes_ends_the_wait(
    faults: Any, server: Any, bearer: dict[str, str], control: httpx.Client
) -> None:
    """The server hears of it at once; the request is over when a later one can be told so."""
    faults.make({"action": "latency", "seconds": 300}, "listDevices")
    events: list[str] = []
    with control.stream("GET", "universes/default/events", timeout=20) as stream:
        lines = stream.iter_lines()
        next(lines)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(server.url + DEVICES, headers=bearer, timeout=0.3, verify=NO_TLS)
        events.extend(line for line in lines_until(lines, "listDevices"))
    assert '"status":0' in events[-1]


def lines_until(lines: Any, word: str) -> list[str]:
    """Return a stream's lines up to the first that has a word."""
    found = []
    for line in lines:
        found.append(line)
        if word in line:
            return found
    return found


def test_server_stops_while_requests_wait(start_server: Callable[..., Any]) -> None:
    """They end without an answer, and keep nothing up."""
    server = start_server()
    plan = {"do": {"action": "latency", "seconds": 300}, "on": {"operations": ["login"]}}
    path = f"{server.url}/otakit/v1/universes/default/faults"
    httpx.post(path, json=plan, verify=NO_TLS).raise_for_status()
    ended: list[Exception] = []

    def wait() -> None:
        try:
            url = f"{server.url}/api/management/v1/useradm/auth/login"
            httpx.post(url, auth=LOGIN, timeout=30, verify=NO_TLS)
        except httpx.TransportError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    deadline = time.monotonic() + 20
    while not httpx.get(path, verify=NO_TLS).json()[0]["hits"]:
        assert time.monotonic() < deadline
    begun = time.monotonic()
    server.process.terminate()
    waiting.join(timeout=20)
    server.process.wait(timeout=20)
    assert time.monotonic() - begun < 2.5  # it would wait for three seconds for those that go on
    assert [type(error) for error in ended] == [httpx.RemoteProtocolError]


def test_pipelined_requests_end_with_the_connection(
    faults: Any, server: Any, bearer: dict[str, str]
) -> None:
    """The first of three is answered; what stands behind the one that is struck is not."""
    faults.make({"action": "empty"}, "listDevices", when={"occurrence": 2})
    parts = urlsplit(server.url)
    head = f"GET {DEVICES} HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer['Authorization']}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as raw:
        raw.sendall(head.encode() * 3)
        received = b"".join(iter(lambda: raw.recv(1 << 16), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 1
    assert received.endswith(b"[]")


def handshake(url: str, token: str) -> bytes:
    """Ask for a device's websocket and return the first line of the answer, if there is one."""
    parts = urlsplit(url)
    fields = {
        "Host": "x",
        "Authorization": token,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as raw:
        raw.sendall(f"GET {SOCKET} HTTP/1.1\r\n{head}\r\n".encode())
        return raw.recv(1 << 16).partition(b"\r\n")[0]


def test_handshakes_are_struck(faults: Any, server: Any, new_device: Any) -> None:
    """By what ends or refuses them; those about answers leave them alone."""
    device = new_device(1)
    token = device.http.headers["Authorization"]
    on = {"caller": device.id}
    harmless = faults.make({"action": "truncate", "at": 1}, on=on)
    assert b"101" in handshake(server.url, token)
    assert faults.counts(harmless) == (1, 0)
    faults.make({"action": "status", "status": 429}, "connectDevice", on=on, when={"times": 1})
    faults.make({"action": "empty"}, "connectDevice", on=on, when={"times": 1})
    faults.make({"action": "reset"}, "connectDevice", on=on, when={"times": 1})
    assert b"429" in handshake(server.url, token)
    assert handshake(server.url, token) == b""
    with pytest.raises(ConnectionResetError):
        handshake(server.url, token)
    assert b"101" in handshake(server.url, token)
