"""TLS options of `otakit serve`: certificates that work; one clear line for what does not."""

import http.client
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

pytestmark = pytest.mark.xdist_group("certificates")  # which share a key

Refuse = Callable[..., str]

PEM = (Encoding.PEM, PrivateFormat.PKCS8)


@pytest.fixture(scope="module")
def made(
    real_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Make a certificate for localhost and its key, as people do."""
    folder = tmp_path_factory.mktemp("made")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = [real_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    to = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *about, *to], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def files(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Return a copy of the certificate and its key, for a test to spoil."""
    certificate, key = (Path(shutil.copy(file, tmp_path)) for file in made)
    return certificate, key


@pytest.mark.parametrize("together", [False, True])
def test_own_certificate_is_served(
    start_server: Callable[..., Any], files: tuple[Path, Path], *, together: bool
) -> None:
    """From two files, or from one that has both."""
    certificate, key = files
    if together:
        certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
        key = certificate
    server = start_server("--tls-cert", str(certificate), "--tls-key", str(key))
    assert server.url.startswith("https://127.0.0.1:")
    trust = ssl.create_default_context(cafile=certificate)
    assert httpx.get(f"{server.url}/otakit/v1/health", verify=trust).is_success


def test_one_of_two(refuse_start: Refuse, files: tuple[Path, Path]) -> None:
    """A certificate needs its key."""
    certificate, key = map(str, files)
    assert refuse_start("--tls-cert", certificate) == "--tls-cert needs --tls-key as well"
    assert refuse_start("--tls-key", key) == "--tls-key needs --tls-cert as well"


def test_both_kinds(refuse_start: Refuse, files: tuple[Path, Path], tmp_path: Path) -> None:
    """A certificate of one's own, or one made for the run."""
    options = ("--tls-self-signed", str(tmp_path / "ca.pem"), "--tls-cert", str(files[0]))
    assert "leave out --tls-cert, --tls-key" in refuse_start(*options)
    assert not (tmp_path / "ca.pem").exists()


@pytest.mark.parametrize("broken", [0, 1])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"", "in PEM (-----BEGIN"),
        (b"\x30\x82\x01\x00 in DER", "in PEM (-----BEGIN"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "in PEM (-----BEGIN"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "in PEM (-----BEGIN"),
    ],
)
def test_broken_file(
    refuse_start: Refuse, files: tuple[Path, Path], broken: int, content: bytes | None, said: str
) -> None:
    """The line names the file."""
    if content is None:
        files[broken].unlink()
    else:
        files[broken].write_bytes(content)
    line = refuse_start("--tls-cert", str(files[0]), "--tls-key", str(files[1]))
    assert f"'{files[broken]}' " in line
    assert said in line


def test_key_of_another_certificate(refuse_start: Refuse, files: tuple[Path, Path]) -> None:
    """Both files are named."""
    certificate, key = files
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(*PEM, NoEncryption()))
    line = refuse_start("--tls-cert", str(certificate), "--tls-key", str(key))
    said = f"'{key}' is not the key of the first certificate in '{certificate}'"
    assert line == f"--tls-cert, --tls-key: {said}"


def test_encrypted_key(refuse_start: Refuse, files: tuple[Path, Path]) -> None:
    """Nobody is asked for its password."""
    certificate, key = files
    locked = Ed25519PrivateKey.generate().private_bytes(*PEM, BestAvailableEncryption(b"secret"))
    key.write_bytes(locked)
    line = refuse_start("--tls-cert", str(certificate), "--tls-key", str(key))
    assert f"'{key}' is encrypted" in line


def test_authority_needs_its_folder(refuse_start: Refuse) -> None:
    """The line names the file and the reason."""
    line = refuse_start("--tls-self-signed", "/no/such/folder/ca.pem")
    assert line.endswith("'/no/such/folder/ca.pem' cannot be written: no such file or directory")


def test_authority_overwrites_nothing_but_another(
    refuse_start: Refuse, start_server: Callable[..., Any], files: tuple[Path, Path]
) -> None:
    """A key named by mistake is not lost; the authority of an earlier run is replaced."""
    certificate, key = files
    before = key.read_bytes()
    assert "is no certificate" in refuse_start("--tls-self-signed", str(key))
    assert key.read_bytes() == before
    server = start_server("--tls-self-signed", str(certificate))
    trust = ssl.create_default_context(cafile=certificate)
    assert httpx.get(f"{server.url}/otakit/v1/health", verify=trust).is_success


def test_taken_port_leaves_the_running_servers_authority(
    start_server: Callable[..., Any], refuse_start: Refuse, tmp_path: Path
) -> None:
    """A second server that cannot start does not take the first one's clients from it."""
    authority = tmp_path / "ca.pem"
    server = start_server("--tls-self-signed", str(authority))
    before = authority.read_bytes()
    port = str(httpx.URL(server.url).port)
    assert port in refuse_start("--port", port, "--tls-self-signed", str(authority))
    assert authority.read_bytes() == before


def test_stop_waits_for_no_idle_client(tmp_path: Path) -> None:
    """One that keeps its connection, and one that has not said a word of TLS."""
    authority = tmp_path / "ca.pem"
    otakit = str(Path(sys.executable).with_name("otakit"))
    command = [otakit, "serve", "--port", "0", "--tls-self-signed", str(authority)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        url = httpx.URL(process.stdout.readline().split()[-1])
        trust = ssl.create_default_context(cafile=authority)
        address = (url.host, url.port or 0)
        with (
            socket.create_connection(address, timeout=20),
            closing(http.client.HTTPSConnection(*address, timeout=20, context=trust)) as idle,
        ):
            idle.request("GET", "/otakit/v1/health")
            assert idle.getresponse().read() == b'{"status":"ok"}'
            process.terminate()
            said = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert said.endswith("Ctrl-C\notakit stopped\n")
