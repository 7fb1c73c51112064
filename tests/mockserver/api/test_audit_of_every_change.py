"""Every management operation that changes something leaves one entry in the audit log.

Who adds such an operation adds a line to ACTS: how to do it once, so that it succeeds. Who adds one
that only reads, though its method says otherwise, names it in READ_ONLY; one that leaves no entry
for another reason stands in UNTOLD. Operations that only servers as built have are tried on one.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from ota_support.sockets import obliging
from otakit.fixtures.keys import generate_key
from otakit.mockserver.domain.audit import MAX_ENTRIES
from otakit.specs.catalogue import apis, resolved

READ_ONLY = {
    "searchDevices",
    "searchInventories",
    "listDeploymentStatistics",
    "countDevicesOfDeployments",
}
"""What asks with a body, because a question is long."""

UNTOLD = {"triggerUpdateCheck", "triggerInventory", "saveSettings", "saveMySettings"}
"""What asks a device for what it does anyway, and what a page remembers of its own looks."""

REPEATABLE = {
    "login",
    "createDeployment",
    "createGroupDeployment",
    "createDynamicDeployment",
    "deployDeviceConfiguration",
    "uploadFile",
}
"""What makes something new each time; all else is refused or changes nothing when repeated."""

LOGS = "v1/auditlogs/logs"
CONFIGURATIONS = "v1/deviceconfig/configurations/device"
ARTIFACTS = "v1/deployments/artifacts"
DEPLOYMENTS = "v1/deployments/deployments"
CONNECT = "v1/deviceconnect/devices"
GROUPS = "v1/inventory/groups"
INTEGRATIONS = "v1/iot-manager/integrations"
RELEASES = "v2/deployments/deployments/releases"
TOKENS = "v1/useradm/settings/tokens"
USERS = "v1/useradm/users"
TERM = {"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}
PLAN = {"name": "update", "artifact_name": "release-2"}
PAUSE = {"states": {"ArtifactInstall_Enter": {"action": "pause"}}}
KEY = generate_key("ed25519", seed=99).public_pem
PASSWORD = "difference engine"
KNOWN = {"current_password": "otakit-password"}
HOOK = {"type": "http", "http": {"url": "https://example.com/hook", "secret": "00ff"}}


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server with a user, and how to make what operations need."""

    user: httpx.Client
    login: Callable[[], str]
    new_device: Callable[..., Any]
    new_artifact: Callable[..., str]
    stranger: Callable[[], Any]
    connect: Callable[[Any], str]

    def device(self) -> str:
        """Let in a device."""
        return str(self.new_device(kind="pump").id)

    def online(self) -> str:
        """Let in a device that is connected, and does as it is told."""
        return self.connect(self.new_device())

    def user_id(self) -> str:
        """Add a user."""
        asked = {"email": "ada@example.com", "password": PASSWORD}
        return last(self.user.post(USERS, json=asked))

    def integration(self) -> str:
        """Add an integration."""
        asked = {"provider": "webhook", "credentials": HOOK}
        return f"{INTEGRATIONS}/{last(self.user.post(INTEGRATIONS, json=asked))}"

    def release(self) -> str:
        """Make an artifact, and with it a release."""
        self.new_artifact("release-1")
        return "release-1"

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

    def finished(self) -> str:
        """Let in a device and have an update done by it."""
        device = self.new_device()
        self.new_artifact()
        deployment = last(self.user.post(DEPLOYMENTS, json={**PLAN, "devices": [device.id]}))
        device.next()
        assert device.report(deployment, "success").status_code == 204
        return str(device.id)


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
    "uploadFile": lambda s: (
        "PUT",
        f"{CONNECT}/{s.online()}/upload",
        {"data": {"path": "/etc/motd"}, "files": {"file": b"welcome"}},
    ),
    "triggerUpdateCheck": lambda s: ("POST", f"{CONNECT}/{s.online()}/check-update", {}),
    "triggerInventory": lambda s: ("POST", f"{CONNECT}/{s.online()}/send-inventory", {}),
    # as built
    "createUser": lambda _: (
        "POST",
        USERS,
        {"json": {"email": "ada@example.com", "password": PASSWORD}},
    ),
    "updateUser": lambda s: (
        "PUT",
        f"{USERS}/{s.user_id()}",
        {"json": {"email": "countess@example.com"}},
    ),
    "updateMyUser": lambda _: (
        "PUT",
        f"{USERS}/me",
        {"json": {"email": "admin@example.com", "password": PASSWORD, **KNOWN}},
    ),
    "changeMyPassword": lambda _: (
        "PUT",
        "v2/useradm/users/me",
        {"json": {"password": PASSWORD, **KNOWN}},
    ),
    "deleteUser": lambda s: ("DELETE", f"{USERS}/{s.user_id()}", {}),
    "saveSettings": lambda _: ("POST", "v1/useradm/settings", {"json": {"a": 1}}),
    "saveMySettings": lambda _: ("POST", "v1/useradm/settings/me", {"json": {"a": 1}}),
    "createIntegration": lambda _: (
        "POST",
        INTEGRATIONS,
        {"json": {"provider": "webhook", "credentials": HOOK}},
    ),
    "setIntegrationCredentials": lambda s: (
        "PUT",
        f"{s.integration()}/credentials",
        {"json": {"type": "http", "http": {"url": "https://example.com/hook", "secret": "ee"}}},
    ),
    "deleteIntegration": lambda s: ("DELETE", s.integration(), {}),
    "updateRelease": lambda s: ("PATCH", f"{RELEASES}/{s.release()}", {"json": {"notes": "n"}}),
    "setReleaseTags": lambda s: ("PUT", f"{RELEASES}/{s.release()}/tags", {"json": ["stable"]}),
    "deleteReleases": lambda s: ("DELETE", RELEASES, {"params": {"name": s.release()}}),
    "deleteDeviceHistory": lambda s: (
        "DELETE",
        f"{DEPLOYMENTS}/devices/{s.finished()}/history",
        {},
    ),
}
"""How to do each, once what it needs is there."""


