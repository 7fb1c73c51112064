"""A tenant of a running mock, brought to where it can be measured: user, devices, artifact."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.serving import Server, Unexpected
from otakit.fixtures.keys import KeyPair, generate_key

LOGIN = "/api/management/v1/useradm/auth/login"
MANAGEMENT = "/api/management/v1/deployments"
DEPLOYMENTS = f"{MANAGEMENT}/deployments"
ARTIFACTS = f"{MANAGEMENT}/artifacts"
DEVICES = "/api/management/v2/devauth/devices"
AUTHENTICATION = "/api/devices/v1/authentication/auth_requests"
NEXT = "/api/devices/v2/deployments/device/deployments/next"
STATUS = "/api/devices/v1/deployments/device/deployments/{}/status"

DEVICE_TYPE, INSTALLED, NEWER = "bench", "release-1", "release-2"
NOBODY = "5f3f5f3e-0000-4000-8000-000000000000"
POLL = json.dumps(
    {"device_provides": {"artifact_name": INSTALLED, "device_type": DEVICE_TYPE}}
).encode()


@dataclass(frozen=True, slots=True)
class Device:
    """An accepted device: its id, who it says that it is, and the headers of its requests."""

    id: str
    identity: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Tenant:
    """The first user of a server, logged in."""

    server: Server
    headers: Mapping[str, str] = field(init=False)
    _devices: int = 0

    def __post_init__(self) -> None:
        """Log in."""
        basic = base64.b64encode(b"admin@example.com:otakit-password").decode()
        status, _, token = self.server.ask(
            "POST", LOGIN, headers={"Authorization": f"Basic {basic}"}
        )
        _expect(200, status, token)
        self.headers = bearer(token.decode())

    def ask(self, status: int, method: str, path: str, content: Any = None) -> Any:
        """Send a request as the user, and return what the answer has to say; raises Unexpected."""
        body = b"" if content is None else json.dumps(content).encode()
        found, headers, answer = self.server.ask(method, path, body=body, headers=self.headers)
        _expect(status, found, answer)
        if "location" in headers:
            return headers["location"]
        return json.loads(answer) if answer else None

    def accept(self, key: KeyPair | None = None) -> Device:
        """Let a new device in."""
        self._devices += 1
        identity = {"serial": f"bench-{self._devices}"}
        body, headers = auth_request(key or generate_key("ed25519"), identity)
        self.server.ask("POST", AUTHENTICATION, body=body, headers=headers)
        (known,) = self.ask(200, "GET", f"{DEVICES}?status=pending")
        path = f"{DEVICES}/{known['id']}/auth/{known['auth_sets'][0]['id']}/status"
        self.ask(204, "PUT", path, {"status": "accepted"})
        status, _, token = self.server.ask("POST", AUTHENTICATION, body=body, headers=headers)
        _expect(200, status, token)
        return Device(known["id"], identity, bearer(token.decode()))

    def add_artifact(self) -> None:
        """Have the mock make an artifact for the devices."""
        parts = {
            "name": NEWER,
            "description": "",
            "device_types_compatible": DEVICE_TYPE,
            "type": "single_file",
            "args": json.dumps({"filename": "file", "dest_dir": "/srv"}),
            "file": "content",
        }
        body = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in parts.items()
        )
        headers = {**self.headers, "Content-Type": "multipart/form-data; boundary=x"}
        status, _, answer = self.server.ask(
            "POST", f"{ARTIFACTS}/generate", body=f"{body}--x--\r\n".encode(), headers=headers
        )
        _expect(201, status, answer)

    def deploy(self, *device_ids: str) -> str:
        """Deploy the artifact to devices, or to all that are accepted; return where it is shown."""
        to: dict[str, Any] = {"devices": device_ids} if device_ids else {"all_devices": True}
        new = {"name": "bench", "artifact_name": NEWER, **to}
        return str(self.ask(201, "POST", DEPLOYMENTS, new))


def auth_request(
    key: KeyPair, identity: Mapping[str, str], blanks: int = 0
) -> tuple[bytes, Mapping[str, str]]:
    """Ask to be let in; return body and headers. Blanks at the end make it another body."""
    told = {"id_data": json.dumps(identity), "pubkey": key.public_pem}
    body = json.dumps(told).encode() + b" " * blanks
    return body, {"X-MEN-Signature": key.sign(body)}


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def _expect(wanted: int, status: int, answer: bytes) -> None:
    if status != wanted:
        message = f"{status} instead of {wanted}: {answer[:300]!r}"
        raise Unexpected(message)
