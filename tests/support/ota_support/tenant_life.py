"""What happens in one universe: acts that a seed chooses, and what the tenant reads of it.

The same seed gives the same acts in any universe, so that two of them can be compared: by what was
read, with each universe's own ids and names replaced by their order and a common word.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any

import httpx

from ota_support.device import auth_request
from otakit.fixtures.keys import KeyPair, generate_key
from otakit.mockserver.client import ControlClient

MANAGEMENT, DEVICES = "/api/management", "/api/devices"
FILE = json.dumps({"filename": "f", "dest_dir": "/"})
BEGIN = datetime(2100, 1, 1, tzinfo=UTC)
"""Where all clocks stand in the beginning, whenever that was."""

MARK = re.compile(r"mark-\d{6}")
ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[df]-[0-9a-f]{4}-[0-9a-f]{4}\b"
)
BEFORE = re.compile(r'"20\d\d-[^"]*Z"')
"""A moment before the clock was frozen."""

LINK = re.compile(r'http://[^"?]*\?[^"]*')

KEYS = [generate_key("ed25519", seed=number) for number in range(4)]
"""Devices of all universes have these; they are others in each."""

READS = (
    "v2/devauth/devices?per_page=100",
    "v2/devauth/devices/count",
    "v1/inventory/devices?per_page=100",
    "v1/inventory/groups",
    "v2/inventory/filters",
    "v1/deployments/artifacts",
    "v1/deployments/deployments",
    "v1/deployments/deployments/releases",
    "v1/auditlogs/logs?per_page=100",
    "v1/useradm/settings/tokens",
    "v1/useradm/users/me",
)
"""All that a user can list, below /api/management."""


class Life:
    """One universe with its user and devices, and what they have read: `transcript`."""

    def __init__(self, client: ControlClient, http: httpx.Client, seed: int, number: int) -> None:
        """Make the universe; `number` tells it from others of the same seed."""
        self.mark = f"mark-{number:06}"
        self.universe = client.create_universe(self.mark)
        self.transcript: list[Any] = []
        self._http = http
        self._chance = Random(seed)
        self._tokens: dict[int, str] = {}
        self._devices: list[tuple[str, str]] = []
        self._deployments: list[str] = []
        self._user = ""
        self._begin()

    def act(self) -> None:
        """Do the next thing."""
        self._chance.choice(ACTS)(self)

    def read_all(self) -> None:
        """Read all that there is, and what was asked."""
        for path in READS:
            self._ask("GET", f"{MANAGEMENT}/{path}")
        for deployment in self._deployments:
            self._ask("GET", f"{MANAGEMENT}/v1/deployments/deployments/{deployment}")
            self._ask("GET", f"{MANAGEMENT}/v1/deployments/deployments/{deployment}/statistics")
        self.transcript.append(self.universe.connect.fleet())
        self.transcript.append({"journal": [list(line) for line in self.journal()]})

    def journal(self) -> list[tuple[str, str, int, str, str]]:
        """Return what was asked, oldest first."""
        entries = list(self.universe.journal.entries())
        return [(e.method, e.path, e.status, e.caller, e.operation) for e in reversed(entries)]

    def told(self) -> str:
        """Return all that was read, as it is."""
        return json.dumps(self.transcript, indent=0)

    def compared(self) -> str:
        """Return it as it would be in another universe."""
        file = sha256(self.mark.encode()).hexdigest()
        text = BEFORE.sub('"BEFORE"', self.told().replace(file, "FILE"))
        text = LINK.sub("LINK", MARK.sub("MARK", text))
        numbers: dict[str, str] = {self.universe.id: "UNIVERSE"}
        return ID.sub(lambda found: numbers.setdefault(found[0], f"id {len(numbers)}"), text)

    # Acts

    def enrol(self) -> None:
        """Let a device ask for admission, perhaps again."""
        number = self._chance.randrange(len(KEYS))
        answer = self._authenticate(number)
        self.transcript.append(answer.status_code)
        if answer.status_code == 200:
            self._tokens[number] = answer.text

    def admit(self) -> None:
        """Decide about a device."""
        self._devices = [
            (device["id"], device["auth_sets"][0]["id"])
            for device in self._ask("GET", f"{MANAGEMENT}/v2/devauth/devices").json()
        ]
        if self._devices:
            device, auth_set = self._chance.choice(self._devices)
            status = self._chance.choice(["accepted", "accepted", "rejected"])
            path = f"{MANAGEMENT}/v2/devauth/devices/{device}/auth/{auth_set}/status"
            self._ask("PUT", path, json={"status": status})

    def tell(self) -> None:
        """Let a device send its inventory."""
        told = [{"name": "site", "value": f"{self.mark} {self._chance.randrange(9)}"}]
        self._as_device("PATCH", "v1/inventory/device/attributes", json=told)

    def group(self) -> None:
        """Put a device into a group."""
        name = f"{self.mark}-{self._chance.randrange(3)}"
        device = self._chance.choice(self._devices or [("nothing", "")])[0]
        path = f"{MANAGEMENT}/v1/inventory/devices/{device}/group"
        self._ask("PUT", path, json={"group": name})

    def search(self) -> None:
        """Save a filter."""
        terms = [{"scope": "inventory", "attribute": "site", "type": "$eq", "value": self.mark}]
        name = f"{self.mark} {self._chance.randrange(4)}"
        self._ask("POST", f"{MANAGEMENT}/v2/inventory/filters", json={"name": name, "terms": terms})

    def generate(self) -> None:
        """Make an artifact."""
        form = {"name": f"{self.mark}-{self._chance.randrange(4)}", "type": "single_file"}
        form |= {"device_types_compatible": "pi", "args": FILE, "description": self.mark}
        path = f"{MANAGEMENT}/v1/deployments/artifacts/generate"
        self._ask("POST", path, data=form, files={"file": self.mark.encode()})

    def deploy(self) -> None:
        """Deploy an artifact, which there may be, to devices."""
        plan = {"name": self.mark, "artifact_name": f"{self.mark}-{self._chance.randrange(4)}"}
        devices = [device for device, _ in self._devices] or ["nothing"]
        path = f"{MANAGEMENT}/v1/deployments/deployments"
        answer = self._ask("POST", path, json={**plan, "devices": devices})
        if answer.status_code == 201:
            self._deployments.append(answer.headers["location"].rpartition("/")[2])

    def poll(self) -> None:
        """Let a device ask for an update, and say how it went."""
        path = "v1/deployments/device/deployments"
        answer = self._as_device("GET", f"{path}/next?artifact_name=v0&device_type=pi")
        if answer is not None and answer.status_code == 200:
            status = self._chance.choice(["downloading", "installing", "success", "failure"])
            self._as_device("PUT", f"{path}/{answer.json()['id']}/status", json={"status": status})

    def wait(self) -> None:
        """Turn the clock: tokens expire now and then."""
        self.universe.clock.advance(hours=self._chance.randrange(60))

    def book(self) -> None:
        """Change the plan, and try what needs the highest."""
        self.universe.plan = self._chance.choice(["os", "professional", "enterprise", "enterprise"])
        self._ask("GET", f"{MANAGEMENT}/v1/auditlogs/logs")

    def equip(self) -> None:
        """Add a device to the fleet of JFrog Connect."""
        added = self.universe.connect.add_device(self.mark, tags=[self.mark])
        self.transcript.append(added)

    def begin_anew(self) -> None:
        """Reset the universe, seldom."""
        if self._chance.random() < 0.3:
            self.universe.reset()
            self._tokens, self._devices, self._deployments = {}, [], []
            self._begin()

    # What they are made of

    def accepted(self) -> str:
        """Let a device in, and return its token."""
        self._authenticate(0)
        path = f"{MANAGEMENT}/v2/devauth/devices"
        for device in self._ask("GET", path).json():
            chosen = f"{path}/{device['id']}/auth/{device['auth_sets'][0]['id']}/status"
            self._ask("PUT", chosen, json={"status": "accepted"})
        return self._authenticate(0).raise_for_status().text

    def _begin(self) -> None:
        self.universe.clock.freeze()
        self.universe.clock.advance(to=BEGIN)
        self._log_in()

    def _log_in(self) -> None:
        path = f"{MANAGEMENT}/v1/useradm/auth/login"
        login = (self.universe.email, self.universe.password)
        self._user = self._http.post(path, auth=login).raise_for_status().text

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._send(method, path, self._user, **more)
        if answer.status_code == 401:
            self._log_in()
            answer = self._send(method, path, self._user, **more)
        return answer

    def _as_device(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        if not self._tokens:
            return None
        token = self._chance.choice(list(self._tokens.values()))
        return self._send(method, f"{DEVICES}/{path}", token, **more)

    def _send(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._http.request(method, path, headers=headers, **more)
        said = answer.json() if "json" in answer.headers.get("content-type", "") else None
        self.transcript.append([method, path, answer.status_code, said])
        return answer

    def _authenticate(self, number: int) -> httpx.Response:
        key: KeyPair = KEYS[number]
        identity = {"mac": f"{self.mark}-{number}"}
        request = auth_request(key, identity, tenant_token=self.universe.tenant_token)
        return self._http.post(f"{DEVICES}/v1/authentication/auth_requests", **request)


ACTS: tuple[Callable[[Life], None], ...] = (
    Life.enrol,
    Life.enrol,
    Life.admit,
    Life.admit,
    Life.tell,
    Life.group,
    Life.search,
    Life.generate,
    Life.deploy,
    Life.deploy,
    Life.poll,
    Life.poll,
    Life.wait,
    Life.book,
    Life.equip,
    Life.begin_anew,
)
