"""TLS as clients see it: links and places are https, sockets wss, names and dates fit."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest
from cryptography import x509

from ota_support.device import Device
from ota_support.sockets import obliging, open_socket

if TYPE_CHECKING:
    from tests.conftest import TlsServer

FORM = {
    "name": "release-1",
    "type": "single_file",
    "device_types_compatible": "rpi",
    "args": '{"filename": "motd", "dest_dir": "/"}',
}


@pytest.fixture
def device(tls_server: "TlsServer") -> Any:
    """Return a device that is let in over TLS."""
    with (
        httpx.Client(base_url=f"{tls_server.url}/api/devices/", verify=tls_server.trust) as http,
        tls_server.management() as management,
    ):
        device = Device(http, 1)
        assert device.authenticate().status_code == 401
        [shown] = management.get("v2/devauth/devices").json()
        device.id = shown["id"]
        path = f"v2/devauth/devices/{device.id}/auth/{shown['auth_sets'][0]['id']}/status"
        assert management.put(path, json={"status": "accepted"}).status_code == 204
        assert device.authenticate().status_code == 200
        yield device


def test_links_are_https(tls_server: "TlsServer", device: Device) -> None:
    """The download link of an offer works as it stands."""
    with tls_server.management() as management:
        path = "v1/deployments/artifacts/generate"
        made = management.post(path, data=FORM, files={"file": ("motd", b"welcome\n")})
        assert made.status_code == 201
        asked = {"name": "all", "artifact_name": "release-1", "devices": [device.id]}
        assert management.post("v1/deployments/deployments", json=asked).status_code == 201
    link = device.next("release-0").json()["artifact"]["source"]["uri"]
    assert link.startswith(f"{tls_server.url}/")
    fetched = httpx.get(link, verify=tls_server.trust)
    assert (fetched.status_code, fetched.headers["etag"] != "") == (200, True)


def test_sockets_are_wss(tls_server: "TlsServer", device: Device) -> None:
    """A user's terminal reaches the device's shell, both over TLS."""
    authorization = device.http.headers["authorization"]
    headers = {"Authorization": f"Bearer {tls_server.login()}"}
    path = f"/api/management/v1/deviceconnect/devices/{device.id}/connect"
    trust = tls_server.trust
    with (
        obliging(tls_server.url, authorization, trust),
        open_socket(tls_server.url, path, headers, trust) as user,
    ):
        user.say(1, "new", body=msgspec.msgpack.encode({}))
        assert user.expect(1, "shell")["body"] == b"$ "


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", socket.gethostname()])
def test_certificate_is_for_every_local_name(tls_server: "TlsServer", name: str) -> None:
    """By the strictest reading of a certificate that Python has."""
    strict = ssl.create_default_context(cafile=tls_server.authority)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    port = httpx.URL(tls_server.url).port or 0
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        strict.wrap_socket(plain, server_hostname=name) as secure,
    ):
        assert secure.selected_alpn_protocol() is None  # none was offered
        told = secure.getpeercert(binary_form=True)
    assert told is not None
    certificate = x509.load_der_x509_certificate(told)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "::1" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    valid = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    now = datetime.now(UTC)
    assert valid[0] < now < now + timedelta(days=364) < valid[1]


def test_other_names_are_refused(tls_server: "TlsServer") -> None:
    """The certificate is good for this machine alone."""
    port = httpx.URL(tls_server.url).port or 0
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        tls_server.trust.wrap_socket(plain, server_hostname="evil.example")


def test_plain_request_gets_no_answer(tls_server: "TlsServer") -> None:
    """Nothing is told to who does not speak TLS, and the others are served on."""
    with pytest.raises(httpx.TransportError):
        httpx.get(tls_server.url.replace("https", "http") + "/otakit/v1/health", timeout=20)
    assert tls_server.login()


def test_authority_is_all_that_is_written(tls_server: "TlsServer") -> None:
    """The file holds one certificate, of an authority, and no key."""
    written = tls_server.authority.read_bytes()
    [authority] = x509.load_pem_x509_certificates(written)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert b"PRIVATE" not in written
    assert list(Path(tls_server.authority).parent.iterdir()) == [tls_server.authority]
