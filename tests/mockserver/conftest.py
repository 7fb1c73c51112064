"""A server within the test's own process, for what `otakit serve` has no option for."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn

from otakit.mockserver.app import create_app
from otakit.mockserver.listening import options
from otakit.mockserver.settings import Settings


class ThreadedServer(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Run later, in a thread."""
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serve(settings: Settings) -> Iterator[str]:
    """Run a server on a free port; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(settings), log_level="warning", **options())
        server = ThreadedServer(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        assert server.ready.wait(timeout=20)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def ota_serve() -> Iterator[Callable[..., str]]:
    """Return the function that runs a server with given settings and tells its URL.

    They run until the module's tests are over: starting one takes most of a second.
    """
    with ExitStack() as stack:

        def start(**settings: Any) -> str:
            return stack.enter_context(serve(Settings(**settings)))

        yield start


@pytest.fixture(scope="session")
def ota_closed() -> Callable[[Any], Any]:
    """Return the function that forbids what a schema does not name; objects without names stay."""

    def closed(schema: Any) -> Any:
        if isinstance(schema, list):
            return [closed(element) for element in schema]
        if not isinstance(schema, dict):
            return schema
        shut = {name: closed(inner) for name, inner in schema.items()}
        return {**shut, "additionalProperties": False} if "properties" in schema else shut

    return closed
