"""What tests of the proxy share: a target that keeps what it was sent."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ota_support.odd_servers import odd_server
from ota_support.proxies import OK, RunningProxy, run_proxy


class Recording:
    """A target that answers everything alike; `heads` are what it was sent."""

    def __init__(self) -> None:
        """Answer 200 until told otherwise."""
        self.answer = OK
        self.heads: list[bytes] = []
        self.connections: set[int] = set()
        self.url = ""

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        """Answer one request."""
        self.heads.append(head)
        self.connections.add(connection.getpeername()[1])
        connection.sendall(self.answer)

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of the last request."""
        rows = self.heads[-1].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return [
            (name.lower(), value.strip()) for name, _, value in (r.partition(":") for r in rows)
        ]


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    """Return the target."""
    target = Recording()
    with odd_server(target) as url:
        target.url = url
        yield target


@pytest.fixture(scope="module")
def before_recording(recording: Recording) -> Iterator[RunningProxy]:
    """Return one proxy before it for all tests of a module."""
    with run_proxy(recording.url) as proxy:
        yield proxy


@pytest.fixture
def proxied(before_recording: RunningProxy, recording: Recording) -> tuple[RunningProxy, Recording]:
    """Return the proxy, and the target as it is in the beginning."""
    recording.answer = OK
    recording.heads.clear()
    recording.connections.clear()
    return before_recording, recording


@pytest.fixture
def start_proxy() -> Iterator[Callable[..., RunningProxy]]:
    """Return a function that starts a proxy of the test's own."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(run_proxy(*options))
