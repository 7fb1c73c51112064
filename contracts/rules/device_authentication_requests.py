"""Device APIs / Device authentication: signatures, and requests that are none."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect_error,
    expect_status,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.device_authentication import DOCUMENT
from otakit.fixtures.keys import Algorithm, generate_key

SCHEMA = "Device APIs / Device authentication / Schemas / AuthRequest"


@rule(
    "MEN-DEV-AUT-010",
    "A request that another key has signed is answered 401",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def foreign_signature_is_refused(backend: Backend) -> None:
    """Show the public key of an accepted device, and sign with another one."""
    device = backend.accepted_device()
    expect_error(device.authenticate(key=generate_key("ed25519")), 401)


@rule(
    "MEN-DEV-AUT-011",
    "A request whose body is not the one that was signed is answered 401",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def changed_body_is_refused(backend: Backend) -> None:
    """Sign the body of an accepted device, and send it with one blank more."""
    device = backend.accepted_device()
    body = device.auth_request()
    expect_error(device.authenticate(body + b" ", signature=device.key.sign(body)), 401)


@rule(
    "MEN-DEV-AUT-012",
    "RSA signs the SHA-256 digest of the request, in base64",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def rsa_is_understood(backend: Backend) -> None:
    """Let a device with an RSA key in."""
    _expect_let_in(backend, "rsa")


@rule(
    "MEN-DEV-AUT-013",
    "ECDSA signs the SHA-256 digest of the request, as the ASN.1 sequence of R and S in base64",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def ecdsa_is_understood(backend: Backend) -> None:
    """Let a device with an ECDSA key in."""
    _expect_let_in(backend, "ecdsa-p256")


@rule(
    "MEN-DEV-AUT-014",
    "Ed25519 signs the request itself, in base64",
    document=DOCUMENT,
    operations=["authenticateDevice"],
    severity="critical",
)
def ed25519_is_understood(backend: Backend) -> None:
    """Let a device with an Ed25519 key in."""
    _expect_let_in(backend, "ed25519")


@rule(
    "MEN-DEV-AUT-015",
    "A request without the header X-MEN-Signature is answered 400",
    document=DOCUMENT,
    operations=["authenticateDevice"],
)
def missing_signature_is_malformed(backend: Backend) -> None:
    """Leave the signature out."""
    expect_error(backend.new_device().authenticate(signature=""), 400)


@rule(
    "MEN-DEV-AUT-016",
    "A request without id_data is answered 400",
    document=SCHEMA,
    operations=["authenticateDevice"],
)
def missing_identity_is_malformed(backend: Backend) -> None:
    """Leave the identity out."""
    device = backend.new_device()
    expect_error(device.authenticate(device.auth_request(id_data=None)), 400)


@rule(
    "MEN-DEV-AUT-017",
    "A request whose id_data is no JSON is answered 400",
    document=SCHEMA,
    operations=["authenticateDevice"],
)
def identity_is_json(backend: Backend) -> None:
    """Send plain words as identity."""
    device = backend.new_device()
    expect_error(device.authenticate(device.auth_request(id_data=f"mac={device.serial}")), 400)


@rule(
    "MEN-DEV-AUT-018",
    "A request without pubkey is answered 400",
    document=SCHEMA,
    operations=["authenticateDevice"],
)
def missing_key_is_malformed(backend: Backend) -> None:
    """Leave the key out."""
    device = backend.new_device()
    expect_error(device.authenticate(device.auth_request(pubkey=None)), 400)


@rule(
    "MEN-DEV-AUT-019",
    "A request whose pubkey is no key in PEM is answered 400",
    document=SCHEMA,
    operations=["authenticateDevice"],
)
def key_is_pem(backend: Backend) -> None:
    """Send base64 of nothing as key."""
    device = backend.new_device()
    pem = "-----BEGIN PUBLIC KEY-----\nbm90aGluZw==\n-----END PUBLIC KEY-----\n"
    expect_error(device.authenticate(device.auth_request(pubkey=pem)), 400)


@rule(
    "MEN-DEV-AUT-020",
    "A request whose body is no JSON is answered 400",
    document=DOCUMENT,
    operations=["authenticateDevice"],
)
def body_is_json(backend: Backend) -> None:
    """Send half a body, properly signed."""
    device = backend.new_device()
    body = device.auth_request()
    expect_error(device.authenticate(body[: len(body) // 2]), 400)


def _expect_let_in(backend: Backend, algorithm: Algorithm) -> None:
    device = backend.new_device(algorithm)
    with backend.building("a preauthorized device"):
        expect_status(device.preauthorize(), 201)
    expect_status(device.authenticate(), 200)
