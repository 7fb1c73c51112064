"""What belongs to one universe can neither be seen nor changed from another, by any operation."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from otakit.fixtures.keys import generate_key
from otakit.specs.catalogue import apis, resolved

MARK = "only-mine"
"""Stands in every name and value of the universe that is looked for."""

MANAGEMENT, DEVICES = "/api/management", "/api/devices"
AUTH = f"{DEVICES}/v1/authentication/auth_requests"
NEXT = f"{DEVICES}/v1/deployments/device/deployments/next?artifact_name=v0&device_type=pi"
REFUSALS = {400, 401, 403, 404, 405, 409, 413, 415, 422, 501}

LIVE = {"connectUser", "downloadFile", "playbackSession"}
"""What reads from a device that is connected, or from what it said then; none is here.

`test_live_isolation` has one.
"""

NewUniverse = Callable[..., dict[str, Any]]
UserOf = Callable[[dict[str, Any]], httpx.Client]


class Tenant:
    """A universe with a device, an artifact, a deployment and whatever else there can be."""

    def __init__(self, universe: dict[str, str], user: httpx.Client, mark: str) -> None:
        """Fill it; names hold the mark."""
        self.universe, self.user, self.mark = universe, user, mark
        self.key = generate_key("ed25519", seed=1)
        self.device = httpx.Client(base_url=user.base_url)
        self.ids: dict[str, str] = {}
        identity = {"mac": mark}
        assert self.authenticate(identity, universe["tenant_token"]).status_code == 401
        (device,) = self.get("v2/devauth/devices")
        self.ids["device"], self.ids["auth_set"] = device["id"], device["auth_sets"][0]["id"]
        self.put(
            f"v2/devauth/devices/{device['id']}/auth/{self.ids['auth_set']}/status",
            {"status": "accepted"},
        )
        token = self.authenticate(identity, universe["tenant_token"]).raise_for_status().text
        self.device.headers["Authorization"] = f"Bearer {token}"
        told = [{"name": "site", "value": mark}]
        path = f"{DEVICES}/v1/inventory/device/attributes"
        self.device.patch(path, json=told).raise_for_status()
        self.put(f"v1/inventory/devices/{device['id']}/tags", told)
        self.put(f"v1/inventory/devices/{device['id']}/group", {"group": mark})
        self.ids["group"] = mark
        self.ids["artifact"] = self.generate()
        terms = [{"scope": "inventory", "attribute": "site", "type": "$eq", "value": mark}]
        self.ids["filter"] = self.post("v2/inventory/filters", {"name": mark, "terms": terms})
        plan: dict[str, Any] = {"name": mark, "artifact_name": mark, "devices": [device["id"]]}
        plan["update_control_map"] = {"priority": 1, "states": {}}
        self.ids["deployment"] = self.post("v1/deployments/deployments", plan)
        assert self.device.get(NEXT).json()["id"] == self.ids["deployment"]
        path = f"{DEVICES}/v1/deployments/device/deployments/{self.ids['deployment']}/log"
        line = {"timestamp": "2026-01-01T00:00:00Z", "level": "info", "message": mark}
        self.device.put(path, json={"messages": [line]}).raise_for_status()
        tokens = f"{MANAGEMENT}/v1/useradm/settings/tokens"
        self.user.post(tokens, json={"name": mark}).raise_for_status()
        (listed,) = self.get("v1/useradm/settings/tokens")
        self.ids["access token"] = listed["id"]
        self.ids["user"] = self.get("v1/useradm/users/me")["id"]

    def authenticate(self, identity: dict[str, str], tenant_token: str) -> httpx.Response:
        """Ask to be let in."""
        wish = {"id_data": json.dumps(identity), "pubkey": self.key.public_pem}
        body = json.dumps({**wish, "tenant_token": tenant_token}).encode()
        headers = {"X-MEN-Signature": self.key.sign(body), "Content-Type": "application/json"}
        return self.device.post(AUTH, content=body, headers=headers)

    def generate(self) -> str:
        """Make an artifact, and return its id."""
        form = {"name": self.mark, "description": self.mark, "type": "single_file"}
        form |= {"device_types_compatible": "pi", "args": '{"filename": "f", "dest_dir": "/"}'}
        path = f"{MANAGEMENT}/v1/deployments/artifacts/generate"
        answer = self.user.post(path, data=form, files={"file": self.mark.encode()})
        return answer.raise_for_status().headers["location"].rpartition("/")[2]

    def get(self, path: str) -> Any:
        """Read something."""
        return self.user.get(f"{MANAGEMENT}/{path}").raise_for_status().json()

    def put(self, path: str, body: Any) -> None:
        """Write something."""
        self.user.put(f"{MANAGEMENT}/{path}", json=body).raise_for_status()

    def post(self, path: str, body: Any) -> str:
        """Make something, and return its id."""
        answer = self.user.post(f"{MANAGEMENT}/{path}", json=body).raise_for_status()
        return str(answer.headers["location"].rpartition("/")[2])

    def everything(self) -> list[bytes]:
        """Read all that its user can read; links are made anew each time, and left out."""
        reading = [o for o in OPERATIONS if o[0] == "get" and o[1].startswith(MANAGEMENT)]
        answers = [self.request(operation, self.ids) for operation in reading]
        return [a.content for a in answers if a.is_success and b"x-men-signature" not in a.content]

    def request(
        self, operation: tuple[str, str, dict[str, Any]], ids: dict[str, str]
    ) -> httpx.Response:
        """Send an operation with its own user or device, and anybody's ids: those that fit best."""
        method, path, found = operation
        client = self.device if path.startswith(DEVICES) else self.user
        for name, value in guesses(path, ids).items():
            path = path.replace(f"{{{name}}}", value)
        more: dict[str, Any] = {}
        content = found.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            more["json"] = aimed(example(content["application/json"]), ids)
        query = {p["name"]: "x" for p in found.get("parameters", []) if p["in"] == "query"}
        query = {n: "pi" for n in query if n in ("artifact_name", "device_type")}
        if found["operationId"] == "listDevices":
            query = {"id": ids["device"]}
        return client.request(method, path, params=query, **more)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Go through all operations that need a token, but those that end it."""
    for api in apis():
        document = resolved(api)
        for path, item in document["paths"].items():
            for method in item.keys() & {"get", "put", "post", "patch", "delete"}:
                found = item[method]
                needed = {n for s in found.get("security", document["security"]) for n in s}
                if needed & {"managementToken", "deviceToken"} and found["operationId"] != "logout":
                    yield method, api.base_path + path, found


OPERATIONS = sorted(operations(), key=lambda operation: operation[2]["operationId"])


def guesses(path: str, ids: dict[str, str]) -> dict[str, str]:
    """Tell which id a path's parameters mean."""
    named = {"aid": "auth_set", "device_id": "device", "deployment_id": "deployment"}
    named |= {"deviceId": "device", "userId": "user", "name": "group"}
    of_id = {
        "settings/tokens": "access token",
        "/tokens/": "auth_set",
        "/filters/": "filter",
        "/artifacts/": "artifact",
        "deployments/devices/": "device",
        "deployments/deployments/": "deployment",
        "device/deployments/": "deployment",
        "/users/": "user",
    }
    meant = next((kind for part, kind in of_id.items() if part in path), "device")
    return {name: ids[named.get(name, meant)] for name in re.findall(r"\{(.*?)\}", path)}


