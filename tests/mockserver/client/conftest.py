"""What tests of the client share: one that is connected to the running server."""

from collections.abc import Iterator
from typing import Any

import pytest

from otakit.mockserver.client import ControlClient, NewUniverse


@pytest.fixture
def client(server: Any) -> Iterator[ControlClient]:
    """Return a client of a server that holds nothing."""
    with ControlClient(server.url) as client:
        yield client


@pytest.fixture
def universe(client: ControlClient) -> Iterator[NewUniverse]:
    """Return a universe of one's own."""
    with client.new_universe("mine") as universe:
        yield universe
