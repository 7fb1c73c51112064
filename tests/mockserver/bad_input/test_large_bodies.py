"""A JSON body of 100 MB costs the server neither memory nor its connection."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

ATTRIBUTES = "/api/devices/v1/inventory/device/attributes"
SIZE = 100_000_000
MEBIBYTE = 1 << 20


@pytest.fixture
def connection(ota_site: Any) -> Iterator[http.client.HTTPConnection]:
    """Return a connection to the server."""
    connection = http.client.HTTPConnection(urlsplit(ota_site.url).netloc, timeout=60)
    yield connection
    connection.close()


def pieces() -> Iterator[bytes]:
    """Go through a JSON body of 100 MB."""
    yield b'["'
    for _ in range(SIZE // MEBIBYTE):
        yield b"a" * MEBIBYTE
    yield b'"]'


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_memory_stays_bounded(
    ota_site: Any, ota_memory: Any, connection: http.client.HTTPConnection, *, chunked: bool
) -> None:
    """The answer is 413, and the connection can be used again."""
    headers = {**ota_site.as_device, "Content-Type": "application/json"}
    if not chunked:
        headers["Content-Length"] = str(4 + SIZE // MEBIBYTE * MEBIBYTE)
    before = ota_memory(ota_site.pid, anew=True)
    connection.request("PATCH", ATTRIBUTES, pieces(), headers, encode_chunked=chunked)
    answer = connection.getresponse()
    assert answer.status == 413
    error = json.loads(answer.read())
    assert error["error"] == "request body too large: at most 1048576 bytes are read here"
    assert error["request_id"] == answer.getheader("X-MEN-RequestID")
    assert ota_memory(ota_site.pid) - before < 20_000_000
    connection.request("GET", "/otakit/v1/health")
    assert connection.getresponse().status == 200


def test_an_announced_size_is_refused_unread(ota_site: Any) -> None:
    """The answer comes although not one byte of the body was sent."""
    host, port = urlsplit(ota_site.url).netloc.split(":")
    head = (
        f"PATCH {ATTRIBUTES} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {ota_site.device_token}\r\nContent-Length: {SIZE}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(head.encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_the_token_is_looked_at_first(ota_site: Any) -> None:
    """Nobody's body is read, of whatever size."""
    host, port = urlsplit(ota_site.url).netloc.split(":")
    head = f"PATCH {ATTRIBUTES} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {SIZE}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(head.encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 401 ")
