"""Targets that die or sleep, and clients that leave: a line, a documented error, no traceback."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.odd_servers import Answer, odd_server
from ota_support.proxies import OK, RunningProxy, lines, well_at_first
from ota_support.server import NO_TLS

DEVICES = "/api/management/v2/devauth/devices"


def cut_off(connection: socket.socket, _: bytes) -> None:
    """Promise more than comes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    connection.sendall(b"Content-Length: 100\r\n\r\n[")
    connection.shutdown(socket.SHUT_RDWR)


def no_http(connection: socket.socket, _: bytes) -> None:
    """Say something else."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.shutdown(socket.SHUT_RDWR)


def hang_up(connection: socket.socket, _: bytes) -> None:
    """End without a word."""
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("then", "status", "said"),
    [
        (hang_up, 502, "the target gave no whole answer: "),
        (no_http, 502, "the target gave no whole answer: "),
        (lambda *_: None, 504, "the target was silent for 0.5 s"),
    ],
)
def test_target_without_an_answer_is_an_error_object(
    start_proxy: Callable[..., RunningProxy], then: Answer, status: int, said: str
) -> None:
    """With the client's own request id, and a line for whoever watches."""
    with odd_server(well_at_first(then)) as url:
        proxy = start_proxy(url, "--timeout", "0.5")
        headers = {"X-MEN-RequestID": "my-request"}
        answer = httpx.get(proxy.url + DEVICES, headers=headers, verify=NO_TLS)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-men-requestid"] == "my-request"
        error = answer.json()
        assert set(error) == {"error", "request_id"}
        assert error["error"].startswith(f"otakit proxy: {said}")
        assert error["request_id"] == "my-request"
        report = proxy.stop()
    [(kind, operation, seen, what)] = lines(report)
    assert (kind, operation, seen) == ("target", "listDevices", 0)
    assert what.startswith(said)
    assert re.search(rf"target  GET {DEVICES} → no answer: {re.escape(said)}", proxy.stdout)


def test_target_that_is_gone_is_502(start_proxy: Callable[..., RunningProxy]) -> None:
    """Nobody listens there any more; websockets are told so, too."""
    with odd_server(lambda connection, _: connection.sendall(OK)) as url:
        proxy = start_proxy(url)
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for headers in ({}, upgrade):
        answer = httpx.get(proxy.url + DEVICES, headers=headers, verify=NO_TLS)
        assert answer.status_code == 502
        assert answer.json()["error"].startswith("otakit proxy: the target cannot be reached: ")
    report = proxy.stop()
    assert [(v["kind"], v["count"]) for v in report["violations"]] == [("target", 2)]


def test_target_that_dies_midway_ends_its_clients_answer(
    start_proxy: Callable[..., RunningProxy],
) -> None:
    """The client learns that it has not got everything, and the proxy goes on."""
    with odd_server(well_at_first(cut_off)) as url:
        proxy = start_proxy(url)
        for _ in range(2):
            parts = urlsplit(proxy.url)
            connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
            connection.request("GET", DEVICES)
            with pytest.raises(http.client.IncompleteRead):
                connection.getresponse().read()
            connection.close()
        [violation] = proxy.stop()["violations"]
    assert (violation["kind"], violation["status"], violation["count"]) == ("target", 200, 2)
    assert violation["what"].startswith("the target gave no whole answer: ")


@pytest.mark.parametrize("when", ["upload", "wait", "download"])
def test_client_that_leaves_takes_its_request_along(
    start_proxy: Callable[..., RunningProxy], when: str
) -> None:
    """The target's connection ends, too: nothing is carried on for nobody."""
    here, ended = threading.Event(), threading.Event()
    sent: list[bytes] = []

    def notice(connection: socket.socket, _: bytes) -> None:
        if when == "download":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na")
        here.set()
        while more := connection.recv(65_536):
            sent.append(more)
        ended.set()

    with odd_server(well_at_first(notice)) as url:
        proxy = start_proxy(url)
        parts = urlsplit(proxy.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as client:
            begun = b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" if when == "upload" else b"\r\n"
            client.sendall(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\n" + begun)
            assert here.wait(timeout=20)
            if when == "download":
                assert client.recv(65_536)
        assert ended.wait(timeout=20)
        assert b"0\r\n\r\n" not in b"".join(sent)  # half a body is not taken for a whole one
        report = proxy.stop()
    assert (report["requests"], report["violations"]) == (1, [])


def test_odd_requests_do_not_hurt(server: Any, start_proxy: Callable[..., RunningProxy]) -> None:
    """What is no HTTP is answered 400; header fields that are none go no further."""
    proxy = start_proxy(server.url)
    parts = urlsplit(proxy.url)
    for request in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\nConnection: close\r\n\r\n",
        b"GET /%ff%00?\x80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"POST " + DEVICES.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall(request)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert re.match(rb"HTTP/1.1 4\d\d ", answer), (request, answer)
    assert httpx.get(f"{proxy.url}/otakit/v1/health", verify=NO_TLS).status_code == 200
    assert json.dumps(proxy.stop())
