"""Servers that ask for a token, and servers with TLS, by the client."""

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from otakit.mockserver.client import ControlClient, ControlError, Unreachable

if TYPE_CHECKING:
    from tests.conftest import TlsServer

TOKEN = "a-token-for-the-control-api"


def test_token_opens_the_control_api(start_server: Any) -> None:
    """Without it all is refused but the question whether the server is up."""
    url = start_server("--control-token", TOKEN).url
    with ControlClient(url, TOKEN) as client, client.new_universe() as universe:
        assert universe.clock.speed == 1
        next(universe.events())
    for token in (None, "", "another"):
        with ControlClient(url, token) as client:
            client.wait_until_ready()
            with pytest.raises(ControlError) as refused:
                client.universes()
            assert refused.value.status == 401


def test_authority_is_trusted_that_is_named(tls_server: "TlsServer") -> None:
    """As a file or a context; nobody, where one says so; the machine's own are not enough."""
    context = ssl.create_default_context(cafile=tls_server.authority)
    for verify in (tls_server.authority, str(tls_server.authority), context, False):
        with ControlClient(tls_server.url, verify=verify) as client:
            assert client.universe().id == "default"
    with ControlClient(tls_server.url) as client, pytest.raises(Unreachable, match="certificate"):
        client.universes()
