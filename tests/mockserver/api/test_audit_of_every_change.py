"""Every management operation that changes something leaves one entry in the audit log.

Who adds such an operation adds a line to ACTS: how to do it once, so that it succeeds. Who adds one
that only reads, though its method says otherwise, names it in READ_ONLY.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from otakit.fixtures.keys import generate_key
from otakit.mockserver.domain.audit import MAX_ENTRIES
from otakit.specs.catalogue import apis, resolved

READ_ONLY = {"searchDevices", "searchInventories", "listDeploymentStatistics"}
"""What asks with a body, because a question is long."""

REPEATABLE = {
    "login",
    "createDeployment",
    "createGroupDeployment",
    "createDynamicDeployment",
    "deployDeviceConfiguration",
}
"""What makes something new each time; all else is refused or changes nothing when repeated."""

LOGS = "v1/auditlogs/logs"
CONFIGURATIONS = "v1/deviceconfig/configurations/device"
ARTIFACTS = "v1/deployments/artifacts"
DEPLOYMENTS = "v1/deployments/deployments"
GROUPS = "v1/inventory/groups"
TOKENS = "v1/useradm/settings/tokens"
TERM = {"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}
PLAN = {"name": "update", "artifact_name": "release-2"}
PAUSE = {"states": {"ArtifactInstall_Enter": {"action": "pause"}}}
KEY = generate_key("ed25519", seed=99).public_pem


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server with a user, and how to make what operations need."""

    user: httpx.Client
    login: Callable[[], str]
    new_device: Callable[..., Any]
    new_artifact: Callable[..., str]
    stranger: Callable[[], Any]

    def device(self) -> str:
        """Let in a device."""
        return str(self.new_device(kind="pump").id)

    def deployed(self, **plan: Any) -> tuple[str, str]:
        """Let in a device and deploy to it; return both ids."""
        self.new_artifact()
        device = self.device()
        answer = self.user.post(DEPLOYMENTS, json={**PLAN, "devices": [device], **plan})
        return device, last(answer)

    def grouped(self) -> str:
        """Let in a device and put it into group `lab`."""
        device = self.device()
        answer = self.user.put(f"v1/inventory/devices/{device}/group", json={"group": "lab"})
        assert answer.status_code == 204
        return device

    def filter(self) -> str:
        """Save a filter."""
        asked = {"name": "in", "terms": [TERM]}
        return last(self.user.post("v2/inventory/filters", json=asked))

    def pending(self) -> str:
        """Let a device wait; return the path of its authentication set."""
        self.stranger().authenticate()
        known = self.user.get("v2/devauth/devices", params={"status": "pending"}).json()[0]
        return f"v2/devauth/devices/{known['id']}/auth/{known['auth_sets'][0]['id']}"


Act = tuple[str, str, dict[str, Any]]
"""Method, path, and what else httpx takes."""


def last(answer: httpx.Response) -> str:
    """Return the id of what was created."""
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def claims(token: str) -> Any:
    """Read a token."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def log_out(site: Site) -> Act:
    """End another session than the one that the log is read with."""
    headers = {"Authorization": f"Bearer {site.login()}"}
    return "POST", "v1/useradm/auth/logout", {"headers": headers}


def delete_token(site: Site) -> Act:
    """Revoke a personal access token."""
    token = site.user.post(TOKENS, json={"name": "ci"}).text
    return "DELETE", f"{TOKENS}/{claims(token)['jti']}", {}


def revoke(site: Site) -> Act:
    """Revoke a device's token."""
    token = site.new_device().http.headers["authorization"].removeprefix("Bearer ")
    return "DELETE", f"v2/devauth/tokens/{claims(token)['jti']}", {}


def upload(site: Site) -> Act:
    """Upload an artifact that the server itself has made, once it is gone from there."""
    path = f"{ARTIFACTS}/{site.new_artifact()}"
    content = httpx.get(site.user.get(f"{path}/download").json()["uri"]).content
    assert site.user.delete(path).status_code == 204
    return "POST", ARTIFACTS, {"files": {"artifact": ("a.mender", content)}}


