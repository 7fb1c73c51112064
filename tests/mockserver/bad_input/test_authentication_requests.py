"""Authentication requests that do not prove who sent them leave no trace."""

from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from otakit.fixtures.keys import generate_key

OTHER = generate_key("ed25519", seed=2)
PUBLIC = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("mac", ["1", "2"], ids=["known device", "new device"])
def test_another_keys_signature_is_refused(ota_site: Any, ota_refusal: Any, mac: str) -> None:
    """Also where the device is accepted with the key that it names."""
    answer = ota_site.authenticate(key=OTHER, id_data=f'{{"mac": "{mac}"}}')
    assert ota_refusal(answer, 401) == "signature verification failed"


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", "=" * 88, "é"])
def test_what_is_no_signature_is_refused(ota_site: Any, ota_refusal: Any, signature: str) -> None:
    """The message says that it could not be verified."""
    answer = httpx.post(
        f"{ota_site.url}/api/devices/v1/authentication/auth_requests",
        json={"id_data": '{"mac": "2"}', "pubkey": ota_site.key.public_pem},
        headers={b"X-MEN-Signature": signature.encode("latin-1")},
    )
    assert ota_refusal(answer, 401) == "signature verification failed"


def test_no_signature_is_refused(ota_site: Any, ota_refusal: Any) -> None:
    """The message names the header."""
    answer = httpx.post(
        f"{ota_site.url}/api/devices/v1/authentication/auth_requests",
        json={"id_data": '{"mac": "2"}', "pubkey": ota_site.key.public_pem},
    )
    assert "X-MEN-Signature" in ota_refusal(answer, 400)


@pytest.mark.parametrize(
    "key",
    [Ed448PrivateKey.generate(), generate_private_key(2048)],
    ids=["Ed448", "DSA"],
)
def test_an_unknown_kind_of_key_is_refused(ota_site: Any, ota_refusal: Any, key: Any) -> None:
    """The message names the kinds that are known."""
    pem = key.public_key().public_bytes(*PUBLIC).decode()
    message = ota_refusal(ota_site.authenticate(pubkey=pem), 400)
    assert message == "unrecognized public key type: RSA, ECDSA or ED25519 is expected"


@pytest.mark.parametrize("pem", ["", "key", "-----BEGIN PUBLIC KEY-----\nAAAA\n"], ids=repr)
def test_what_is_no_key_is_refused(ota_site: Any, ota_refusal: Any, pem: str) -> None:
    """The message names the public key."""
    message = ota_refusal(ota_site.authenticate(pubkey=pem), 400)
    assert "pubkey" in message or "public key" in message


@pytest.mark.parametrize("identity", ["", "mac", "[]", "{}", "1", "null"])
def test_identity_data_that_are_no_object_are_refused(
    ota_site: Any, ota_refusal: Any, identity: str
) -> None:
    """The message names the field."""
    assert "id_data" in ota_refusal(ota_site.authenticate(id_data=identity), 400)
