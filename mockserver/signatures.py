"""Public keys of devices, and the signatures of their authentication requests.

Reference, Device authentication / Authenticate Device: RSA (PKCS#1 v1.5, SHA-256), ECDSA (ASN.1,
SHA-256) or Ed25519, in base64, over the request's body as it was sent.
"""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from otakit.mockserver.domain.errors import Invalid, Unauthorized

KNOWN = 1 << 14
"""Keys that are kept as they were read: each device asks with its own again and again."""


class BadKey(Invalid):
    """A text that is no public key."""


PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@lru_cache(KNOWN)
def read_public_key(pem: str) -> PublicKey:
    """Read a public key; raises BadKey for anything but an RSA, ECDSA or Ed25519 key in PEM."""
    try:
        key = load_pem_public_key(pem.encode())
    except Exception:  # noqa: BLE001 - the library's errors on bad keys are of many kinds
        message = "cannot decode public key: a PEM block 'PUBLIC KEY' is expected"
        raise BadKey(message) from None
    if not isinstance(key, PublicKey):
        message = "unrecognized public key type: RSA, ECDSA or ED25519 is expected"
        raise BadKey(message)
    return key


def normalise(key: PublicKey) -> str:
    """Write a key so that the same key always is the same text, however it was laid out."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def verify(key: PublicKey, signature: str, body: bytes) -> None:
    """Check a request's signature; raises Unauthorized where it is another's, or none."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, body, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(raw, body, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(raw, body)
    except (binascii.Error, ValueError, InvalidSignature):
        message = "signature verification failed"
        raise Unauthorized(message) from None
