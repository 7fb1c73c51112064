"""Answers held against the documents: what is allowed, what is not, and how it is said."""

import json
from typing import Any

import httpx
import pytest

from ota_support.checks import documents
from otakit.contracts.documents import Documents

DEVICES = "/api/management/v2/devauth/devices"
DEVICE = {
    "id": "a",
    "identity_data": {"mac": "b"},
    "status": "pending",
    "created_ts": "2026-01-01T00:00:00Z",
    "updated_ts": "2026-01-01T00:00:00Z",
    "auth_sets": [],
    "decommissioning": False,
}


def violations(
    method: str, path: str, status: int, body: Any, kind: str = "application/json"
) -> tuple[str, ...]:
    """Return what is wrong with an answer."""
    mine = documents("mender")
    request = httpx.Request(method, f"https://x{path}")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": kind} if kind else {}
    response = httpx.Response(status, headers=headers, content=content, request=request)
    operation = mine.find(method, path)
    assert operation is not None
    return mine.violations(operation, request, response)


@pytest.mark.parametrize("body", [[], [DEVICE], [DEVICE, {**DEVICE, "more": {"new": 1}}]])
def test_documented_answer_is_fine(body: Any) -> None:
    """Also with fields that the document does not know: its readers are told to expect them."""
    assert violations("GET", DEVICES, 200, body) == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([{**DEVICE, "id": 7}], "200: [0].id: 7 is not of type 'string'"),
        ([{**DEVICE, "status": "new"}], "200: [0].status: 'new' is not one of ['pending', 'accept"),
        ({"devices": []}, "200: the body: {'devices': []} is not of type 'array'"),
        ([{**DEVICE, "created_ts": "yesterday"}], "200: [0].created_ts: 'yesterday' is not a 'dat"),
        (b"[", "200: Failed to deserialize value with application/json mimetype"),
        (b"", "200: the body is missing"),
    ],
)
def test_wrong_body_is_named_with_its_place(body: Any, said: str) -> None:
    """A field of the wrong type, an unknown word, another form, no JSON, nothing."""
    found = violations("GET", DEVICES, 200, body)
    assert len(found) == 1
    assert found[0].startswith(said)


def test_required_field_must_be_there() -> None:
    """What the schema asks for."""
    (line,) = violations("GET", "/api/management/v2/devauth/limits/max_devices", 200, {})
    assert line == "200: the body: 'limit' is a required property"


def test_undocumented_status_is_named_with_those_that_are() -> None:
    """A 418 is none of them."""
    (line,) = violations("GET", DEVICES, 418, {})
    assert line.startswith("418: the status is not documented; these are: 200, 400, 401, 403, 429")


def test_failing_server_is_never_fine() -> None:
    """500 is documented as what should not happen."""
    assert violations("GET", DEVICES, 500, {"error": "x"}) == ("500: the server failed",)


@pytest.mark.parametrize("kind", ["text/html", ""])
def test_wrong_media_type_is_named(kind: str) -> None:
    """With the one that is documented."""
    (line,) = violations("GET", DEVICES, 200, [], kind)
    assert line == f"200: the media type is '{kind}', not application/json"


def test_answer_to_head_has_no_body() -> None:
    """However the document describes it."""
    path = "/api/management/v1/deviceconnect/devices/a/download"
    assert violations("HEAD", path, 409, b"") == ()


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", f"{DEVICES}/count", "countDevices"),
        ("GET", f"{DEVICES}/counts", "getDevice"),
        ("POST", f"{DEVICES}/search", "searchDevices"),
        ("GET", f"{DEVICES}/a%2Fb", "getDevice"),
        ("DELETE", "/api/management/v1/deployments/deployments/devices/a", "abortDevice"),
    ],
)
def test_request_is_recognised(method: str, path: str, name: str) -> None:
    """Fixed parts of a path come before those where anything may stand."""
    operation = documents("mender").find(method, path)
    assert operation is not None
    assert operation.id.startswith(name)


@pytest.mark.parametrize(("method", "path"), [("PUT", DEVICES), ("GET", f"{DEVICES}/a/b/c/d")])
def test_what_no_document_has_is_no_operation(method: str, path: str) -> None:
    """Links and slips are sent all the same, and judged by nobody."""
    assert documents("mender").find(method, path) is None


@pytest.mark.parametrize("edition", ["mender", "mender-1", "mender-2", "jfrog-connect"])
def test_every_example_of_the_documents_is_fine(edition: str) -> None:
    """The check asks for no more than the documents do: their own examples hold."""
    mine = documents(edition)
    assert [line for name in mine.operations for line in wrong_examples(mine, name)] == []


def wrong_examples(mine: Documents, name: str) -> list[str]:
    """Return what is found wrong with an operation's own examples."""
    operation = mine.operations[name]
    described = mine._files[operation.api]["paths"][
        operation.path.removeprefix(operation.api.base_path)
    ][operation.method.lower()]
    lines: list[str] = []
    for status, answer in described["responses"].items():
        for kind, media in answer.get("content", {}).items():
            if "example" not in media or int(status) >= 500:
                continue
            example = media["example"]
            is_json = kind == "application/json"
            content = json.dumps(example) if is_json else str(example)
            path = operation.path.replace("{", "").replace("}", "")
            request = httpx.Request(operation.method, f"https://x{path}")
            response = httpx.Response(
                int(status),
                headers={"Content-Type": kind},
                content=content.encode(),
                request=request,
            )
            found = mine.violations(operation, request, response)
            lines += [f"{name} {kind} {line}" for line in found]
    return lines
