"""Who may steer the server: its token, and what browsers say of the pages that ask.

The requests are written out byte by byte: browsers and proxies send what client libraries do not.
"""

import json
import re
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import control, resolved

TOKEN = "a-token-of-the-test"
BEARER = f"Authorization: Bearer {TOKEN}"
LOCAL, SHOP = "http://localhost:5173", "http://shop.example"

Ask = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def closed(ota_serve: Callable[..., str]) -> str:
    """Return the URL of a server with a token, which trusts a shop's pages."""
    return ota_serve(control_token=TOKEN, cors_origins=(SHOP, "https://shop.example"))


@pytest.fixture(scope="module")
def opened(ota_serve: Callable[..., str]) -> str:
    """Return the URL of a server without a token."""
    return ota_serve()


def ask(url: str, *headers: str, target: str = "/otakit/v1/universes") -> tuple[int, str]:
    """Send a GET with these header lines and no others; return the status and the error."""
    address = httpx.URL(url)
    lines = [f"GET {target} HTTP/1.1", *headers, "Connection: close", "", ""]
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        with connection.makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
    status = int(head.split()[1])
    return status, "" if status == 200 else json.loads(body)["error"]


def host(url: str) -> str:
    """Return the header that a client of this URL sends."""
    return f"Host: {httpx.URL(url).netloc.decode()}"


@pytest.mark.parametrize(
    "authorization",
    [
        BEARER,
        f"authorization: bearer   {TOKEN}",
    ],
)
def test_token_opens(closed: str, authorization: str) -> None:
    """As RFC 6750 has it: the scheme's case does not matter."""
    assert ask(closed, host(closed), authorization)[0] == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "X-Nothing: at all",
        "Authorization:",
        "Authorization: Bearer",
        f"Authorization: {TOKEN}",
        f"Authorization: Basic {TOKEN}",
        f"{BEARER}x",
        BEARER[:-1],
        "Authorization: Bearer tök€n".encode().decode("latin-1"),
        f"Cookie: JWT={TOKEN}",
    ],
)
def test_anything_else_does_not(closed: str, authorization: str) -> None:
    """The answer says what is missing, and not what it is."""
    status, error = ask(closed, host(closed), authorization)
    assert status == 401
    assert "'Authorization: Bearer TOKEN'" in error
    assert TOKEN not in error


def operations() -> list[tuple[str, str]]:
    """Return method and path of all that the control API's file has."""
    paths: dict[str, Any] = resolved(control())["paths"]
    return [
        (method, re.sub(r"\{\w+\}", "default", path))
        for path, described in paths.items()
        for method in described
        if method in {"get", "post", "put", "patch", "delete"}
    ]


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_operation_is_closed(closed: str, method: str, path: str) -> None:
    """But the one that says that the server is up."""
    answer = httpx.request(method, f"{closed}/otakit/v1{path}")
    assert answer.status_code == (200 if path == "/health" else 401)


def test_management_token_is_not_the_control_token(closed: str) -> None:
    """A user of one universe does not reset the others."""
    login = ("admin@example.com", "otakit-password")
    token = httpx.post(f"{closed}/api/management/v1/useradm/auth/login", auth=login).text
    assert ask(closed, host(closed), f"Authorization: Bearer {token}")[0] == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example.evil", "null"])
def test_token_does_not_open_for_other_pages(closed: str, origin: str) -> None:
    """Whoever got a browser to send it."""
    status, error = ask(closed, host(closed), BEARER, f"Origin: {origin}")
    assert (status, origin in error) == (403, True)


@pytest.mark.parametrize("origin", [LOCAL, SHOP, "https://shop.example", "own"])
def test_allowed_pages_still_need_the_token(closed: str, origin: str) -> None:
    """Local ones, those that were named, and the server's own."""
    line = f"Origin: {closed if origin == 'own' else origin}"
    assert ask(closed, host(closed), line)[0] == 401
    assert ask(closed, host(closed), line, BEARER)[0] == 200


@pytest.mark.parametrize(
    "name",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil", "[::1].evil"],
)
def test_page_whose_name_was_made_to_lead_here(opened: str, closed: str, name: str) -> None:
    """To such a page the server is its own: it may name no origin, or its own one."""
    for url, more in ((opened, []), (closed, [BEARER])):
        for origin in ([], [f"Origin: http://{name}"]):
            status, error = ask(url, f"Host: {name}", *more, *origin)
            assert status == 403
            assert f"'{name}' is no name of this machine" in error


@pytest.mark.parametrize("name", ["[::1]", "[::1]:8080", "LOCALHOST:1", "otakit:8080", "my.test"])
def test_page_of_this_machine(opened: str, name: str) -> None:
    """By any of its names and ports, also as the server's own page."""
    assert ask(opened, f"Host: {name}")[0] == 200
    assert ask(opened, f"Host: {name}", f"Origin: http://{name}")[0] == 200


def test_trusted_page_may_lead_here(closed: str) -> None:
    """Its own development server passes the browser's Host on."""
    assert ask(closed, "Host: shop.example", BEARER)[0] == 200
    assert ask(closed, "Host: Shop.Example", BEARER, f"Origin: {SHOP}")[0] == 200
    assert ask(closed, "Host: till.shop.example", BEARER)[0] == 403
    assert ask(closed, "Host: op.example", BEARER)[0] == 403


def test_absolute_target_is_judged_by_the_headers(opened: str, closed: str) -> None:
    """As a proxy sends it: the way round by the target's form is none."""
    target = "http://127.0.0.1/otakit/v1/universes"
    assert ask(opened, "Host: 127.0.0.1", target=target)[0] == 200
    assert ask(opened, "Host: evil.example", target=target)[0] == 403
    assert ask(closed, "Host: 127.0.0.1", target=target)[0] == 401


@pytest.mark.parametrize(
    "path", ["//otakit/v1/universes", "/otakit//v1/universes", "/otakit/v1/universes/"]
)
def test_odd_paths_are_no_way_round(closed: str, path: str) -> None:
    """Whether they lead somewhere or not."""
    assert httpx.get(closed + path, follow_redirects=True).status_code in (401, 404)


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ("Host: 127.0.0.1", "Host: evil.example", "host"),
        ("Host: evil.example", "host: 127.0.0.1", "host"),
        (f"Origin: {LOCAL}", "Origin: https://evil.example", "origin"),
        ("Authorization: Bearer x", BEARER, "authorization"),
    ],
)
def test_two_of_a_kind(closed: str, first: str, second: str, named: str) -> None:
    """Nobody has to know which of them a proxy looked at."""
    rest = [line for line in (host(closed), BEARER) if line.split(":")[0].lower() != named]
    status, error = ask(closed, first, second, *rest)
    assert (status, error) == (400, f"the request has more than one header '{named}'")


def test_old_programs_name_no_host(opened: str) -> None:
    """HTTP/1.0 has no Host; a browser always sends one."""
    address = httpx.URL(opened)
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        connection.sendall(b"GET /otakit/v1/universes HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as file:
            assert b" 200 " in file.readline()
