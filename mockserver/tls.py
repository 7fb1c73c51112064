"""TLS: the server's certificate from files, or from an authority that is made for this run.

Clients go by the wall clock when they check a certificate, so its dates do, too, whatever the
World's clock says.
"""

import ipaddress
import socket
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=365)
SKEW = timedelta(days=1)
"""How far behind a client's clock may be."""

UNSPECIFIED = ("", "0.0.0.0", "::")  # noqa: S104 - hosts to listen on, which name no machine


class BadCertificate(Exception):
    """A certificate or key that the server cannot use; the message says which and why."""


def context_of_files(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what serves a certificate, its chain after it, with its private key, both in PEM.

    Raises BadCertificate; without this look, Python says little, and asks at the terminal for the
    password of an encrypted key.
    """
    try:
        [first, *_] = x509.load_pem_x509_certificates(_read(certificate))
    except ValueError:
        message = f"'{certificate}' has no certificate in PEM (-----BEGIN CERTIFICATE-----)"
        raise BadCertificate(message) from None
    try:
        private_key = load_pem_private_key(_read(key), password=None)
    except TypeError:
        message = f"'{key}' is encrypted: give a key without a password (openssl pkey -in … -out …)"
        raise BadCertificate(message) from None
    except (ValueError, UnsupportedAlgorithm):
        message = f"'{key}' has no private key in PEM (-----BEGIN PRIVATE KEY-----)"
        raise BadCertificate(message) from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private_key.public_key().public_bytes(*form) != first.public_key().public_bytes(*form):
        message = f"'{key}' is not the key of the first certificate in '{certificate}'"
        raise BadCertificate(message)
    return _context(certificate, key)


def self_signed_context(host: str) -> tuple[ssl.SSLContext, bytes]:
    """Return what serves a certificate of a new authority, and the authority's own, in PEM.

    The certificate is for this machine by all its local names and for `host`. The authority signs
    nothing else: its key is forgotten here. The server's own key is in a file only its user can
    read, until Python has loaded it.
    """
    authority_key = generate_private_key(SECP256R1())
    authority = _authority(authority_key)
    key = generate_private_key(SECP256R1())
    certificate = _certificate(key.public_key(), _names(host), authority, authority_key)
    with tempfile.NamedTemporaryFile(prefix="otakit-", suffix=".pem") as file:
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write(certificate.public_bytes(Encoding.PEM) + key.private_bytes(*form))
        file.flush()
        context = _context(Path(file.name), None)
    return context, authority.public_bytes(Encoding.PEM)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}"
        raise BadCertificate(message) from None


def _context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        message = f"'{certificate}' cannot be served: {(error.reason or str(error)).lower()}"
        raise BadCertificate(message) from None
    return context


def _names(host: str) -> list[x509.GeneralName]:
    """Return what clients may call this machine, and the host that the server listens on."""
    names = dict.fromkeys(["localhost", "127.0.0.1", "::1", socket.gethostname(), host])
    return [_name(name) for name in names if name not in UNSPECIFIED and name.isascii()]


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        return x509.DNSName(name)


def _authority(key: EllipticCurvePrivateKey) -> x509.Certificate:
    """Make the certificate of an authority that signs servers' certificates."""
    name, public_key = _called("otakit, made for one run"), key.public_key()
    signs = {"key_cert_sign": True, "crl_sign": True}
    return (
        _dated(public_key)
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(**signs), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(key, SHA256())
    )


def _certificate(
    public_key: EllipticCurvePublicKey,
    names: Iterable[x509.GeneralName],
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Make a server's certificate."""
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _dated(public_key)
        .subject_name(_called("otakit"))
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, SHA256())
    )


def _dated(public_key: EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LIFETIME)
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(**granted: bool) -> x509.KeyUsage:
    """Return what a key may be used for: what is granted, and nothing else."""
    uses = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**(dict.fromkeys(uses, False) | granted))
