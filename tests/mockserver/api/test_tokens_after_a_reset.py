"""Tokens from before a reset, when ids begin anew."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt

from otakit.fixtures.keys import generate_key


def test_old_token_is_not_another_devices(
    management: httpx.Client, server: Any, new_device: Callable[..., Any]
) -> None:
    """Its id may be given again, to a token of a device that is not the old one's."""
    one, two = new_device(), new_device()
    old = two.http.headers["Authorization"]
    server.reset()
    assert two.next().status_code == 401
    preauthorized = {"identity_data": one.identity, "pubkey": one.key.public_pem}
    assert management.post("v2/devauth/devices", json=preauthorized).status_code == 201
    for seed in (100, 101):  # two more authentication sets, where device two and its own were
        one.key = generate_key("ed25519", seed=seed)
        assert one.authenticate().status_code == 401
    (device,) = management.get("v2/devauth/devices").json()
    sets = {known["pubkey"].strip(): known["id"] for known in device["auth_sets"]}
    wanted = sets[one.key.public_pem.strip()]
    path = f"v2/devauth/devices/{device['id']}/auth/{wanted}/status"
    assert management.put(path, json={"status": "accepted"}).status_code == 204
    assert one.authenticate().status_code == 200
    assert id_of(one.http.headers["Authorization"]) == id_of(old)
    assert one.next().status_code == 204
    assert two.next().status_code == 401


def id_of(authorization: str) -> str:
    """Read a token's id."""
    claims = jwt.decode(authorization.split()[1], options={"verify_signature": False})
    return str(claims["jti"])
