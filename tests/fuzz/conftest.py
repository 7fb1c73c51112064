"""Servers that have something in them, for Schemathesis to find."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import pytest

from ota_support.device import Device
from ota_support.server import NO_TLS
from ota_support.sockets import obliging
from otakit.fixtures.artifact_writer import write_single_file_artifact

CONTROL_TOKEN = "fuzz-0123456789abcdef"
"""Of the server whose control API is tried; the others ask for none."""

STEERING = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
FILE = json.dumps({"filename": "motd", "dest_dir": "/etc"})


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server with devices, artifacts and deployments, and what names they have.

    `names` maps what a parameter means to values that exist; `artifact` is a file that can be
    uploaded.
    """

    url: str
    tokens: dict[str, str]
    names: dict[str, list[str]]
    artifact: bytes


@pytest.fixture(scope="session")
def fuzzed_server(start_server: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that gives a worker's one server with given options."""
    return cache(start_server)


@pytest.fixture
def ota_target(fuzzed_server: Callable[..., Any], options: tuple[str, ...]) -> Iterator[Target]:
    """Return a server that has nothing from another test, populated."""
    server = fuzzed_server(*options)
    reset = f"{server.url}/otakit/v1/universes/default/reset"
    httpx.post(reset, headers=STEERING).raise_for_status()
    target = populate(server)
    with obliging(target.url, f"Bearer {target.tokens['deviceToken']}"):
        yield target


def populate(server: Any) -> Target:
    """Make three devices (two accepted, one pending), three artifacts and what belongs to them."""
    base = f"{server.url}/api/devices/"
    with ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=base, verify=NO_TLS)) for _ in "123"]
        return _populate(server, [Device(http, place + 1) for place, http in enumerate(clients)])


def _populate(server: Any, devices: list[Device]) -> Target:
    for device in devices:
        assert device.authenticate().status_code == 401
    with server.management() as user:
        answer = user.post("v1/useradm/settings/tokens", json={"name": "fuzz"})
        token = {"Authorization": f"Bearer {answer.raise_for_status().text}"}
    with httpx.Client(base_url=f"{server.url}/api/management/", headers=token) as user:
        listed = user.get("v2/devauth/devices").json()
        known = sorted(listed, key=lambda device: device["identity_data"]["mac"])
        ids = [device["id"] for device in known]
        auth_sets = [device["auth_sets"][0]["id"] for device in known]
        for device_id, auth_set in zip(ids[:2], auth_sets, strict=False):
            path = f"v2/devauth/devices/{device_id}/auth/{auth_set}/status"
            user.put(path, json={"status": "accepted"}).raise_for_status()
        names = {
            "devices": ids,
            "auth_sets": auth_sets,
            "identities": [json.dumps(device.identity) for device in devices],
            "keys": [device.key.public_pem for device in devices],
            **_configuration(user, ids[1], devices[1]),
            **_things(user, ids),
            **_companions(user),
        }
        artifact = _fetch(user, names["artifacts"].pop())
    tokens = {
        "managementToken": token["Authorization"].removeprefix("Bearer "),
        "deviceToken": devices[0].authenticate().raise_for_status().text,
        "controlToken": CONTROL_TOKEN,
    }
    _alert(server.url, tokens["deviceToken"])
    names |= _fleet(server.url, tokens) | _universes(server.url)
    return Target(url=server.url, tokens=tokens, names=names, artifact=artifact)


def _configuration(user: httpx.Client, device_id: str, device: Device) -> dict[str, list[str]]:
    """Configure a device, deploy that, have it asked for; return the parts of the link to it."""
    path = f"v1/deviceconfig/configurations/device/{device_id}"
    user.put(path, json={"timezone": "UTC"}).raise_for_status()
    user.post(f"{path}/deploy", json={}).raise_for_status()
    device.authenticate().raise_for_status()
    answer = device.next("none", "beagle")
    link = httpx.URL(answer.raise_for_status().json()["artifact"]["source"]["uri"])
    *_, deployment_id, device_type, device_id = link.path.split("/")
    return {
        "configured_deployments": [deployment_id],
        "configured_types": [device_type],
        "configured_devices": [device_id],
        "link_tenants": [link.params["tenant_id"]],
        "link_moments": [link.params["x-men-expire"]],
        "link_signatures": [link.params["x-men-signature"]],
    }