def generate(_: Site) -> Act:
    """Make an artifact of a file."""
    args = json.dumps({"filename": "motd", "dest_dir": "/etc"})
    form = {"name": "r", "device_types_compatible": "rpi", "type": "single_file", "args": args}
    files = {"file": ("motd", b"welcome")}
    return "POST", f"{ARTIFACTS}/generate", {"data": form, "files": files}


def deploy(site: Site) -> Act:
    """Deploy to all devices."""
    site.new_artifact()
    site.device()
    return "POST", DEPLOYMENTS, {"json": {**PLAN, "all_devices": True}}


def deploy_to_group(site: Site) -> Act:
    """Deploy to a group."""
    site.new_artifact()
    site.grouped()
    return "POST", f"{DEPLOYMENTS}/group/lab", {"json": PLAN}


def deploy_dynamically(site: Site) -> Act:
    """Deploy to whom a filter finds."""
    site.new_artifact()
    asked = {**PLAN, "filter_id": site.filter()}
    return "POST", "v2/deployments/deployments", {"json": asked}


def change_map(site: Site) -> Act:
    """Put another update control map in place."""
    _, deployment = site.deployed(update_control_map=PAUSE)
    other = {"states": {"ArtifactReboot_Enter": {"action": "pause"}}}
    body = {"update_control_map": {**PAUSE, **other}}
    return "PATCH", f"{DEPLOYMENTS}/{deployment}", {"json": body}


def tag(method: str) -> Callable[[Site], Act]:
    """Tag a device, in place of its tags (PUT) or beside them (PATCH)."""
    tags = [{"name": "place", "value": "hall 3", "description": "where it stands"}]
    return lambda s: (method, f"v1/inventory/devices/{s.device()}/tags", {"json": tags})


def announce(_: Site) -> Act:
    """Preauthorize a device."""
    body = {"identity_data": {"sn": "7"}, "pubkey": KEY}
    return "POST", "v2/devauth/devices", {"json": body}


ACTS: dict[str, Callable[[Site], Act]] = {
    "login": lambda _: (
        "POST",
        "v1/useradm/auth/login",
        {"auth": ("admin@example.com", "otakit-password")},
    ),
    "logout": log_out,
    "createAccessToken": lambda _: ("POST", TOKENS, {"json": {"name": "nightly"}}),
    "deleteAccessToken": delete_token,
    "preauthorizeDevice": announce,
    "setAuthSetStatus": lambda s: (
        "PUT",
        f"{s.pending()}/status",
        {"json": {"status": "rejected"}},
    ),
    "deleteAuthSet": lambda s: ("DELETE", s.pending(), {}),
    "decommissionDevice": lambda s: ("DELETE", f"v2/devauth/devices/{s.device()}", {}),
    "revokeToken": revoke,
    "uploadArtifact": upload,
    "generateArtifact": generate,
    "updateArtifact": lambda s: (
        "PUT",
        f"{ARTIFACTS}/{s.new_artifact()}",
        {"json": {"description": "better"}},
    ),
    "deleteArtifact": lambda s: ("DELETE", f"{ARTIFACTS}/{s.new_artifact()}", {}),
    "createDeployment": deploy,
    "createGroupDeployment": deploy_to_group,
    "createDynamicDeployment": deploy_dynamically,
    "updateDeployment": change_map,
    "setDeploymentStatus": lambda s: (
        "PUT",
        f"{DEPLOYMENTS}/{s.deployed()[1]}/status",
        {"json": {"status": "aborted"}},
    ),
    "abortDeviceDeployments": lambda s: ("DELETE", f"{DEPLOYMENTS}/devices/{s.deployed()[0]}", {}),
    "setDeviceConfiguration": lambda s: (
        "PUT",
        f"{CONFIGURATIONS}/{s.device()}",
        {"json": {"interval": "5"}},
    ),
    "deployDeviceConfiguration": lambda s: (
        "POST",
        f"{CONFIGURATIONS}/{s.device()}/deploy",
        {"json": {"retries": 0}},
    ),
    "deleteInventory": lambda s: ("DELETE", f"v1/inventory/devices/{s.device()}", {}),
    "replaceTags": tag("PUT"),
    "assignTags": tag("PATCH"),
    "putDeviceInGroup": lambda s: (
        "PUT",
        f"v1/inventory/devices/{s.device()}/group",
        {"json": {"group": "lab"}},
    ),
    "removeDeviceFromGroup": lambda s: (
        "DELETE",
        f"v1/inventory/devices/{s.grouped()}/group/lab",
        {},
    ),
    "addDevicesToGroup": lambda s: ("PATCH", f"{GROUPS}/lab/devices", {"json": [s.device()]}),
    "removeDevicesFromGroup": lambda s: (
        "DELETE",
        f"{GROUPS}/lab/devices",
        {"json": [s.grouped()]},
    ),
    "deleteGroup": lambda s: ("DELETE", f"{GROUPS}/{s.grouped() and 'lab'}", {}),
    "createFilter": lambda _: (
        "POST",
        "v2/inventory/filters",
        {"json": {"name": "x", "terms": [TERM]}},
    ),
    "deleteFilter": lambda s: ("DELETE", f"v2/inventory/filters/{s.filter()}", {}),
}
"""How to do each, once what it needs is there."""


