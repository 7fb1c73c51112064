"""Whatever users do, in any order: one entry for each change, in order, and every view agrees.

What changes is seen from outside: before and after each act all that users can see is read.
"""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ota_support.depth import examples
from ota_support.device import AUTH, auth_request
from ota_support.server import LOGIN, NO_TLS
from otakit.fixtures.keys import generate_key
from otakit.mockserver.domain.clock import Clock

LOGS = "v1/auditlogs/logs"
DEPLOYMENTS = "v1/deployments/deployments"
TOKENS = "v1/useradm/settings/tokens"
KEYS = [generate_key("ed25519", seed=number) for number in (1, 2)]
TERM = {"scope": "identity", "attribute": "status", "type": "$eq", "value": "preauthorized"}
GROUPS = ("lab", "field")
ROWS = {
    "actor.id": ("actor", "id"),
    "actor.email": ("actor", "email"),
    "time": ("time",),
    "action": ("action",),
    "object.id": ("object", "id"),
    "object.type": ("object", "type"),
    "object.deployment.name": ("object", "deployment", "name"),
    "object.device.identity_data": ("object", "device", "identity_data"),
    "change": ("change",),
}
picks = st.integers(min_value=0, max_value=5)


class Source:
    """Seconds that pass only when a test says so."""

    seconds = 1_700_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