def example(media: dict[str, Any]) -> Any:
    """Return the example of a body."""
    named = media.get("examples", {}).values()
    return media["example"] if "example" in media else next(iter(named))["value"]


def aimed(body: Any, ids: dict[str, str]) -> Any:
    """Aim an example at somebody's things."""
    if isinstance(body, list):
        if body and isinstance(body[0], str):
            return [*ids.values()]
        return [aimed(item, ids) for item in body]
    if not isinstance(body, dict):
        return body
    fitting: dict[str, Any] = {
        "filter_id": ids["filter"],
        "devices": [ids["device"]],
        "id": ids["device"],
    }
    fitting |= {"device_ids": [ids["device"]], "group": "other", "status": body.get("status")}
    return {key: fitting.get(key, aimed(value, ids)) for key, value in body.items()}


@pytest.fixture
def tenants(new_universe: NewUniverse, user_of: UserOf) -> Iterator[list[Tenant]]:
    """Return two tenants: the one that is looked for, and the one who looks."""
    made = []
    for mark in (MARK, "another"):
        universe = new_universe()
        made.append(Tenant(universe, user_of(universe), mark))
    yield made
    for tenant in made:
        tenant.device.close()


def test_nothing_is_seen_or_changed_from_outside(tenants: list[Tenant]) -> None:
    """All operations, with the token of one and the ids of the other."""
    mine, other = tenants
    before = mine.everything()
    assert sum(MARK.encode() in content for content in before) > 10
    told = ""  # what it has written down itself, and may well find again
    for operation in sorted(OPERATIONS, key=lambda o: o[0] != "get"):
        answer = other.request(operation, mine.ids)
        said = answer.text + repr(answer.headers)
        name = operation[2]["operationId"]
        assert mine.universe["email"] not in said, name
        told += str(answer.request.content)
        for secret in (MARK, *mine.ids.values()):
            known = secret in told or secret in str(answer.request.url)
            assert known or secret not in said, (name, said)
        if operation[0] == "get" and "{" in operation[1]:
            assert answer.status_code in REFUSALS, (name, said)
    assert mine.everything() == before