def _things(user: httpx.Client, devices: list[str]) -> dict[str, list[str]]:
    """Make groups, tags, a filter, artifacts and deployments; return their names."""
    user.put(f"v1/inventory/devices/{devices[0]}/group", json={"group": "lab"}).raise_for_status()
    tags = [{"name": "place", "value": "hall 3"}]
    user.put(f"v1/inventory/devices/{devices[0]}/tags", json=tags).raise_for_status()
    terms = [{"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}]
    saved = user.post("v2/inventory/filters", json={"name": "in", "terms": terms})
    artifacts = [_upload(user, name) for name in ("release-1", "release-2", "release-3")]
    deployments = [
        user.post("v1/deployments/deployments", json=plan).raise_for_status().headers["location"]
        for plan in (
            {"name": "two", "artifact_name": "release-1", "devices": devices[:2]},
            {"name": "one", "artifact_name": "release-1", "devices": devices[:1]},
        )
    ]
    access = user.post("v1/useradm/settings/tokens", json={"name": "spare"}).raise_for_status()
    claims = access.text.split(".")[1]
    return {
        "groups": ["lab", "other"],
        "filters": [_last(saved.raise_for_status().headers["location"])],
        "artifacts": artifacts,
        "releases": ["release-1", "release-2"],
        "arguments": [FILE],
        "deployments": [_last(location) for location in deployments],
        "access_tokens": [json.loads(base64.urlsafe_b64decode(claims + "=="))["jti"]],
    }


def _companions(user: httpx.Client) -> dict[str, list[str]]:
    """Make users and an integration; the documents know of neither, only servers as built do."""
    names: dict[str, list[str]] = {"users": ["nobody"], "integrations": ["none"]}
    if user.get("v1/useradm/users").status_code == 404:
        return names
    for name in ("ada", "bob", "cyd"):
        asked = {"email": f"{name}@example.com", "password": "difference engine"}
        made = user.post("v1/useradm/users", json=asked).raise_for_status()
        names["users"].append(_last(made.headers["location"]))
    webhook: dict[str, Any] = {"type": "http", "http": {"url": "https://example.com/hook"}}
    hook = {"provider": "webhook", "credentials": webhook}
    made = user.post("v1/iot-manager/integrations", json=hook).raise_for_status()
    names["integrations"].append(_last(made.headers["location"]))
    return names


def _alert(url: str, token: str) -> None:
    """Let the first device watch something, and raise an alert."""
    watched = {"name": "sshd", "type": "service", "status": "enabled"}
    alert = {"name": "down", "level": "CRITICAL", "timestamp": "2026-11-20T19:13:53Z"}
    headers = {"Authorization": f"Bearer {token}"}
    base = f"{url}/api/devices/v1/devicemonitor"
    httpx.post(f"{base}/config", json=[watched], headers=headers).raise_for_status()
    told = [{**alert, "subject": watched}]
    httpx.post(f"{base}/alert", json=told, headers=headers).raise_for_status()


def _fleet(url: str, tokens: dict[str, str]) -> dict[str, list[str]]:
    """Put the example fleet of JFrog Connect in place, deploy to it, and note its token."""
    control = f"{url}/otakit/v1/universes/default/connect"
    access = httpx.get(control, headers=STEERING).raise_for_status().json()
    tokens["connectToken"] = access["token"]
    fleet = files("otakit.fixtures").joinpath("connect_fleet.json").read_bytes()
    headers = {"Content-Type": "application/json", **STEERING}
    httpx.put(f"{control}/fleet", content=fleet, headers=headers).raise_for_status()
    plan = {"deployment_configuration": {"flow_uuid": "f-7b56-3336"}}
    headers = {"Authorization": f"Bearer {access['token']}"}
    url = f"{url}/api/v2/{access['project_key']}/deployments"
    made = [httpx.post(url, json=plan, headers=headers).json() for _ in range(3)]
    page = httpx.get(url, params={"limit": 1}, headers=headers).raise_for_status().json()
    return {
        "flows": ["f-7b56-3336", "f-20d1-9a4b"],
        "fleets": [access["project_key"]],
        "fleet_deployments": [answer["deployment_uuid"] for answer in made],
        "fleet_devices": [device["uuid"] for device in json.loads(fleet)["devices"]],
        "fleet_pages": [page["pagination_info"]["after"]],
    }


def _universes(url: str) -> dict[str, list[str]]:
    """Make universes, for the control API to steer and delete."""
    url = f"{url}/otakit/v1/universes"
    made = [httpx.post(url, headers=STEERING).raise_for_status().json() for _ in range(5)]
    ids = [universe["id"] for universe in made]
    return {"universes": ["default", *ids], "numbers": ["1", "2"], "faults": ["none"]}


def _upload(user: httpx.Client, name: str) -> str:
    """Upload an artifact, as all editions take it; only the current one makes them itself."""
    out = io.BytesIO()
    write_single_file_artifact(
        out, name=name, device_types=["beagle"], content=b"hello", filename="motd", dest_dir="/etc"
    )
    size = {"size": str(len(out.getvalue()))}
    file = {"artifact": ("a.mender", out.getvalue())}
    answer = user.post("v1/deployments/artifacts", data=size, files=file)
    return _last(answer.raise_for_status().headers["location"])


def _fetch(user: httpx.Client, artifact: str) -> bytes:
    """Take an artifact out of the server, so that it can be uploaded anew."""
    path = f"v1/deployments/artifacts/{artifact}"
    content = httpx.get(user.get(f"{path}/download").json()["uri"]).raise_for_status().content
    user.delete(path).raise_for_status()
    return content


def _last(location: str) -> str:
    return location.rsplit("/", 1)[-1]