def operations(dialect: str = "documented") -> Iterator[tuple[str, str, str]]:
    """Go through the management operations that may change something: id, method, path."""
    for api in apis(dialect=dialect):
        for path, item in resolved(api)["paths"].items() if api.side == "management" else ():
            for method in item.keys() & {"post", "put", "patch", "delete"}:
                yield item[method]["operationId"], method.upper(), api.base_path + path


EVERYWHERE = {name for name, _, _ in operations()}
KNOWN_PATHS = {
    name: (method, path)
    for dialect in ("documented", "as-built")
    for name, method, path in operations(dialect)
    if name not in READ_ONLY
}
CHANGING = sorted(KNOWN_PATHS.keys() - UNTOLD)


def each(names: Iterable[str]) -> pytest.MarkDecorator:
    """Try operations on a server that has them."""
    cases = [("documented" if name in EVERYWHERE else "as-built", name) for name in names]
    ids = [name for _, name in cases]
    return pytest.mark.parametrize(("dialect", "name"), cases, indirect=["dialect"], ids=ids)


@pytest.fixture
def site(
    server: Any,
    management: httpx.Client,
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    stranger: Callable[[], Any],
) -> Iterator[Site]:
    """Return a site without anything."""
    with ExitStack() as stack:

        def connect(device: Any) -> str:
            stack.enter_context(obliging(server.url, device.http.headers["authorization"]))
            path = f"v1/deviceconnect/devices/{device.id}"
            deadline = time.monotonic() + 20
            while management.get(path).json()["status"] != "connected":
                assert time.monotonic() < deadline
            return str(device.id)

        yield Site(
            user=management,
            login=server.login,
            new_device=new_device,
            new_artifact=new_artifact,
            stranger=stranger,
            connect=connect,
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
    assert set(ACTS) == set(KNOWN_PATHS)
    assert set(ACTS) >= REPEATABLE | UNTOLD
    assert {name for name, _, _ in operations("as-built")} >= READ_ONLY - EVERYWHERE
    assert READ_ONLY - {"countDevicesOfDeployments"} <= EVERYWHERE


@each(CHANGING)
def test_change_leaves_one_entry(site: Site, name: str) -> None:
    """It says who, what and when; done again it leaves another one, or none if nothing changed."""
    act = ACTS[name](site)
    method, path = KNOWN_PATHS[name]
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
    for secret in (PASSWORD, *KNOWN.values(), "00ff", '"ee"'):
        assert secret not in str(entry)
    send(site, act)
    assert count(site) == before + 1 + (name in REPEATABLE)


@each(sorted(UNTOLD))
def test_nothing_is_told_of_what_changes_nothing(site: Site, name: str) -> None:
    """Though it is done."""
    act = ACTS[name](site)
    before = count(site)
    assert send(site, act).is_success
    assert count(site) == before


@each(CHANGING)
def test_refused_request_leaves_none(site: Site, name: str) -> None:
    """Without a good token."""
    method, path, more = ACTS[name](site)
    before = count(site)
    nobody = {**more, "headers": {"Authorization": "Bearer x"}, "auth": None}
    assert site.user.request(method, path, **nobody).status_code == 401
    assert count(site) == before


@each(name for name in CHANGING if name != "logout")
def test_senseless_request_leaves_none(site: Site, name: str) -> None:
    """With a name that nothing has, and a body that is none."""
    method, path = KNOWN_PATHS[name]
    url = site.user.base_url.copy_with(path=re.sub(r"\{\w+\}", "nobody", path))
    before = count(site)
    headers = {"Content-Type": "application/json"}
    site.user.request(method, url, content=b'{"no', headers=headers)
    assert count(site) == before


def test_bound_is_documented() -> None:
    """The document says how many entries are kept."""
    (api,) = (api for api in apis() if api.name.endswith("auditlogs-v1"))
    assert f"newest {MAX_ENTRIES:,} entries" in resolved(api)["info"]["description"]
