"""Devices prove who they are with keys of every documented kind."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from ota_support.device import AUTH, auth_request
from otakit.fixtures.keys import Algorithm, generate_key


@pytest.fixture(params=["rsa", "ecdsa-p256", "ecdsa-p384", "ed25519"])
def device(request: pytest.FixtureRequest, stranger: Callable[[], Any]) -> Any:
    """Return a device that the server does not know, with a key of each kind."""
    kind: Algorithm = request.param
    device = stranger()
    device.key = generate_key(kind)
    return device


def test_device_is_let_in_by_its_signature(management: httpx.Client, device: Any) -> None:
    """Unknown it gets 401, accepted a token whose claims name it."""
    assert device.authenticate().status_code == 401
    (known,) = management.get("v2/devauth/devices").json()
    (auth_set,) = known["auth_sets"]
    assert auth_set["pubkey"] == device.key.public_pem
    path = f"v2/devauth/devices/{known['id']}/auth/{auth_set['id']}/status"
    assert management.put(path, json={"status": "accepted"}).status_code == 204
    answer = device.authenticate()
    assert answer.status_code == 200
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert claims["sub"] == known["id"]
    assert claims["jti"] == auth_set["id"]
    assert claims["exp"] - claims["iat"] == 7 * 24 * 3600
    assert claims["mender.device"] is True
    assert device.next().status_code == 204


def test_signature_is_over_every_byte(device: Any) -> None:
    """A body that means the same but has one more blank is not what was signed."""
    request = auth_request(device.key, {"mac": "1"})
    changed = {**request, "content": request["content"] + b" "}
    refused = device.http.post(AUTH, **changed)
    assert refused.json()["error"] == "signature verification failed"
    waiting = device.http.post(AUTH, **request)
    assert waiting.json()["error"] == "dev auth: unauthorized"


def test_a_flipped_bit_in_the_signature_is_refused(device: Any) -> None:
    """Whatever the algorithm."""
    request = auth_request(device.key, {"mac": "1"})
    signature = bytearray(base64.b64decode(request["headers"]["X-MEN-Signature"]))
    signature[-1] ^= 1
    request["headers"]["X-MEN-Signature"] = base64.b64encode(signature).decode()
    answer = device.http.post(AUTH, **request)
    assert answer.json()["error"] == "signature verification failed"