def test_the_same_is_possible_from_inside(tenants: list[Tenant]) -> None:
    """So what is refused above is refused for where it comes from."""
    mine, _ = tenants
    reading = [o for o in OPERATIONS if o[0] == "get" and "{" in o[1]]
    answers = {o[2]["operationId"]: mine.request(o, mine.ids).status_code for o in reading}
    refused = {name for name, status in answers.items() if status >= 300}
    assert refused == LIVE


def test_ids_of_any_kind_in_any_place(tenants: list[Tenant]) -> None:
    """What one tenant has under an id is nothing to another, whatever the id is of."""
    mine, other = tenants
    before = mine.everything()
    for method, path, found in OPERATIONS:
        names = re.findall(r"\{(.*?)\}", path)
        client = other.device if path.startswith(DEVICES) else other.user
        if method not in ("get", "delete") or not names:
            continue
        for values in product(mine.ids.values(), repeat=len(names)):
            target = path
            for name, value in zip(names, values, strict=True):
                target = target.replace(f"{{{name}}}", value)
            answer = client.request(method, target)
            nothing = answer.status_code in REFUSALS or answer.content in (b"", b"{}")
            assert nothing, (found["operationId"], answer.text)
    assert mine.everything() == before


def test_device_is_another_one_in_each(tenants: list[Tenant]) -> None:
    """The same identity and key; let in by one tenant is not let in by the other."""
    mine, other = tenants
    token = other.universe["tenant_token"]
    assert other.authenticate({"mac": MARK}, token).status_code == 401
    assert mine.authenticate({"mac": MARK}, mine.universe["tenant_token"]).status_code == 200
    listed = other.get("v2/devauth/devices")
    assert [device["status"] for device in listed] == ["accepted", "pending"]
    assert mine.ids["device"] not in [device["id"] for device in listed]


def test_link_is_good_for_its_own_tenant(tenants: list[Tenant]) -> None:
    """With another tenant in it, or none, the signature does not fit."""
    mine, other = tenants
    uri = mine.get(f"v1/deployments/artifacts/{mine.ids['artifact']}/download")["uri"]
    assert httpx.get(uri).status_code == 200
    (tenant,) = parse_qs(urlsplit(uri).query)["tenant_id"]
    assert tenant == mine.universe["id"]
    for changed in (other.universe["id"], "default", "", "nobody"):
        assert httpx.get(uri.replace(tenant, changed)).status_code == 403


def test_unknown_tenant_token_leads_nowhere(
    tenants: list[Tenant], management: httpx.Client
) -> None:
    """Not even an id will do; the device turns up nowhere, above all not in `default`."""
    mine, other = tenants
    for token in ("nobody", mine.universe["id"], "default", mine.universe["tenant_token"] + "x"):
        answer = mine.authenticate({"mac": "lost"}, token)
        assert answer.status_code == 401
        assert token in answer.json()["error"]
    for path in (mine, other):
        assert len(path.get("v2/devauth/devices")) == 1
    assert management.get("v2/devauth/devices").json() == []


def test_default_has_a_tenant_token_and_needs_none(
    tenants: list[Tenant], control: httpx.Client, management: httpx.Client
) -> None:
    """A device may name it or not."""
    mine, _ = tenants
    token = control.get("universes").json()[0]["tenant_token"]
    for number, named in enumerate((token, "")):
        assert mine.authenticate({"mac": str(number)}, named).status_code == 401
    assert len(management.get("v2/devauth/devices").json()) == 2
