"""What is limited by the server's settings and patience; servers within the test's process."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from logging.handlers import BufferingHandler
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ota_support.device import AUTH, auth_request
from ota_support.server import LOGIN
from otakit.fixtures.keys import generate_key
from otakit.mockserver import listening
from otakit.mockserver.sockets import file_transfer

PATH = "/etc/motd"


class Site:
    """A server with one connected device that only listens, and a user."""

    def __init__(self, url: str) -> None:
        """Log in, announce a device, connect it."""
        self.url = url
        self.user = httpx.Client(base_url=f"{url}/api/management/", timeout=20)
        token = self.user.post("v1/useradm/auth/login", auth=LOGIN).text
        self.user.headers["Authorization"] = f"Bearer {token}"
        key = generate_key("ed25519", seed=1)
        told = {"identity_data": {"sn": "1"}, "pubkey": key.public_pem}
        location = self.user.post("v2/devauth/devices", json=told).headers["location"]
        self.device_id = location.rpartition("/")[2]
        request = auth_request(key, {"sn": "1"})
        answer = httpx.post(f"{url}/api/devices/{AUTH}", **request).raise_for_status()
        self.device_token = answer.text

    def connect(self) -> Any:
        """Connect the device."""
        url = self.url.replace("http", "ws", 1) + "/api/devices/v1/deviceconnect/connect"
        return connect(url, additional_headers={"Authorization": f"Bearer {self.device_token}"})

    def path(self, end: str) -> str:
        """Return a path of the device's."""
        return f"v1/deviceconnect/devices/{self.device_id}/{end}"


@pytest.fixture(scope="module")
def site(ota_serve: Callable[..., str]) -> Iterator[Site]:
    """Return a site that takes files of 1000 bytes."""
    made = Site(ota_serve(device_file_limit=1000))
    with closing(made.user):
        yield made


def test_a_device_that_says_nothing_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute, which is shorter here: 408; and it is told that the session is over."""
    monkeypatch.setattr(file_transfer, "SILENCE", 0.05)
    with site.connect() as device:
        got = site.user.get(site.path("download"), params={"path": PATH})
        assert (got.status_code, "silent" in got.json()["error"]) == (408, True)
        kinds = [msgspec.msgpack.decode(device.recv(timeout=20))["hdr"]["typ"] for _ in range(2)]
        assert kinds == ["open", "close"]


def test_a_file_for_a_device_has_a_greatest_size(site: Site) -> None:
    """1 GiB, here 1000 bytes: 413; the device hears nothing of it."""
    with site.connect() as device:
        answer = site.user.put(
            site.path("upload"), data={"path": PATH}, files={"file": bytes(1001)}
        )
        assert (answer.status_code, "at most 1000" in answer.json()["error"]) == (413, True)
        site.user.post(site.path("check-update"))
        assert msgspec.msgpack.decode(device.recv(timeout=20))["hdr"]["typ"] == "check-update"


def test_as_built_a_device_shows_its_token_in_the_header(ota_serve: Callable[..., str]) -> None:
    """The real gateway looks for a device's token nowhere else."""
    site = Site(ota_serve(dialect="as-built"))
    with closing(site.user):
        url = site.url.replace("http", "ws", 1) + "/api/devices/v1/deviceconnect/connect"
        cookie = {"Cookie": f"JWT={site.device_token}"}
        with pytest.raises(InvalidStatus, match="401"), connect(url, additional_headers=cookie):
            pytest.fail("it is let in")
        with site.connect():
            pass


def test_text_that_is_none_ends_it_without_a_noise(site: Site) -> None:
    """RFC 6455, 8.1; the server's log is for what is wrong with the server."""
    handler = BufferingHandler(capacity=1000)
    logging.getLogger("uvicorn.error").addHandler(handler)
    try:
        with site.connect() as device:
            device.socket.sendall(b"\x81\x81\0\0\0\0\xff")  # final, text, masked with zeros
            with pytest.raises(ConnectionClosed) as closed:
                device.recv(timeout=20)
    finally:
        logging.getLogger("uvicorn.error").removeHandler(handler)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, handler.buffer) == (1007, [])


def test_a_peer_that_answers_no_ping_is_gone(
    ota_serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ping every 30 seconds, and 30 for the answer; both are shorter here."""
    monkeypatch.setattr(listening, "PING_INTERVAL", 0.1)
    monkeypatch.setattr(listening, "PING_TIMEOUT", 0.1)
    site = Site(ota_serve())
    address = urlsplit(site.url)
    handshake = (
        f"GET /api/devices/v1/deviceconnect/connect HTTP/1.1\r\nHost: {address.netloc}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        f"Authorization: Bearer {site.device_token}\r\n\r\n"
    )
    with closing(site.user), socket.create_connection((address.hostname, address.port)) as raw:
        raw.settimeout(20)
        raw.sendall(handshake.encode())
        with raw.makefile("rb") as stream:
            answer, _, frames = stream.read().partition(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert frames.startswith(b"\x89\x04")  # a ping with four bytes
        assert frames[6:].startswith(b"\x88")  # a close frame
        assert int.from_bytes(frames[8:10]) == 1011


def test_the_server_stops_at_once(
    start_server: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """Open sockets do not hold it up: uvicorn says when it has to cancel what does not end."""
    server = start_server()
    site = Site(server.url)
    with closing(site.user), site.connect() as device:
        headers = {"Authorization": site.user.headers["authorization"]}
        url = server.url.replace("http", "ws", 1) + f"/api/management/{site.path('connect')}"
        with connect(url, additional_headers=headers) as user:
            user.send(msgspec.msgpack.encode({"hdr": {"proto": 1, "typ": "new"}}))
            device.recv(timeout=20)
            server.process.terminate()
            assert server.process.wait(timeout=20) == 0
    assert capfd.readouterr().err.splitlines()[-1] == "otakit stopped"
