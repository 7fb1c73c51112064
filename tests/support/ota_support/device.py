"""A device that proves who it is with a key, and what it asks of a server."""

import json
from typing import Any

import httpx

from otakit.fixtures.keys import KeyPair, generate_key

AUTH = "v1/authentication/auth_requests"
"""Where devices ask to be let in, below /api/devices/."""


def signed(key: KeyPair, told: dict[str, Any]) -> dict[str, Any]:
    """Return what makes an httpx request out of this body: its bytes, signed."""
    body = json.dumps(told).encode()
    headers = {"X-MEN-Signature": key.sign(body), "Content-Type": "application/json"}
    return {"content": body, "headers": headers}


def auth_request(key: KeyPair, identity: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a signed authentication request, with other fields if they are given."""
    told = {"id_data": json.dumps(identity), "pubkey": key.public_pem}
    return signed(key, {**told, **fields})


class Device:
    """A device with an identity and a key; `http` has its token once it is let in.

    `base` is where the device APIs are below the client's own URL.
    """

    def __init__(self, http: httpx.Client, number: int, base: str = "") -> None:
        """Give it an identity and a key, the same for the same number."""
        self.identity = {"mac": f"00:00:00:00:00:{number:02x}"}
        self.key = generate_key("ed25519", seed=number)
        self.http = http
        self.id = ""
        self._base = base

    def authenticate(self, **fields: Any) -> httpx.Response:
        """Ask to be let in, with other fields if they are given."""
        request = auth_request(self.key, self.identity, **fields)
        answer = self.http.post(f"{self._base}{AUTH}", **request)
        if answer.status_code == 200:
            self.http.headers["Authorization"] = f"Bearer {answer.text}"
        return answer

    def next(self, artifact_name: str = "release-1", device_type: str = "rpi") -> httpx.Response:
        """Ask for an update."""
        provides = {"artifact_name": artifact_name, "device_type": device_type}
        path = f"{self._base}v1/deployments/device/deployments/next"
        return self.http.get(path, params=provides)

    def report(self, deployment_id: str, status: str, **more: str) -> httpx.Response:
        """Say how far it is with an update."""
        path = f"{self._base}v1/deployments/device/deployments/{deployment_id}/status"
        return self.http.put(path, json={"status": status, **more})
