"""Requests and answers as they come out on the other side."""

import gzip
import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.server import NO_TLS

Proxied = Any


def ask(url: str, path: str, **more: Any) -> httpx.Response:
    """Send a request to the proxy."""
    return httpx.request(more.pop("method", "GET"), url + path, verify=NO_TLS, **more)


def raw(url: str, request: bytes) -> bytes:
    """Send bytes and return all that is answered until the connection ends."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_path_passes_byte_for_byte(proxied: Proxied) -> None:
    """Nothing in it is decoded, joined or put in order."""
    proxy, target = proxied
    request = b"GET /a%2Fb/../c%20d//e?x=%31&&y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    assert raw(proxy.url, request).startswith(b"HTTP/1.1 200 ")
    assert target.heads[-1].startswith(b"GET /a%2Fb/../c%20d//e?x=%31&&y HTTP/1.1\r\n")


def test_target_is_told_who_asks_and_where(proxied: Proxied) -> None:
    """It is addressed by its own name; the X-Forwarded headers have the rest (RFC 9110, 7.6.3)."""
    proxy, target = proxied
    ask(proxy.url, "/", headers={"X-Forwarded-For": "10.0.0.9", "Via": "1.1 other"})
    sent = dict(target.headers())
    assert sent["host"] == urlsplit(target.url).netloc
    assert sent["x-forwarded-host"] == urlsplit(proxy.url).netloc
    assert sent["x-forwarded-proto"] == "http"
    assert sent["x-forwarded-for"] == "10.0.0.9, 127.0.0.1"
    assert sent["via"].startswith("1.1 other, 1.1 otakit-")


def test_headers_of_a_connection_end_here(proxied: Proxied) -> None:
    """Also those that Connection names; all others pass in both directions, repeated ones too."""
    proxy, target = proxied
    target.answer = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        b"Connection: X-Once\r\nX-Once: 1\r\nKeep-Alive: timeout=5\r\nDate: then\r\n\r\nok"
    )
    told = {"Connection": "X-Mine", "X-Mine": "1", "TE": "trailers", "X-Kept": "1", "Cookie": "c"}
    answer = ask(proxy.url, "/", headers=told)
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["date"] == "then"
    assert not {"x-once", "keep-alive", "server"} & set(answer.headers)
    sent = dict(target.headers())
    assert (sent["x-kept"], sent["cookie"]) == ("1", "c")
    assert not {"x-mine", "te"} & set(sent)


def test_nothing_is_added_for_the_proxys_own_client(proxied: Proxied) -> None:
    """A request without Accept-Encoding and User-Agent has none at the target."""
    proxy, target = proxied
    raw(proxy.url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    names = {name for name, _ in target.headers()}
    forwarded = {"x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "via"}
    assert names - forwarded <= {"host", "connection"}


def test_proxys_own_pages_are_the_targets(proxied: Proxied) -> None:
    """So a terminal's handshake passes its same-origin check; other origins stay as they are."""
    proxy, target = proxied
    ask(proxy.url, "/", headers={"Origin": proxy.url})
    assert dict(target.headers())["origin"] == target.url
    ask(proxy.url, "/", headers={"Origin": "https://elsewhere.example"})
    assert dict(target.headers())["origin"] == "https://elsewhere.example"


def test_strange_names_are_not_vouched_for(proxied: Proxied) -> None:
    """A page whose name was made to lead to this machine is not taken for the proxy's own."""
    proxy, target = proxied
    ask(proxy.url, "/", headers={"Host": "evil.example", "Origin": "http://evil.example"})
    sent = dict(target.headers())
    assert (sent["host"], sent["origin"]) == ("evil.example", "http://evil.example")


def test_links_are_left_and_redirections_stay(proxied: Proxied) -> None:
    """A redirection within the target stays with the proxy; one away, or a link, is not touched."""
    proxy, target = proxied
    head = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"
    own = target.url.encode()
    for status, place, expected in (
        (b"302 Found", own + b"/ui/?a", "/ui/?a"),
        (b"302 Found", b"https://other.example/", "https://other.example/"),
        (b"302 Found", own + b"1/", f"{target.url}1/"),
        (b"302 Found", own + b"//other.example/", f"{target.url}//other.example/"),
        (b"201 Created", own + b"/x", f"{target.url}/x"),
    ):
        target.answer = head % (status, place)
        assert ask(proxy.url, "/").headers["location"] == expected
    target.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(own), own)
    assert ask(proxy.url, "/").content == own


def test_connections_are_kept(proxied: Proxied) -> None:
    """One on each side serves many requests."""
    proxy, target = proxied
    parts = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    ports = set()
    for _ in range(5):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"ok"
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert (len(ports), len(target.connections)) == (1, 1)


@pytest.mark.parametrize(
    ("method", "answer", "length"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "5"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", None),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 9\r\n\r\n", None),
        ("PUT", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "0"),
    ],
)
def test_answers_without_a_body(
    proxied: Proxied, method: str, answer: bytes, length: str | None
) -> None:
    """They end at once, and the connection is good for more."""
    proxy, target = proxied
    target.answer = answer
    with httpx.Client(verify=NO_TLS, timeout=10) as client:
        got = client.request(method, f"{proxy.url}/")
        assert (got.status_code, got.content) == (int(answer.split()[1]), b"")
        assert got.headers.get("content-length") == length
        assert "transfer-encoding" not in got.headers
        assert client.request(method, f"{proxy.url}/").status_code == got.status_code


def test_chunked_answer_stays_one_and_packed_ones_packed(proxied: Proxied) -> None:
    """Bodies are passed on as they are."""
    proxy, target = proxied
    target.answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    answer = ask(proxy.url, "/")
    assert (answer.content, answer.headers["transfer-encoding"]) == (b"abcde", "chunked")
    packed = gzip.compress(b"hello")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    target.answer = head % len(packed) + packed
    assert raw(
        proxy.url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    ).endswith(packed)


def test_request_that_comes_back_is_ended(proxied: Proxied) -> None:
    """A target that leads to the proxy again would go round for ever."""
    proxy, target = proxied
    ask(proxy.url, "/")
    answer = ask(proxy.url, "/", headers={"Via": dict(target.headers())["via"]})
    assert answer.status_code == 508
    assert "this proxy again" in json.loads(answer.content)["error"]
