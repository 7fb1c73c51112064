"""A device of the suite's own: an identity with the run's name in it, a key, and what it asks.

Requests are made here byte by byte, rather than by the simulated device of `otakit.fixtures`, since
a rule has to be able to send exactly what a statement is about, right or wrong.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from otakit.contracts.caller import Caller, in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_header, expect_status, field_of, json_of
from otakit.contracts.ledger import DEVICE, SERIAL
from otakit.contracts.outcomes import NotReached
from otakit.fixtures.keys import Algorithm, KeyPair, generate_key

if TYPE_CHECKING:
    from otakit.contracts.backend import Backend

AUTH_REQUESTS = "v1/authentication/auth_requests"
DEVICES = "v2/devauth/devices"
NEXT = "v1/deployments/device/deployments/next"

OK, CREATED, NO_CONTENT = 200, 201, 204
_PAGE = 500


class SigningDevice:
    """One device; `id` and `token` are empty until it has them.

    What a rule is about it asks itself, with `authenticate`, `poll` and their like, and looks at
    the answers. What it only builds on it gets with `accept`, which raises NotReached if it cannot.
    """

    def __init__(self, backend: "Backend", serial: str, algorithm: Algorithm) -> None:
        """Make up an identity and a key; nothing is sent."""
        self.serial = serial
        self.identity: dict[str, Any] = {SERIAL: serial, "mac": _mac(serial)}
        self.key = generate_key(algorithm)
        self.id = ""
        self.token = ""
        self.device_type = "otakit-board"
        self.artifact_name = "otakit-before"
        self._auth_set_id = ""
        self._has_asked = False
        self._backend = backend

    # What the device asks

    @property
    def caller(self) -> Caller:
        """Sends requests below /api/devices/ with the device's token."""
        return self._backend.devices.with_token(self.token)

    def request(self, method: str, path: str, **parts: Any) -> Exchange:
        """Send a request below /api/devices/ with the device's token; see `Caller.request`."""
        return self.caller.request(method, path, **parts)

    def auth_request(self, **fields: Any) -> bytes:
        """Return the body of an authentication request; a field that is None is left out."""
        told: dict[str, Any] = {
            "id_data": json.dumps(self.identity),
            "pubkey": self.key.public_pem,
        }
        if self._backend.tenant_token:
            told["tenant_token"] = self._backend.tenant_token
        told |= fields
        return json.dumps({k: v for k, v in told.items() if v is not None}).encode()

    def authenticate(
        self, body: bytes | None = None, *, signature: str | None = None, key: KeyPair | None = None
    ) -> Exchange:
        """Ask to be let in: with another body, or signed by another key, or with any signature.

        An empty `signature` leaves the header out. The token of a successful answer is kept.
        """
        body = self.auth_request() if body is None else body
        signed = (key or self.key).sign(body) if signature is None else signature
        headers = {"Content-Type": "application/json"}
        if signed:
            headers["X-MEN-Signature"] = signed
        if not self.id:
            self._backend.ledger.asked(self.serial)
        self._has_asked = True
        answer = self._backend.devices.post(AUTH_REQUESTS, content=body, headers=headers)
        if answer.status == OK:
            self.token = answer.text.strip()
        return answer

    def poll(self, **provides: str) -> Exchange:
        """Ask for an update with Deployments v1; by default with what the device has."""
        told = {"artifact_name": self.artifact_name, "device_type": self.device_type, **provides}
        return self.request("GET", NEXT, params=told)

    def report(self, deployment_id: str, status: str, **more: str) -> Exchange:
        """Say how far an update is."""
        path = f"v1/deployments/device/deployments/{in_path(deployment_id)}/status"
        return self.request("PUT", path, json={"status": status, **more})

    def send_inventory(self, **attributes: Any) -> Exchange:
        """Tell attributes, as PATCH does: those that are not named stay."""
        told = [{"name": name, "value": value} for name, value in attributes.items()]
        return self.request("PATCH", "v1/inventory/device/attributes", json=told)

    # What a user does about it

    @property
    def path(self) -> str:
        """Where the device is managed, below /api/management/."""
        return f"{DEVICES}/{in_path(self.id)}"

    @property
    def auth_set_id(self) -> str:
        """The id of the device's first authentication set; asks for it once. Raises NotReached."""
        if not self._auth_set_id:
            self._auth_set_id = self.shown()["auth_sets"][0]["id"]
        return self._auth_set_id

    def preauthorize(self) -> Exchange:
        """Announce the device, so that its first request lets it in."""
        self._backend.ledger.asked(self.serial)
        body = {"identity_data": self.identity, "pubkey": self.key.public_pem}
        answer = self._backend.management.post(DEVICES, json=body)
        if answer.status == CREATED and not self.id:
            self._is(answer.headers.get("Location", "").rstrip("/").rpartition("/")[2])
        return answer

    def set_status(self, status: str, auth_set_id: str = "") -> Exchange:
        """Give an authentication set a status: the first one, unless another is named."""
        path = f"{self.path}/auth/{in_path(auth_set_id or self.auth_set_id)}/status"
        return self._backend.management.put(path, json={"status": status})

    def decommission(self) -> Exchange:
        """Remove the device."""
        return self._backend.management.delete(self.path)

    # What rules build on

    def accept(self) -> "SigningDevice":
        """See that the device is let in and has a token; raises NotReached.

        A device that nobody knows is preauthorized, which takes fewest requests; one that has
        asked already is accepted.
        """
        with self._backend.building("an accepted device"):
            if not self.id and not self._has_asked:
                expect_header(expect_status(self.preauthorize(), CREATED), "Location")
            else:
                self.find()
                expect_status(self.set_status("accepted"), NO_CONTENT)
            expect_status(self.authenticate(), OK)
        return self

    def pend(self) -> "SigningDevice":
        """See that the device has asked and waits for a user's word; raises NotReached."""
        with self._backend.building("a pending device"):
            expect_status(self.authenticate(), 401)
            self.find("pending")
        return self

    def shown(self) -> dict[str, Any]:
        """Return the device as a user sees it; raises NotReached where it cannot be seen."""
        with self._backend.building("a look at the device"):
            self.find()
            shown = json_of(expect_status(self._backend.management.get(self.path), OK))
            if not isinstance(shown, dict) or not isinstance(shown.get("auth_sets"), list):
                message = f"device {self.id} is shown without authentication sets"
                raise NotReached(message)
            return shown

    def find(self, status: str = "") -> "SigningDevice":
        """Look for the device among all others, unless its id is known; raises NotReached."""
        if not self.id:
            listed = self.listed(status)
            if listed is None:
                message = f"the device {self.serial} has asked, and is in no list of devices"
                raise NotReached(message)
            self._is(str(listed.get("id", "")))
        return self

    def listed(self, status: str = "") -> dict[str, Any] | None:
        """Return the device from the list of devices, of one status perhaps, or None.

        The youngest come last by the documents, so the last page is looked at first.
        """
        return next(self._entries(status), None)

    def all_listed(self, status: str = "") -> list[dict[str, Any]]:
        """Return all entries of the list of devices that have this device's identity."""
        return list(self._entries(status))

    def _entries(self, status: str) -> Iterator[dict[str, Any]]:
        query = {"status": status} if status else {}
        count = self._backend.management.get(f"{DEVICES}/count", params=query)
        with self._backend.building("the number of devices"):
            last = max(1, -(-int(field_of(expect_status(count, OK), "count")) // _PAGE))
        for number in (*range(last, 0, -1), last + 1):  # one more may be needed meanwhile
            page = {**query, "page": number, "per_page": _PAGE}
            answer = self._backend.management.get(DEVICES, params=page)
            with self._backend.building("the list of devices"):
                devices = json_of(expect_status(answer, OK))
            yield from (
                dict(device)
                for device in devices
                if (device.get("identity_data") or {}).get(SERIAL) == self.serial
            )

    def _is(self, device_id: str) -> None:
        self.id = device_id
        if device_id:
            self._backend.ledger.known(self.serial, device_id)

    def forget(self) -> None:
        """Begin anew as a device that nobody knows: after it was removed."""
        self._backend.ledger.gone(DEVICE, self.id)
        self.id = self._auth_set_id = self.token = ""
        self._has_asked = False


def _mac(serial: str) -> str:
    """Derive a locally administered address."""
    return ":".join(["02", *(f"{byte:02x}" for byte in sha256(serial.encode()).digest()[:5])])