def operations() -> Iterator[tuple[str, str, str]]:
    """Go through the management operations that may change something: id, method, path."""
    for api in apis():
        for path, item in resolved(api)["paths"].items() if api.side == "management" else ():
            for method in item.keys() & {"post", "put", "patch", "delete"}:
                yield item[method]["operationId"], method.upper(), api.base_path + path


CHANGING = {name: (method, path) for name, method, path in operations() if name not in READ_ONLY}


@pytest.fixture
def site(
    server: Any,
    management: httpx.Client,
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    stranger: Callable[[], Any],
) -> Site:
    """Return a site without anything."""
    return Site(
        user=management,
        login=server.login,
        new_device=new_device,
        new_artifact=new_artifact,
        stranger=stranger,
    )


def send(site: Site, act: Act) -> httpx.Response:
    """Do it."""
    method, path, more = act
    return site.user.request(method, path, **more)


def count(site: Site) -> int:
    """Count the entries."""
    return int(site.user.get(LOGS, params={"per_page": 1}).headers["x-total-count"])


def test_every_operation_is_tried() -> None:
    """Every operation is tried, and every act is an operation."""
    assert set(ACTS) == set(CHANGING)
    assert set(ACTS) >= REPEATABLE
    assert {name for name, _, _ in operations()} >= READ_ONLY


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_change_leaves_one_entry(site: Site, name: str) -> None:
    """It says who, what and when; done again it leaves another one, or none if nothing changed."""
    act = ACTS[name](site)
    method, path = CHANGING[name]
    assert act[0] == method
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), f"/api/management/{act[1]}")
    before = count(site)
    answer = send(site, act)
    assert answer.is_success, answer.text
    assert count(site) == before + 1
    entry = site.user.get(LOGS, params={"per_page": 1}).json()[0]
    me = site.user.get("v1/useradm/users/me").json()
    assert entry["actor"] == {"id": me["id"], "type": "user", "email": "admin@example.com"}
    assert entry["object"]["id"]
    assert entry["object"][entry["object"]["type"]]
    assert entry["object"].keys() == {"id", "type", entry["object"]["type"]}
    assert entry.get("change", "something") != ""
    send(site, act)
    assert count(site) == before + 1 + (name in REPEATABLE)


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_refused_request_leaves_none(site: Site, name: str) -> None:
    """Without a good token."""
    method, path, more = ACTS[name](site)
    before = count(site)
    nobody = {**more, "headers": {"Authorization": "Bearer x"}, "auth": None}
    assert site.user.request(method, path, **nobody).status_code == 401
    assert count(site) == before


@pytest.mark.parametrize("name", sorted(CHANGING.keys() - {"logout"}))
def test_senseless_request_leaves_none(site: Site, name: str) -> None:
    """With a name that nothing has, and a body that is none."""
    method, path = CHANGING[name]
    url = site.user.base_url.copy_with(path=re.sub(r"\{\w+\}", "nobody", path))
    before = count(site)
    headers = {"Content-Type": "application/json"}
    site.user.request(method, url, content=b'{"no', headers=headers)
    assert count(site) == before


def test_bound_is_documented() -> None:
    """The document says how many entries are kept."""
    (api,) = (api for api in apis() if api.name.endswith("auditlogs-v1"))
    assert f"newest {MAX_ENTRIES:,} entries" in resolved(api)["info"]["description"]
