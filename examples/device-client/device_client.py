"""A small update client for a Mender server: asks, downloads, installs, reports."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEPLOYMENTS = "/api/devices/v1/deployments/device/deployments"
ATTEMPTS = 5
"""How often a request is sent at most, until an answer comes."""


class GaveUp(Exception):
    """The server did not do its part, however often it was asked."""


class DeviceClient:
    """One device; `wait` is called with the seconds that it sleeps."""

    def __init__(
        self,
        url: str,
        *,
        identity: dict[str, str],
        private_key: str,
        device_type: str,
        artifact_name: str,
        tenant_token: str = "",
        wait: Callable[[float], Any] = time.sleep,
    ) -> None:
        """Be a device with an Ed25519 key in PEM that has an artifact installed."""
        key = serialization.load_pem_private_key(private_key.encode(), None)
        if not isinstance(key, Ed25519PrivateKey):
            message = "the private key is not Ed25519"
            raise TypeError(message)
        self.identity, self.tenant_token = identity, tenant_token
        self.device_type, self.artifact_name = device_type, artifact_name
        self._key, self._wait = key, wait
        self._http = httpx.Client(base_url=url)

    def authenticate(self) -> None:
        """Get a token; raises HTTPStatusError while nobody has let the device in."""
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        told = {
            "id_data": json.dumps(self.identity, sort_keys=True),
            "pubkey": public.decode(),
            "tenant_token": self.tenant_token,
        }
        body = json.dumps(told).encode()
        signature = base64.b64encode(self._key.sign(body)).decode()
        headers = {"X-MEN-Signature": signature, "Content-Type": "application/json"}
        path = "/api/devices/v1/authentication/auth_requests"
        answer = self._until_answered("POST", path, content=body, headers=headers)
        self._http.headers["Authorization"] = f"Bearer {answer.raise_for_status().text}"

    def update(self, folder: Path) -> str:
        """Install what the server offers, if anything; return the artifact's name, or ""."""
        known = {"artifact_name": self.artifact_name, "device_type": self.device_type}
        answer = self._ask("GET", f"{DEPLOYMENTS}/next", params=known)
        if answer.status_code == httpx.codes.NO_CONTENT:
            return ""
        offer = answer.json()
        name: str = offer["artifact"]["artifact_name"]
        self._report(offer["id"], "downloading")
        self.download(offer["artifact"]["source"]["uri"], folder / f"{name}.mender")
        self._report(offer["id"], "installing")
        self.artifact_name = name
        self._report(offer["id"], "success")
        return name

    def download(self, link: str, file: Path) -> None:
        """Get a file, going on where a connection broke."""
        with file.open("wb") as out:
            for attempt in self._attempts():
                begun = {"Range": f"bytes={out.tell()}-"} if out.tell() else {}
                try:
                    with self._http.stream("GET", link, headers=begun) as answer:
                        answer.raise_for_status()
                        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                            out.seek(0)
                            out.truncate()
                        for chunk in answer.iter_bytes():
                            out.write(chunk)
                except httpx.TransportError:
                    self._wait(2**attempt)
                else:
                    return

    def _report(self, deployment: str, status: str) -> None:
        """Tell how far the update is; told twice is as good as told once."""
        self._ask("PUT", f"{DEPLOYMENTS}/{deployment}/status", json={"status": status})

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask with a token, and get a new one where it has expired."""
        answer = self._until_answered(method, path, **more)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.authenticate()
            answer = self._until_answered(method, path, **more)
        return answer.raise_for_status()

    def _until_answered(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Repeat a request whose answer is lost, or that the server has no time for."""
        for attempt in self._attempts():
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError:
                self._wait(2**attempt)
                continue
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            self._wait(float(answer.headers.get("Retry-After", 2**attempt)))
        raise AssertionError

    def _attempts(self) -> Iterator[int]:
        yield from range(ATTEMPTS)
        message = f"no answer in {ATTEMPTS} attempts"
        raise GaveUp(message)
