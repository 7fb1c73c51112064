"""Public keys of devices, and the signatures of their authentication requests.

Reference, Device authentication / Authenticate Device: RSA (PKCS#1 v1.5, SHA-256), ECDSA (ASN.1,
SHA-256) or Ed25519, in base64, over the request's body as it was sent.
"""

import base64
import binascii
from functools import lru_cache
from hashlib import blake2b

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
"""Keys and genuine requests that are remembered: each device asks in the same words, always."""


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


@lru_cache(KNOWN)
def normalise(pem: str) -> str:
    """Write a key so that the same key always is the same text, however it was laid out.

    Raises as `read_public_key` does.
    """
    key = read_public_key(pem)
    text = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return pem if text == pem else text


_genuine: dict[bytes, None] = {}
"""Digests of key, signature and body of the requests that were found genuine last."""


def verify(pem: str, signature: str, body: bytes) -> None:
    """Check a request's signature; raises Unauthorized where it is another's, or none.

    What has been found genuine is not calculated again: nothing could make it false.
    """
    sizes = len(pem), len(signature)  # else a part of one could pass for another's
    digest = blake2b(b"%d %d %b%b%b" % (*sizes, pem.encode(), signature.encode(), body)).digest()
    if digest in _genuine:
        return
    _calculate(read_public_key(pem), signature, body)
    if len(_genuine) >= KNOWN:
        del _genuine[next(iter(_genuine))]
    _genuine[digest] = None


def _calculate(key: PublicKey, signature: str, body: bytes) -> None:
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
