"""Bodies of any length stream through, and those that can be are held to the documents."""

import gzip
import hashlib
import http.client
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.odd_servers import odd_server
from ota_support.proxies import RunningProxy, lines, well_at_first
from ota_support.server import NO_TLS

MIB = 2**20
PIECE = bytes(range(256)) * 256
PIECES = 800
"""Together 50 MiB."""

SLACK = 24 * MIB


def pieces() -> Iterator[bytes]:
    """Make a long body."""
    for _ in range(PIECES):
        yield PIECE


DIGEST = hashlib.sha256(PIECE * PIECES).hexdigest()


def swallow(connection: socket.socket, head: bytes) -> None:
    """Answer a request with the digest of its body, or with a long body of its own."""
    if head.startswith(b"GET"):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % (len(PIECE) * PIECES))
        connection.sendall(b"Content-Type: application/json\r\n\r\n")
        for piece in pieces():
            connection.sendall(piece)
        return
    seen, _, begun = head.partition(b"\r\n\r\n")
    length = int(seen.lower().partition(b"content-length:")[2].split()[0])
    digest = hashlib.sha256(begun)
    left = length - len(begun)
    while left:
        chunk = connection.recv(min(left, 65_536))
        digest.update(chunk)
        left -= len(chunk)
    body = digest.hexdigest().encode()
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def test_long_bodies_take_no_memory(start_proxy: Callable[..., RunningProxy]) -> None:
    """50 MiB up, of what the documents have and what not, and 50 MiB down."""
    with odd_server(swallow) as url:
        proxy = start_proxy(url)
        httpx.get(f"{proxy.url}/api/none", verify=NO_TLS, timeout=60)
        proxy.forget_peak()
        before = proxy.memory()
        for path in ("/any", "/api/management/v1/deployments/artifacts"):
            length = {"Content-Length": str(len(PIECE) * PIECES)}
            kind = {"Content-Type": "multipart/form-data; boundary=x"}
            answer = httpx.post(
                proxy.url + path,
                content=pieces(),
                headers=length | kind,
                verify=NO_TLS,
                timeout=60,
            )
            assert (answer.status_code, answer.text) == (201, DIGEST)
        with httpx.stream(
            "GET", f"{proxy.url}/api/management/v2/devauth/devices", verify=NO_TLS, timeout=60
        ) as answer:
            digest = hashlib.sha256()
            for chunk in answer.iter_raw():
                digest.update(chunk)
        assert digest.hexdigest() == DIGEST
        assert proxy.memory() - before < SLACK
        report = proxy.stop()
    assert report["bodies_not_read"] == 2
    assert [line for line in lines(report) if line[1] == "listDevices"] == []


def test_upload_is_not_waited_for(start_proxy: Callable[..., RunningProxy]) -> None:
    """The target has the beginning of a body before its client has sent the end."""
    arrived = threading.Event()

    def first_byte(connection: socket.socket, head: bytes) -> None:
        body = head.partition(b"\r\n\r\n")[2] or connection.recv(1)
        assert body
        arrived.set()
        while b"0\r\n\r\n" not in body:
            body += connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def body() -> Iterator[bytes]:
        yield b"a"
        assert arrived.wait(timeout=20)
        yield b"b"

    with odd_server(well_at_first(first_byte)) as url:
        proxy = start_proxy(url)
        assert httpx.post(proxy.url, content=body(), verify=NO_TLS).status_code == 200


@pytest.mark.parametrize("packed", [False, True])
def test_chunked_bodies_are_read(
    server: Any, start_proxy: Callable[..., RunningProxy], *, packed: bool
) -> None:
    """A body without a length reaches the target, and its mistakes are seen, packed or not."""
    proxy = start_proxy(server.url)
    headers = {"Authorization": f"Bearer {server.login()}", "Content-Type": "application/json"}
    path = "/api/management/v2/devauth/devices"
    told = json.dumps({"identity_data": 7}).encode()
    if packed:
        told = gzip.compress(told)
        headers["Content-Encoding"] = "gzip"
    answer = httpx.post(
        proxy.url + path, content=iter([told[:9], told[9:]]), headers=headers, verify=NO_TLS
    )
    assert answer.status_code == 400
    found = {(kind, what) for kind, name, _, what in lines(proxy.stop()) if name.startswith("pre")}
    assert ("request", ".identity_data: 7 is not of type 'object'") in found
    assert ("request", "the body: 'pubkey' is a required property") in found


def test_refused_upload_is_answered(server: Any, start_proxy: Callable[..., RunningProxy]) -> None:
    """A long body that the target does not want is no reason to lose its answer."""
    proxy = start_proxy(server.url)
    files = {"artifact": ("a.mender", PIECE * 160)}
    url = f"{proxy.url}/api/management/v1/deployments/artifacts"
    assert httpx.post(url, files=files, verify=NO_TLS, timeout=60).status_code == 401
    assert lines(proxy.stop()) == []


def test_client_that_asks_first_is_told_to_go_on(
    server: Any, start_proxy: Callable[..., RunningProxy]
) -> None:
    """As curl does before a long upload (RFC 9110, 10.1.1)."""
    proxy = start_proxy(server.url)
    parts = urlsplit(proxy.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/management/v1/useradm/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 400


def test_artifact_is_uploaded_whole(server: Any, start_proxy: Callable[..., RunningProxy]) -> None:
    """And its link leads to the server itself, as the server wrote it."""
    proxy = start_proxy(server.url)
    headers = {"Authorization": f"Bearer {server.login()}"}
    with httpx.Client(
        base_url=f"{proxy.url}/api/management/v1/deployments/", headers=headers, verify=NO_TLS
    ) as user:
        noise = random.Random(1).randbytes(3 * MIB)
        form = {
            "name": "release-1",
            "type": "single_file",
            "device_types_compatible": "rpi",
            "args": '{"filename": "motd", "dest_dir": "/"}',
        }
        made = user.post("artifacts/generate", data=form, files={"file": ("motd", noise)})
        assert made.status_code == 201
        name = made.headers["location"].rpartition("/")[2]
        link = user.get(f"artifacts/{name}/download").json()["uri"]
        assert link.startswith(server.url)
        artifact = httpx.get(link, verify=NO_TLS).content
        assert user.delete(f"artifacts/{name}").status_code == 204
        again = user.post("artifacts", files={"artifact": ("a.mender", artifact)})
        assert again.status_code == 201
        name = again.headers["location"].rpartition("/")[2]
        link = user.get(f"artifacts/{name}/download").json()["uri"]
    through = link.replace(server.url, proxy.url)
    assert httpx.get(through, verify=NO_TLS).content == artifact
    report = proxy.stop()
    assert lines(report) == []
    assert report["bodies_not_read"] == 2
