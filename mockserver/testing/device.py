"""A device for tests of what devices ask: an identity, a key, and a client with its token."""

import json
from typing import TYPE_CHECKING

from otakit.mockserver.testing.mender import Mender

if TYPE_CHECKING:
    import httpx

    from otakit.fixtures.keys import Algorithm, KeyPair

__all__ = ["Device", "new_device"]

_AUTH_REQUESTS = "v1/authentication/auth_requests"
_DEVICES = "v2/devauth/devices"


class Device:
    """A device; `http` is its client, with paths below `/api/devices/`.

    `id` and `token` are empty until it has them. `key.private_pem` and `identity` are for a device
    client of yours that is to be this device.
    """

    def __init__(self, mender: Mender, identity: dict[str, str], key: "KeyPair") -> None:
        """Be a device that the server has not heard of yet."""
        self.identity = identity
        self.key = key
        self.id = ""
        self.token = ""
        self.http: httpx.Client = mender.client("api/devices/")
        self._mender = mender

    def authenticate(self) -> "httpx.Response":
        """Ask to be let in, signed with the key; the token of a good answer is kept."""
        told = {
            "id_data": json.dumps(self.identity),
            "pubkey": self.key.public_pem,
            "tenant_token": self._mender.tenant_token,
        }
        body = json.dumps(told).encode()
        headers = {"X-MEN-Signature": self.key.sign(body), "Content-Type": "application/json"}
        answer = self.http.post(_AUTH_REQUESTS, content=body, headers=headers)
        if answer.is_success:
            self.token = answer.text.strip()
            self.http.headers["Authorization"] = f"Bearer {self.token}"
        return answer

    def accept(self) -> None:
        """Let it in: the user announces it with its key, and it asks; it has a token then."""
        told = {"identity_data": self.identity, "pubkey": self.key.public_pem}
        answer = self._mender.management.post(_DEVICES, json=told).raise_for_status()
        self.id = answer.headers["Location"].rpartition("/")[2]
        self.authenticate().raise_for_status()


def new_device(mender: Mender, number: int, algorithm: "Algorithm", *, accepted: bool) -> Device:
    """Return a device that no other number has; the same number has the same key."""
    from otakit.fixtures.keys import generate_key  # noqa: PLC0415 - cryptography takes a while

    key = generate_key(algorithm, seed=None if algorithm == "rsa" else number)
    device = Device(mender, {"mac": f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"}, key)
    if accepted:
        device.accept()
    return device
