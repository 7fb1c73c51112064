"""The real server's words in its errors, for clients that read them (facts 1.6 and 3 to 9)."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")

NOBODY = "00000000-0000-4000-8000-000000000000"
DEPLOYMENTS = "v1/deployments/deployments"
DEVAUTH = "v2/devauth/devices"
GROUP_NAME = "group name can only contain: upper/lowercase alphanum, -(dash), _(underscore)"
SCOPES = "scope: must be one of system, identity, inventory, monitor, tags."

QUERIES = [
    (DEVAUTH, "page=abc", 'invalid page query: "abc"'),
    (DEVAUTH, "page=0", "invalid page query: value must be a non-zero positive integer"),
    (DEVAUTH, "per_page=-1", "invalid per_page query: value must be a non-zero positive integer"),
    (DEPLOYMENTS, "per_page=501", 'parameter "per_page" above limit (max: 500)'),
    (DEPLOYMENTS, "status=scheduled", "unknown status scheduled"),
    (DEPLOYMENTS, "type=foo", "unknown deployment type foo"),
    (DEPLOYMENTS, "sort=up", 'invalid form value: must be one of "asc" or "desc"'),
    (
        DEPLOYMENTS,
        "created_before=x",
        "timestamp parsing failed for created_before parameter: invalid timestamp: x",
    ),
    (
        DEPLOYMENTS,
        "created_after=x",
        "timestamp parsing failed created_after parameter: invalid timestamp: x",
    ),
    (f"{DEPLOYMENTS}/x", "", "ID is not a valid UUID"),
    ("v1/deployments/artifacts/x", "", "ID is not a valid UUID"),
    (f"{DEPLOYMENTS}/{NOBODY}/devices/list", "status=x", "status: must be a valid value"),
    (
        f"{DEPLOYMENTS}/devices/x",
        "per_page=21",
        "invalid per_page query: value must be a non-zero positive integer",
    ),
    (
        DEVAUTH,
        "status=x",
        "filter status must be one of: accepted, pending, rejected, preauthorized or noauth",
    ),
    (
        f"{DEVAUTH}/count",
        "status=x",
        "status must be one of: pending, accepted, rejected, preauthorized, noauth",
    ),
    ("v1/inventory/devices", "has_group=foo", 'invalid has_group query: "foo"'),
    ("v1/inventory/devices", "sort=a:up", "invalid sort order"),
]
BODIES: list[tuple[str, str, Any, str]] = [
    (
        "POST",
        DEPLOYMENTS,
        {},
        "Validating request body: artifact_name: cannot be blank; name: cannot be blank.",
    ),
    (
        "POST",
        DEPLOYMENTS,
        {"name": "x" * 257, "artifact_name": "a", "devices": ["d"]},
        "Validating request body: name: the length must be no more than 256.",
    ),
    (
        "POST",
        DEPLOYMENTS,
        {"name": "n", "artifact_name": "a", "devices": [""]},
        "Validating request body: devices: (0: cannot be blank.).",
    ),
    (
        "POST",
        DEPLOYMENTS,
        {"name": "n", "artifact_name": "a"},
        (
            "Validating request body: Invalid deployments definition: provide list of devices or"
            " set all_devices flag"
        ),
    ),
    (
        "POST",
        DEPLOYMENTS,
        {"name": "n", "artifact_name": "a", "devices": ["d"], "all_devices": True},
        (
            "Validating request body: Invalid deployments definition: list of devices provided"
            " togheter with all_devices flag"
        ),
    ),
    ("POST", DEPLOYMENTS, b"", "Validating request body: EOF"),
    (
        "POST",
        f"{DEPLOYMENTS}/group/g",
        {"name": "n", "artifact_name": "a", "devices": ["d"]},
        (
            "Validating request body: The deployment for group constructor should have neither list"
            " of devices nor all_devices flag set"
        ),
    ),
    (
        "POST",
        f"{DEPLOYMENTS}/statistics/list",
        {"deployment_ids": ["x"]},
        "0: must be a valid UUID.",
    ),
    ("PUT", f"{DEPLOYMENTS}/{NOBODY}/status", {"status": "foo"}, "invalid status for device 'foo'"),
    (
        "PUT",
        f"{DEPLOYMENTS}/{NOBODY}/status",
        {"status": "success"},
        "Unexpected deployment status",
    ),
    ("PUT", f"{DEPLOYMENTS}/{NOBODY}/status", {}, "Unexpected deployment status"),
    (
        "PUT",
        f"v1/deployments/artifacts/{NOBODY}",
        {"description": "x" * 4097},
        "Validating request body: description: the length must be no more than 4096.",
    ),
    (
        "POST",
        DEVAUTH,
        {},
        (
            "failed to decode preauth request: identity_data: cannot be blank; pubkey: cannot be"
            " blank."
        ),
    ),
    (
        "POST",
        DEVAUTH,
        {"identity_data": {"a": "b"}, "pubkey": "x"},
        "failed to decode preauth request: cannot decode public key",
    ),
    ("PUT", f"{DEVAUTH}/x/auth/y/status", {"status": "preauthorized"}, "incorrect device status"),
    ("POST", f"{DEVAUTH}/search", b"", "api: malformed request body: EOF"),
    (
        "POST",
        f"{DEVAUTH}/search",
        {"status": 1},
        "api: malformed request body: invalid JSON type for 'status': must be string or []string",
    ),
    ("PUT", "v1/inventory/devices/x/group", {}, "group: cannot be blank."),
    ("PUT", "v1/inventory/devices/x/group", {"group": "a b"}, f"group: {GROUP_NAME}."),
    ("PATCH", "v1/inventory/groups/g/devices", [], "no device IDs present in payload"),
    (
        "PUT",
        "v1/inventory/devices/x/tags",
        [{"name": "", "value": "v"}],
        "name: cannot be blank.",
    ),
    (
        "PUT",
        "v1/inventory/devices/x/tags",
        [{"name": "n", "value": None}],
        "value: supported types are string, float64, and arrays thereof.",
    ),
    (
        "POST",
        "v2/inventory/filters/search",
        {"per_page": 501},
        "per_page: must be no greater than 500.",
    ),
    (
        "POST",
        "v2/inventory/filters/search",
        {"filters": [{"scope": "x", "attribute": "a", "type": "$eq", "value": "v"}]},
        SCOPES,
    ),
]
MISSING = [
    ("GET", f"{DEPLOYMENTS}/{NOBODY}", None, 404, "Resource not found"),
    ("GET", f"{DEPLOYMENTS}/{NOBODY}/statistics", None, 404, "Resource not found"),
    ("GET", f"{DEPLOYMENTS}/{NOBODY}/device_list", None, 404, "Resource not found"),
    ("GET", f"{DEPLOYMENTS}/{NOBODY}/devices", None, 404, "Deployment not found"),
    ("GET", f"{DEPLOYMENTS}/{NOBODY}/devices/list", None, 404, "Deployment not found"),
    ("GET", f"{DEPLOYMENTS}/x/devices/y/log", None, 404, "Resource not found"),
    ("GET", f"v1/deployments/artifacts/{NOBODY}", None, 404, "Resource not found"),
    ("DELETE", f"v1/deployments/artifacts/{NOBODY}", None, 404, "Resource not found"),
    (
        "PUT",
        f"{DEPLOYMENTS}/{NOBODY}/status",
        {"status": "aborted"},
        422,
        "Deployment already finished",
    ),
    (
        "POST",
        DEPLOYMENTS,
        {"name": "n", "artifact_name": "a", "devices": ["d"]},
        422,
        "No artifact for the deployment",
    ),
    (
        "POST",
        f"{DEPLOYMENTS}/group/none",
        {"name": "n", "artifact_name": "a"},
        400,
        "No devices for the deployment",
    ),
    ("GET", f"{DEVAUTH}/x", None, 404, "device not found"),
    ("GET", f"{DEVAUTH}/x/auth/y/status", None, 404, "authorization set not found"),
    (
        "PUT",
        f"{DEVAUTH}/x/auth/y/status",
        {"status": "accepted"},
        404,
        "authorization set not found",
    ),
    ("GET", "v1/inventory/devices/x", None, 404, "Device not found"),
    ("GET", "v1/inventory/devices/x/group", None, 404, "Device not found"),
    ("DELETE", "v1/inventory/devices/x/group/y", None, 404, "Device not found"),
    ("GET", "v1/inventory/groups/x/devices", None, 404, "group not found"),
]


@pytest.mark.parametrize(("path", "query", "words"), QUERIES)
def test_odd_queries(path: str, query: str, words: str, management: httpx.Client) -> None:
    """What is wrong with a query or an id."""
    answer = management.get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, words)


@pytest.mark.parametrize(("method", "path", "body", "words"), BODIES)
def test_odd_bodies(
    method: str, path: str, body: Any, words: str, management: httpx.Client
) -> None:
    """What is wrong with a body; the documents' way to say it is another one."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    answer = management.request(method, path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, words)
    assert answer.json()["request_id"] == answer.headers["x-men-requestid"]


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), MISSING)
def test_what_there_is_not(  # noqa: PLR0913, PLR0917 - a case and fixtures
    method: str, path: str, body: Any, status: int, words: str, management: httpx.Client
) -> None:
    """What cannot be found, or be done."""
    answer = management.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, words)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"id_data": ""}, 400, "invalid auth request: id_data must be provided"),
        ({"pubkey": ""}, 400, "invalid auth request: pubkey must be provided"),
        ({"pubkey": "no key"}, 400, "invalid auth request: cannot decode public key"),
        ({}, 401, "dev auth: unauthorized"),
    ],
)
def test_authentication_requests(
    fields: dict[str, str], status: int, words: str, stranger: Callable[[], Any]
) -> None:
    """Those of the documents' examples are not the real ones."""
    answer = stranger().authenticate(**fields)
    assert (answer.status_code, answer.json()["error"]) == (status, words)


