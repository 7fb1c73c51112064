"""Server processes under measurement: started, asked, and read from outside.

What counts is what the kernel has charged to the process: CPU time in nanoseconds, of all its
threads, those that have ended included, so that neither the client nor the wall clock matters.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryFile

CHECKOUT = Path(__file__).parent.parent
OTAKIT = str(Path(sys.executable).with_name("otakit"))
HEALTH = "/otakit/v1/health"
PATIENCE = 60.0
"""Seconds until a server that does not answer is given up."""


class Unexpected(Exception):
    """A server answered with something else than what was to be measured."""


class Server:
    """A running server process, and one connection to it that is kept alive."""

    def __init__(self, pid: int, port: int) -> None:
        """Hold the process; its connection is made when it is asked first."""
        self.pid = pid
        self.port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE * 5)

    def connect_anew(self) -> None:
        """Leave the connection: node's servers end one that was idle for five seconds."""
        self._connection.close()

    def ask(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request; return status, headers by small names, and body."""
        sent = {"Content-Type": "application/json"} if body else {}
        self._connection.request(
            method, path, body=body or None, headers=sent | dict(headers or {})
        )
        answer = self._connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read()

    def cpu(self) -> float:
        """Return the CPU seconds that the process has used, as its own clock in the kernel."""
        return time.clock_gettime((~self.pid << 3) | 2)  # clock_getcpuclockid(3) makes it so

    def memory(self) -> float:
        """Return the MiB that the process has in memory."""
        return self._status("VmRSS")

    def peak(self) -> float:
        """Return the MiB that it ever had, or had since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _status(self, field: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        (found,) = (line.split()[1] for line in lines if line.startswith(f"{field}:"))
        return int(found) / 1024


@contextmanager
def running(  # noqa: PLR0913 - what a server is started with
    command: Sequence[str],
    port: int,
    ready: str = HEALTH,
    *,
    status: int = 0,
    env: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Iterator[Server]:
    """Run a server until the block ends.

    It is ready once a GET of `ready` is answered, with `status` if one is given.
    """
    with (
        TemporaryFile() as said,
        subprocess.Popen(
            command, cwd=CHECKOUT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        ) as process,
    ):
        try:
            try:
                wait_for(process, port, ready, status=status, patience=patience)
            except Unexpected as error:
                said.seek(0)
                message = f"{error}: {said.read(500).decode(errors='replace').strip()}"
                raise Unexpected(message) from None
            with closing(Server(process.pid, port)) as server:
                yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def otakit(*options: str) -> Iterator[Server]:
    """Run `otakit serve`."""
    port = free_port()
    with running([OTAKIT, "serve", "--port", str(port), *options], port) as server:
        yield server


@contextmanager
def module(name: str, *arguments: str, patience: float = PATIENCE) -> Iterator[Server]:
    """Run a server that is a module of the benchmarks; its first argument is the port."""
    port = free_port()
    command = [sys.executable, "-m", f"benchmarks.{name}", str(port), *arguments]
    with running(command, port, patience=patience) as server:
        yield server


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def wait_for(
    process: "subprocess.Popen[bytes]",
    port: int,
    path: str,
    *,
    status: int = 0,
    patience: float = PATIENCE,
) -> None:
    """Wait until a server answers: with `status`, if one is given; raises Unexpected."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None:
            message = f"{Path(str(process.args[0])).name} ended with status {process.returncode}"  # type: ignore[index]  # a list, as `running` gives it
            raise Unexpected(message)
        if answers(port, path) in ({status} if status else range(100, 600)):
            return
        time.sleep(0.004)
    message = f"no answer from port {port} within {patience:g} s"
    raise Unexpected(message)


def answers(port: int, path: str) -> int:
    """Return the status of a GET, 0 while nobody answers."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
