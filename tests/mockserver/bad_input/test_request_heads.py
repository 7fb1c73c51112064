"""Heads of requests that do not end."""

import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

MEBIBYTE = 1 << 20


@pytest.mark.parametrize("piece", [b"y" * 1000, b"z\r\nX-Another: "], ids=["value", "headers"])
def test_an_endless_head_is_refused(ota_site: Any, piece: bytes) -> None:
    """The connection is closed after a mebibyte, whether one header is long or there are many."""
    at = urlsplit(ota_site.url)
    with socket.create_connection((at.hostname, at.port), timeout=20) as connection:
        connection.sendall(b"GET /otakit/v1/health HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        sent = 0
        with suppress(ConnectionError):
            while sent < 64 * MEBIBYTE:
                connection.sendall(piece * 64)
                sent += len(piece) * 64
    assert MEBIBYTE <= sent < 64 * MEBIBYTE
    assert httpx.get(f"{ota_site.url}/otakit/v1/health").status_code == 200


def test_a_long_head_is_served(ota_site: Any) -> None:
    """Half a mebibyte of headers is unusual, but no matter."""
    headers = {f"X-{number}": "y" * 1000 for number in range(500)}
    answer = httpx.get(f"{ota_site.url}/otakit/v1/health", headers=headers)
    assert answer.status_code == 200


def test_many_requests_on_a_connection_are_counted_anew(ota_site: Any) -> None:
    """The bound is a request's, not the connection's."""
    with httpx.Client(base_url=ota_site.url, headers={"X-Long": "y" * 60_000}) as client:
        answers = {client.get("/otakit/v1/health").status_code for _ in range(40)}
    assert answers == {200}