def test_signatures(stranger: Callable[[], Any]) -> None:
    """Missing, and wrong."""
    device = stranger()
    body = {"id_data": '{"mac": "1"}', "pubkey": device.key.public_pem}
    path = "v1/authentication/auth_requests"
    missing = device.http.post(path, json=body)
    assert (missing.status_code, missing.json()["error"]) == (
        400,
        "missing request signature header",
    )
    wrong = device.http.post(path, json=body, headers={"X-MEN-Signature": "YWJj"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "signature verification failed")
    typed = device.http.post(path, json={**body, "pubkey": 1}, headers={"X-MEN-Signature": "YWJj"})
    assert typed.json()["error"].startswith("failed to decode auth request: json: cannot unmarshal")


def test_reports(device: Any, new_artifact: Callable[..., str], deploy: Callable[..., str]) -> None:
    """Statuses that a device may not report, texts that are too long, logs without messages."""
    new_artifact()
    deployment = deploy(device)
    path = f"v1/deployments/device/deployments/{deployment}"
    assert device.report(deployment, "success").json()["error"] == "Resource not found"
    device.next()
    for status, words in (
        ("aborted", "status: must be a valid value."),
        ("odd", "invalid status for device 'odd'"),
    ):
        answer = device.report(deployment, status)
        assert (answer.status_code, answer.json()["error"]) == (400, words)
    long = device.report(deployment, "installing", substate="x" * 201)
    assert long.json()["error"] == "substate: the length must be no more than 200."
    nothings: list[Any] = [{}, {"messages": []}]
    for messages in nothings:
        answer = device.http.put(f"{path}/log", json=messages)
        assert answer.json()["error"] == "no messages: invalid deployment log"
    empty = device.http.put(f"{path}/log", json={"messages": [{"level": "info"}]})
    assert empty.json()["error"] == "message: cannot be blank; timestamp: cannot be blank."
    other = device.http.put(
        f"v1/deployments/device/deployments/{NOBODY}/log",
        json={"messages": [{"level": "i", "message": "m", "timestamp": "2026-01-01T00:00:00Z"}]},
    )
    assert (other.status_code, other.json()["error"]) == (404, "Deployment not found")


def test_artifacts_in_use(
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    management: httpx.Client,
) -> None:
    """They can neither be edited nor deleted, nor made twice."""
    artifact = new_artifact()
    deploy(device)
    path = f"v1/deployments/artifacts/{artifact}"
    edited = management.put(path, json={"description": "other"})
    assert edited.json()["error"] == "Image has already been used in deployment"
    assert management.delete(path).json()["error"] == "Artifact is used in active deployment"
