"""What all tests share: real programs, and a real server to talk to."""

import importlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest

from ota_support.server import LOGIN, NO_TLS


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Let clients share the system's authorities: httpx would load them for each, for 30 ms.

    What it loads late is loaded now: pytester, in a test, forgets what was imported meanwhile.
    """
    importlib.import_module("httpcore")
    with pytest.MonkeyPatch.context() as patch:
        shared = cache(httpx.create_ssl_context)
        patch.setattr("httpx._transports.default.create_ssl_context", shared)
        yield


@pytest.fixture(scope="session")
def real_program() -> Callable[[str], str]:
    """Return the path of an installed program by its name.

    Skips where it is missing; fails instead when OTAKIT_REQUIRE_REAL is set, as it is in CI.
    """

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"the real program '{name}' is not installed"
            if os.environ.get("OTAKIT_REQUIRE_REAL"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find


class RunningServer:
    """`otakit serve` as a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        """Hold the process and the URL that it named when it was ready."""
        self.process = process
        self.url = url
        self.trust = NO_TLS

    def login(self) -> str:
        """Return a management token."""
        url = f"{self.url}/api/management/v1/useradm/auth/login"
        answer = httpx.post(url, auth=LOGIN, verify=self.trust)
        assert answer.status_code == 200
        return answer.text

    def management(self) -> httpx.Client:
        """Return a client that is logged in; paths are relative to /api/management/."""
        return httpx.Client(
            base_url=f"{self.url}/api/management/",
            headers={"Authorization": f"Bearer {self.login()}"},
            verify=self.trust,
        )

    def reset(self) -> None:
        """Drop all state but the login."""
        answer = httpx.post(f"{self.url}/otakit/v1/universes/default/reset", verify=self.trust)
        assert answer.status_code == 204


@contextmanager
def run_server(*options: str) -> Iterator[RunningServer]:
    """Run `otakit serve` on a free port with these options, and stop it."""
    command = [str(Path(sys.executable).with_name("otakit")), "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("otakit ready "), f"instead of a ready line: {line!r}"
            yield RunningServer(process, line.split()[-1])
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def start_server() -> Iterator[Callable[..., RunningServer]]:
    """Return a function that starts a server of its own with given options."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(run_server(*options))


class TlsServer(RunningServer):
    """`otakit serve` over TLS; `authority` is the file with the certificate to trust."""

    def __init__(self, server: RunningServer, authority: Path) -> None:
        """Trust the authority of a running server."""
        super().__init__(server.process, server.url)
        self.authority = authority
        self.trust = ssl.create_default_context(cafile=authority)


@pytest.fixture(scope="session")
def shared_tls_server(
    start_server: Callable[..., RunningServer], tmp_path_factory: pytest.TempPathFactory
) -> TlsServer:
    """Return a worker's one server over TLS."""
    authority = tmp_path_factory.mktemp("tls") / "authority.pem"
    return TlsServer(start_server("--tls-self-signed", str(authority)), authority)


@pytest.fixture
def tls_server(shared_tls_server: TlsServer) -> TlsServer:
    """Return a running server over TLS without any state but the login."""
    shared_tls_server.reset()
    return shared_tls_server


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> str:
    """Return the dialect of the shared server; a test takes others by parametrizing this."""
    return str(getattr(request, "param", "documented"))


@pytest.fixture(scope="session")
def edition_server(
    start_server: Callable[..., RunningServer],
) -> Callable[[str, str], RunningServer]:
    """Return the function that gives a worker's one server of an edition in a dialect."""
    return cache(lambda edition, dialect: start_server("--edition", edition, "--dialect", dialect))


@pytest.fixture(scope="session")
def shared_server(
    dialect: str, edition_server: Callable[[str, str], RunningServer]
) -> RunningServer:
    """Return one server for all tests of a worker; `server` begins anew on it for each."""
    return edition_server("mender", dialect)


@pytest.fixture
def edition() -> str:
    """Name the edition that `server` serves: a test is parametrised with another one it wants."""
    return "mender"


@pytest.fixture
def server(
    edition: str, dialect: str, edition_server: Callable[[str, str], RunningServer]
) -> RunningServer:
    """Return a running server without any state but the login."""
    server = edition_server(edition, dialect)
    server.reset()
    return server


@pytest.fixture
def management(server: RunningServer) -> Iterator[httpx.Client]:
    """Return a management client of an empty server, logged in."""
    with server.management() as client:
        yield client
