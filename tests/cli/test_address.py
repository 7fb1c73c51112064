"""`--host`: who can reach the server, and what that asks for."""

import socket
from collections.abc import Callable
from typing import Any

import click
import httpx
import pytest

from otakit.cli.address import check_exposure, listen, url_of

TOKEN = "a-token-of-the-test"
ANY = "0.0.0.0"  # noqa: S104 - bound, but never listened on


def has_ipv6() -> bool:
    """Say whether this machine has IPv6's loopback: containers often do without."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


IPV6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.mark.parametrize("host", [ANY, pytest.param("::", marks=IPV6)])
def test_other_machines_need_the_token(refuse_start: Callable[..., str], host: str) -> None:
    """The line says why, and both ways out."""
    line = refuse_start("--host", host)
    assert line.startswith(f"--host {host} lets other machines reach the control API")
    assert "--control-token TOKEN" in line
    assert "--host 127.0.0.1" in line


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1.2.3",
        "localhost",
        pytest.param("::1", marks=IPV6),
        pytest.param("::ffff:127.0.0.1", marks=IPV6),
    ],
)
def test_loopback_needs_none(host: str) -> None:
    """By whichever of its names."""
    with listen(host, 0) as sock:
        check_exposure(host, sock, "")
        assert url_of(host, sock, tls=False).startswith("http://")


def test_other_address_of_this_machine_needs_it() -> None:
    """What counts is the address, not the name that was given for it."""
    with listen(ANY, 0) as sock:
        check_exposure(ANY, sock, TOKEN)
        with pytest.raises(click.ClickException, match="--control-token"):
            check_exposure("localhost", sock, "")


@IPV6
def test_ipv6_address_stands_in_brackets() -> None:
    """As URLs want it."""
    with listen("::1", 0) as sock:
        assert url_of("::1", sock, tls=True) == f"https://[::1]:{sock.getsockname()[1]}"


def test_empty_host(refuse_start: Callable[..., str]) -> None:
    """It would be all addresses, by an empty variable perhaps."""
    assert refuse_start("--host", "").startswith("--host is empty")


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("::1", marks=IPV6)])
def test_control_api_asks_for_the_token(start_server: Callable[..., Any], host: str) -> None:
    """On the loopback, too, once there is one."""
    server = start_server("--host", host, "--control-token", TOKEN)
    url = f"{server.url}/otakit/v1/universes"
    assert httpx.get(f"{server.url}/otakit/v1/health").is_success
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {TOKEN}"}).is_success
