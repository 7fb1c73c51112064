"""What the client says when the server is not there, or is none."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from otakit.mockserver.client import ControlClient, ControlError, Unreachable


class Stranger(BaseHTTPRequestHandler):
    """Some other web server."""

    def do_GET(self) -> None:
        """Answer as such do."""
        found = self.path.endswith("/universes")
        self.send_response(200 if found else 418)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """Return the URL of another web server."""
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def closed() -> str:
    """Return a URL where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_missing_server_is_one_clear_line(closed: str) -> None:
    """With the address in it."""
    with ControlClient(closed) as client:
        for ask in (client.universes, client.health):
            with pytest.raises(Unreachable) as error:
                ask()
            assert str(error.value).startswith(f"no otakit server answers at {closed}: ")
            assert "\n" not in str(error.value)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://[", "", "http://"])
def test_address_that_is_none_is_said_so(url: str) -> None:
    """As one where nobody answers."""
    with pytest.raises(Unreachable, match="no otakit server answers"):
        ControlClient(url).universes()


def test_other_server_is_seen_through(stranger: str) -> None:
    """Whether it refuses or agrees."""
    with ControlClient(stranger) as client:
        with pytest.raises(ControlError, match=r"418: no answer of an otakit server: '<html>"):
            client.health()
        with pytest.raises(ControlError, match="that no otakit server gives"):
            client.universes()


def test_waiting_for_a_server_ends(closed: str) -> None:
    """After so many seconds, with what was the matter."""
    with ControlClient(closed) as client, pytest.raises(Unreachable, match="refused"):
        client.wait_until_ready(timeout=0.1)


def test_waiting_ends_when_the_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which it does after the first look has found nobody."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        answering = threading.Thread(target=_answer, args=(reserved,))

        def listen(_: float) -> None:
            reserved.listen()
            answering.start()

        monkeypatch.setattr(time, "sleep", listen)
        with ControlClient(f"http://127.0.0.1:{reserved.getsockname()[1]}") as client:
            client.wait_until_ready(timeout=20)
        answering.join()


def _answer(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(1 << 16)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"ok"}')


def test_import_loads_no_server() -> None:
    """Nor httpx, which takes long, until a client is made; this is for other people's tests."""
    code = (
        "import sys, otakit.mockserver.client as c; heavy = lambda: sorted({m.split('.')[0] for m"
        " in sys.modules} & {'httpx', 'starlette', 'connexion', 'uvicorn', 'cryptography'})\n"
        "print(heavy()); c.ControlClient('http://x'); print(heavy());"
        "print(sorted(m for m in sys.modules if m.startswith('otakit.')"
        " and not m.startswith('otakit.mockserver.client')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['httpx']", "['otakit.mockserver']"]
