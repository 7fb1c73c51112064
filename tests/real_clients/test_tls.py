"""Real programs over TLS: they trust the authority that the server wrote down, and no other."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import TlsServer
    from tests.real_clients.conftest import MenderClient, Operator

LOGIN = ("login", "--username", "admin@example.com", "--password", "otakit-password")
CONTENT = b"over TLS\n" * 100_000

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(real_program: Callable[[str], str], tmp_path: Path) -> Run:
    """Return a function that runs a program, with further variables in its environment."""

    def command(program: str, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [real_program(program), *words],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            env={"HOME": str(tmp_path), **variables},
        )

    return command


def test_mender_client_sees_an_update_through(
    tls_server: "TlsServer",
    ota_parts: tuple[type["MenderClient"], type["Operator"]],
    mender_client: Callable[..., "MenderClient"],
) -> None:
    """Admission, inventory, download and reports: links are https, too."""
    client = mender_client(url=tls_server.url, authority=tls_server.authority)
    with tls_server.management() as management:
        operator = ota_parts[1](management)
        operator.generate("release-1", CONTENT, filename="motd", dest_dir=str(client.disk))
        client.start()
        device = operator.accept(client)
        deployment = operator.deploy("release-1", device)
        client.until(lambda: operator.finished(deployment), "the deployment is finished")
        assert operator.statistics(deployment) == {"success": 1}
    assert (client.disk / "motd").read_bytes() == CONTENT


def test_mender_client_trusts_nobody_else(
    tls_server: "TlsServer", mender_client: Callable[..., "MenderClient"]
) -> None:
    """Without the authority it does not even ask to be let in."""
    client = mender_client(url=tls_server.url)
    client.start()
    client.until(
        lambda: "certificate signed by unknown authority" in client.log(), "it refuses the server"
    )
    with tls_server.management() as management:
        assert management.get("v2/devauth/devices").json() == []


def test_mender_cli(tls_server: "TlsServer", run: Run) -> None:
    """The authority comes from a variable, or is not looked at."""
    server = ("--server", tls_server.url)
    trusting = run("mender-cli", *server, *LOGIN, SSL_CERT_FILE=str(tls_server.authority))
    assert "login successful" in trusting.stdout
    assert "login successful" in run("mender-cli", *server, "--skip-verify", *LOGIN).stdout
    doubting = run("mender-cli", *server, *LOGIN)
    assert doubting.returncode == 1
    assert "certificate" in doubting.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_curl(tls_server: "TlsServer", run: Run, host: str) -> None:
    """The certificate is for each local name."""
    url = f"{tls_server.url}/otakit/v1/health".replace("127.0.0.1", host)
    trusting = run("curl", "-sS", "--cacert", str(tls_server.authority), url)
    assert (trusting.stdout, trusting.stderr) == ('{"status":"ok"}', "")
    doubting = run("curl", "-sS", url)
    assert doubting.returncode == 60
    assert "certificate" in doubting.stderr
