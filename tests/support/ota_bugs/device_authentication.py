"""Bugs in how devices are let in."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ota_bugs.catalogue import bug, instead_of, without_checks
from otakit.mockserver import bodies
from otakit.mockserver.api import devauth, device_authentication
from otakit.mockserver.domain import admission
from otakit.mockserver.domain.admission import Admission
from otakit.mockserver.domain.device import ACCEPTED, REJECTED
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.signatures import read_public_key
from otakit.mockserver.tokens import TokenSigner


@bug("MEN-DEV-AUT-001")
def unknown_devices_are_let_in() -> None:
    """The first request of an unknown device is answered with a token."""

    @instead_of(Admission, "authenticate")
    def authenticate(
        real: Any, admission: Admission, identity_data: dict[str, Any], pubkey: str
    ) -> Any:
        devices = admission._devices
        known = devices.with_identity(identity_data)
        try:
            return real(admission, identity_data, pubkey)
        except Unauthorized:
            if known is not None:
                raise
        device = devices.with_identity(identity_data)
        assert device is not None
        admission.set_status(device.id, next(iter(device.auth_sets)), ACCEPTED)
        return real(admission, identity_data, pubkey)


@bug("MEN-DEV-AUT-002")
def first_requests_leave_no_trace() -> None:
    """Who is not preauthorized is refused, and never shown to anybody."""

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, admission: Admission, identity: dict[str, Any], key: str) -> Any:
        if admission._devices.with_identity(identity) is None:
            message = "unknown device"
            raise Unauthorized(message)
        return real(admission, identity, key)


@bug("MEN-DEV-AUT-003", "MEN-MGT-AUT-003")
def accepted_devices_are_refused() -> None:
    """The user's decision never reaches the device: its requests stay refused."""

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, *args: Any) -> Any:
        real(*args)
        message = "dev auth: unauthorized"
        raise Unauthorized(message)


@bug("MEN-DEV-AUT-004")
def rejected_devices_are_let_in() -> None:
    """A rejected device is let in as soon as it asks again."""

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, admission: Admission, identity: dict[str, Any], key: str) -> Any:
        device = admission._devices.with_identity(identity)
        for auth_set in device.auth_sets.values() if device else ():
            if auth_set.status == REJECTED:
                auth_set.status = ACCEPTED
        return real(admission, identity, key)


@bug("MEN-DEV-AUT-005")
def device_tokens_are_no_jwt() -> None:
    """A device's token is an opaque text."""

    @instead_of(TokenSigner, "sign")
    def sign(real: Any, keys: TokenSigner, record: Any, side: str, plan: str) -> str:
        token: str = real(keys, record, side, plan)
        return token.replace(".", "-") if side == "devices" else token


@bug("MEN-DEV-AUT-006")
def device_tokens_last_a_day() -> None:
    """A device's token expires after a day."""
    vars(admission)["DEVICE_TOKEN_LIFETIME"] = 24 * 3600


@bug("MEN-DEV-AUT-007")
def device_tokens_open_nothing() -> None:
    """Every request with a device's token is refused."""

    @instead_of(Admission, "check_in")
    def check_in(*_: Any) -> None:
        return None


@bug("MEN-DEV-AUT-008")
def renewed_tokens_are_dead() -> None:
    """Only the first token of a device is known to the server."""

    @instead_of(Admission, "authenticate")
    def authenticate(real: Any, admission: Admission, identity: dict[str, Any], key: str) -> Any:
        device = admission._devices.with_identity(identity)
        had = device is not None and bool(admission.tokens.of(device.id))
        record = real(admission, identity, key)
        if had:
            admission.tokens.revoke(record.jti)
        return record


@bug("MEN-DEV-AUT-009")
def every_request_is_a_new_device() -> None:
    """A device that asks again is written down once more."""

    @instead_of(Devices, "with_identity")
    def with_identity(*_: Any) -> None:
        return None


@bug("MEN-DEV-AUT-010", "MEN-DEV-AUT-011")
def signatures_are_not_checked() -> None:
    """Whoever knows a device's public key is taken for it."""

    @instead_of(device_authentication, "verify")
    def verify(*_: Any) -> None:
        pass


@bug("MEN-DEV-AUT-011")
def only_the_key_is_signed() -> None:
    """The signature is checked over the body without blanks at its end."""

    @instead_of(device_authentication, "verify")
    def verify(real: Any, pem: str, signature: str, body: bytes) -> None:
        real(pem, signature, body.strip())


@bug("MEN-DEV-AUT-012")
def rsa_is_padded_otherwise() -> None:
    """RSA signatures are checked over another digest than SHA-256."""
    _refuse_keys(rsa.RSAPublicKey)


@bug("MEN-DEV-AUT-013")
def ecdsa_is_two_plain_numbers() -> None:
    """ECDSA signatures are refused unless R and S simply follow each other."""
    _refuse_keys(ec.EllipticCurvePublicKey)


@bug("MEN-DEV-AUT-014")
def ed25519_signs_a_digest() -> None:
    """Ed25519 signatures are checked over the digest of the body."""

    @instead_of(device_authentication, "verify")
    def verify(real: Any, pem: str, signature: str, body: bytes) -> None:
        is_ed25519 = isinstance(read_public_key(pem), ed25519.Ed25519PublicKey)
        real(pem, signature, hashlib.sha256(body).digest() if is_ed25519 else body)


@bug("MEN-DEV-AUT-015", "MEN-DEV-AUT-016", "MEN-DEV-AUT-018")
def incomplete_requests_crash_the_server() -> None:
    """An authentication request without signature, identity or key is answered 500."""
    without_checks("authenticateDevice")


@bug("MEN-DEV-AUT-017")
def any_text_is_an_identity() -> None:
    """An identity that is no JSON is taken as a name."""

    @instead_of(device_authentication, "_identity_data")
    def identity_data(real: Any, text: str) -> Any:
        return real(text) if text.startswith("{") else {"name": text}


@bug("MEN-DEV-AUT-019", "MEN-MGT-AUT-008")
def bad_keys_crash_the_server() -> None:
    """A key that cannot be read is answered 500."""
    for module in (device_authentication, devauth):

        @instead_of(module, "normalise")
        def normalise(real: Any, pem: str) -> Any:
            try:
                return real(pem)
            except Exception as error:
                raise RuntimeError from error


@bug("MEN-DEV-AUT-020")
def bad_json_crashes_the_server() -> None:
    """A body that is no JSON is answered 500."""

    @instead_of(bodies, "decode_json")
    def decode_json(real: Any, raw: bytes) -> Any:
        try:
            return real(raw)
        except bodies.Undecodable as error:
            raise RuntimeError from error


def _refuse_keys(kind: type) -> None:
    @instead_of(device_authentication, "verify")
    def verify(real: Any, pem: str, signature: str, body: bytes) -> None:
        if isinstance(read_public_key(pem), kind):
            message = "signature verification failed"
            raise Unauthorized(message)
        real(pem, signature, body)