class Office(RuleBasedStateMachine):
    """Users who work on a server; `expected` has action, type and id of each change, in order."""

    url: str
    source: Source

    def __init__(self) -> None:
        """Begin with an empty server that somebody has logged in to."""
        super().__init__()
        self.user = httpx.Client(base_url=f"{self.url}/api/management/", verify=NO_TLS)
        self.user.post(f"{self.url}/otakit/v1/universes/default/reset").raise_for_status()
        token = self.user.post("v1/useradm/auth/login", auth=LOGIN).raise_for_status().text
        self.user.headers["Authorization"] = f"Bearer {token}"
        self.me = self.user.get("v1/useradm/users/me").json()["id"]
        self.expected = [("update", "user", self.me)]
        self.seen = self.look()

    def teardown(self) -> None:
        """Compare the whole log once more."""
        try:
            self.log_is_what_was_done()
        finally:
            self.user.close()

    def look(self) -> Any:
        """Return all that users can see and change."""
        devices = self.get("v2/devauth/devices")
        return {
            "sets": {d["id"]: {a["id"]: a["status"] for a in d["auth_sets"]} for d in devices},
            "attributes": {
                d["id"]: [a for a in d["attributes"] if a["name"] in {"group", "place"}]
                for d in self.get("v1/inventory/devices")
            },
            "filters": self.get("v2/inventory/filters"),
            "artifacts": self.get("v1/deployments/artifacts"),
            "deployments": self.get(DEPLOYMENTS),
            "tokens": self.get(TOKENS),
        }

    def get(self, path: str, **params: Any) -> Any:
        """Read a list whole."""
        return self.user.get(path, params={"per_page": 500, **params}).raise_for_status().json()

    def act(self, action: str, kind: str, name: str, method: str, path: str, **more: Any) -> None:
        """Do something; if anybody can see a change there has to be an entry of it.

        Without a name the object is what is created, or the user.
        """
        answer = self.user.request(method, path, **more)
        now = self.look()
        before, self.seen = _plain(self.seen), now
        created = answer.headers.get("location", "").rpartition("/")[2]
        if _plain(now) != before:
            assert answer.is_success
            self.expected.append((action, kind, name or created or self.me))

    def one(self, things: Any, number: int) -> Any:
        """Choose one of what there is, or something that there is not."""
        known = list(things)
        return known[number % len(known)] if known else "nobody"

    def device(self, number: int) -> str:
        """Choose a device."""
        return str(self.one(self.seen["sets"], number))

    @initialize()
    def begin(self) -> None:
        """Make something to work on."""
        for number, key in enumerate(KEYS):
            self.announce(number, key)
            self.move(number, GROUPS[0], into=True)
        self.knock(2, KEYS[0])
        self.make_artifact("v1")
        for number in range(len(KEYS)):
            self.deploy(number, "v1", "x")
            self.deploy(number, "v1", "y")

    # Devices

    @rule(number=picks, key=st.sampled_from(KEYS))
    def knock(self, number: int, key: Any) -> None:
        """Ask to be let in, as a device: whatever comes of it, no user did it."""
        request = auth_request(key, {"sn": number})
        answer = self.user.post(f"{self.url}/api/devices/{AUTH}", **request)
        assert answer.status_code in {200, 401}
        self.seen = self.look()

    @rule(number=picks, key=st.sampled_from(KEYS))
    def announce(self, number: int, key: Any) -> None:
        """Preauthorize a device, known or not."""
        asked = {"identity_data": {"sn": number}, "pubkey": key.public_pem}
        self.act("create", "device", "", "POST", "v2/devauth/devices", json=asked)

    @rule(number=picks, to=st.sampled_from(["accepted", "rejected", "pending", "preauthorized"]))
    def decide(self, number: int, to: str) -> None:
        """Set a status, where a way leads there."""
        device = self.device(number)
        auth_set = self.one(self.seen["sets"].get(device, ()), number)
        path = f"v2/devauth/devices/{device}/auth/{auth_set}/status"
        action = "reject" if to == "rejected" else "update"
        self.act(action, "device", device, "PUT", path, json={"status": to})

    @rule(number=picks)
    def withdraw(self, number: int) -> None:
        """Remove an authentication set, and the device if it was only announced."""
        device = self.device(number)
        sets = self.seen["sets"].get(device, {})
        path = f"v2/devauth/devices/{device}/auth/{self.one(sets, number)}"
        action = "delete" if list(sets.values()) == ["preauthorized"] else "reject"
        self.act(action, "device", device, "DELETE", path)

    @rule(number=picks)
    def decommission(self, number: int) -> None:
        """Remove a device."""
        device = self.device(number)
        self.act("decommission", "device", device, "DELETE", f"v2/devauth/devices/{device}")

    @rule(
        number=picks, value=st.sampled_from(["hall 1", "hall 2", 3]), method=st.sampled_from("PU")
    )
    def tag(self, number: int, value: Any, method: str) -> None:
        """Tag a device, maybe as it is."""
        device = self.device(number)
        tags = [{"name": "place", "value": value}]
        verb = {"P": "PUT", "U": "PATCH"}[method]
        path = f"v1/inventory/devices/{device}/tags"
        self.act("update", "device", device, verb, path, json=tags)

    @rule(number=picks, group=st.sampled_from(GROUPS), into=st.booleans())
    def move(self, number: int, group: str, into: bool) -> None:  # noqa: FBT001 - drawn
        """Put a device into a group or take it out, where it is or not."""
        device = self.device(number)
        path = f"v1/inventory/devices/{device}/group"
        if into:
            self.act("update", "device", device, "PUT", path, json={"group": group})
        else:
            self.act("update", "device", device, "DELETE", f"{path}/{group}")

    @rule(chosen=st.lists(picks, min_size=1), group=st.sampled_from(GROUPS), into=st.booleans())
    def move_many(self, chosen: list[int], group: str, into: bool) -> None:  # noqa: FBT001 - drawn
        """Do the same with several."""
        devices = [self.device(number) for number in chosen]
        method = "PATCH" if into else "DELETE"
        path = f"v1/inventory/groups/{group}/devices"
        self.act("update", "device", group, method, path, json=devices)

    @rule(group=st.sampled_from(GROUPS))
    def dissolve(self, group: str) -> None:
        """Delete a group."""
        self.act("delete", "device", group, "DELETE", f"v1/inventory/groups/{group}")

    @rule(name=st.sampled_from(GROUPS))
    def save_filter(self, name: str) -> None:
        """Save a filter, unless there is one of the name."""
        asked = {"name": name, "terms": [TERM]}
        self.act("create", "device", "", "POST", "v2/inventory/filters", json=asked)

    @rule(number=picks)
    def delete_filter(self, number: int) -> None:
        """Delete a filter."""
        name = self.one([saved["id"] for saved in self.seen["filters"]], number)
        self.act("delete", "device", name, "DELETE", f"v2/inventory/filters/{name}")

    # Artifacts and deployments

    @rule(name=st.sampled_from(["v1", "v2"]))
    def make_artifact(self, name: str) -> None:
        """Make an artifact, unless there is one of the name."""
        args = json.dumps({"filename": "motd", "dest_dir": "/etc"})
        form = {"name": name, "device_types_compatible": "pi", "type": "single_file", "args": args}
        path, files = "v1/deployments/artifacts/generate", {"file": ("motd", b"welcome")}
        self.act("create", "deployment", "", "POST", path, data=form, files=files)

    @rule(number=picks, text=st.sampled_from(["", "good", "better"]))
    def describe(self, number: int, text: str) -> None:
        """Describe an artifact, unless it has been deployed."""
        name = self.one([artifact["id"] for artifact in self.seen["artifacts"]], number)
        path, body = f"v1/deployments/artifacts/{name}", {"description": text}
        self.act("update", "deployment", name, "PUT", path, json=body)

    @rule(number=picks)
    def delete_artifact(self, number: int) -> None:
        """Delete an artifact, unless it is in use."""
        name = self.one([artifact["id"] for artifact in self.seen["artifacts"]], number)
        self.act("delete", "deployment", name, "DELETE", f"v1/deployments/artifacts/{name}")

    @rule(
        number=picks, artifact=st.sampled_from(["v1", "v1", "v2"]), name=st.sampled_from(["x", "y"])
    )
    def deploy(self, number: int, artifact: str, name: str) -> None:
        """Deploy to a device, if there is what is deployed."""
        asked = {"name": name, "artifact_name": artifact, "devices": [self.device(number)]}
        self.act("create", "deployment", "", "POST", DEPLOYMENTS, json=asked)

    @rule(number=picks)
    def abort(self, number: int) -> None:
        """Abort a deployment, unless it is finished."""
        name = self.one([deployment["id"] for deployment in self.seen["deployments"]], number)
        path, body = f"{DEPLOYMENTS}/{name}/status", {"status": "aborted"}
        self.act("abort", "deployment", name, "PUT", path, json=body)

    @rule(number=picks)
    def abort_device(self, number: int) -> None:
        """Abort what a device has to do, if anything."""
        device = self.device(number)
        self.act("abort", "device", device, "DELETE", f"{DEPLOYMENTS}/devices/{device}")

    # Users, time, and what is always so

    @rule(name=st.sampled_from(["ci", "nightly"]))
    def make_token(self, name: str) -> None:
        """Make a personal access token, unless there is one of the name."""
        self.act("update", "user", "", "POST", TOKENS, json={"name": name})

    @rule(number=picks)
    def revoke_token(self, number: int) -> None:
        """Revoke a personal access token."""
        name = self.one([token["id"] for token in self.seen["tokens"]], number)
        self.act("update", "user", self.me, "DELETE", f"{TOKENS}/{name}")

    @rule(seconds=st.sampled_from([0.3, 1.0, 3600.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.source.seconds += seconds

    @rule(size=st.integers(min_value=1, max_value=7))
    def pages_are_the_list(self, size: int) -> None:
        """Pages, joined as their links lead, are the list."""
        url: Any = f"{LOGS}?per_page={size}"
        joined: list[Any] = []
        while url is not None:
            answer = self.user.get(url)
            joined += answer.json()
            assert answer.headers["x-total-count"] == str(len(self.expected))
            onward = answer.links.get("next", {}).get("url")
            url = onward and f"{self.url}{onward}"
        assert joined == self.get(LOGS)

    @rule(number=st.integers(min_value=0, max_value=1000), sort=st.sampled_from(["asc", "desc"]))
    def filters_are_recounts(self, number: int, sort: str) -> None:
        """Each filter finds what a look at every entry finds, in the list and in the export."""
        whole = self.get(LOGS, sort=sort)
        one = whole[number % len(whole)]
        thing, second = one["object"], _second(one)
        name = thing.get("deployment", {}).get("name", "x")
        tests: list[tuple[dict[str, Any], Callable[[Any], bool]]] = [
            ({"object_id": thing["id"]}, lambda e: e["object"]["id"] == thing["id"]),
            ({"object_type": thing["type"]}, lambda e: e["object"]["type"] == thing["type"]),
            ({"created_after": second}, lambda e: _second(e) >= second),
            ({"created_before": second}, lambda e: _second(e) <= second),
            (
                {"object_deployment_name": name},
                lambda e: e["object"].get("deployment", {}).get("name") == name,
            ),
            ({"actor_id": self.me, "actor_email": LOGIN[0]}, lambda _: True),
            ({"actor_id": thing["id"]}, lambda _: thing["id"] == self.me),
        ]
        for params, test in tests:
            found = [entry for entry in whole if test(entry)]
            assert self.get(LOGS, sort=sort, **params) == found, params
            self.export_is(found, sort=sort, **params)

    def export_is(self, listed: list[Any], **params: Any) -> None:
        """Compare an export with a list."""
        answer = self.user.get(f"{LOGS}/export", params=params)
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        told = [{name: row[name] for name in ROWS} for row in rows]
        assert told == [{name: _at(e, *path) for name, path in ROWS.items()} for e in listed]

    def log_is_what_was_done(self) -> None:
        """Every change has its entry, in order, and there is no other."""
        told = self.get(LOGS, sort="asc")
        seen = [(e["action"], e["object"]["type"], e["object"]["id"]) for e in told]
        assert seen == self.expected
        assert [e["actor"]["id"] for e in told] == [self.me] * len(told)
        assert self.get(LOGS) == told[::-1]
        self.export_is(told[::-1])


def _plain(seen: Any) -> Any:
    """Leave out when it was: that is no change by itself."""
    text = json.loads(json.dumps(seen))
    for group in ("tokens", "artifacts"):
        for thing in text[group]:
            for name in ("last_used", "modified"):
                thing.pop(name, None)
    for attributes in text["attributes"].values():
        for attribute in attributes:
            attribute.pop("timestamp", None)
    return text


def _second(entry: Any) -> int:
    return int(datetime.fromisoformat(entry["time"]).timestamp())


def _at(value: Any, *path: str) -> str:
    for name in path:
        value = value.get(name, {})
    return value or ""


@pytest.fixture
def office(ota_serve: Callable[..., str]) -> type[Office]:
    """Return the machine, on a server whose clock stands still."""
    source = Source()
    url = ota_serve(clock=Clock(source=source))
    return type("Office", (Office,), {"url": url, "source": source})


def test_every_change_has_its_entry(office: type[Office]) -> None:
    """Whatever is done."""
    run_state_machine_as_test(
        office,
        settings=settings(
            derandomize=True,
            deadline=None,
            max_examples=examples(5),
            stateful_step_count=40,
            report_multiple_bugs=False,
        ),
    )
