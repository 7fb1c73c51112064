"""What tests of `otakit serve` share: a start that is refused."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ota_support.commands import otakit
from otakit.cli.address import listen


@pytest.fixture
def refuse_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Return a function that calls `otakit serve` with impossible options; it returns the line."""

    def start(*_: object, **__: object) -> None:
        message = "the server starts"
        raise AssertionError(message)

    def listening(host: str, port: int) -> socket.socket:
        return sockets.enter_context(listen(host, port))

    def refuse(*options: str) -> str:
        result = otakit("serve", "--port", "0", *options)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr.removeprefix("Error: ").rstrip()

    with ExitStack() as sockets:  # which a process would close with its end
        monkeypatch.setattr("otakit.cli.serve.listen", listening)
        monkeypatch.setattr("uvicorn.Server.run", start)  # nobody would stop it
        yield refuse
