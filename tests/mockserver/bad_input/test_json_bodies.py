"""Bodies that are no JSON, or not the JSON that the operation wants, are refused with 400."""

from typing import Any

import httpx
import pytest

DEPLOYMENTS = "/api/management/v1/deployments/deployments"
ATTRIBUTES = "/api/devices/v1/inventory/device/attributes"
AUTH_REQUESTS = "/api/devices/v1/authentication/auth_requests"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"name=x", b"\xff\xfe", b"{'name': 'x'}", b'{"a": NaN}', b'{"name": "x"} {}', b"\0"],
    ids=repr,
)
def test_what_is_not_json_is_refused(ota_site: Any, ota_refusal: Any, body: bytes) -> None:
    """The message says that it could not be decoded."""
    answer = httpx.post(ota_site.url + DEPLOYMENTS, content=body, headers={**ota_site.user, **JSON})
    assert ota_refusal(answer, 400).startswith("failed to decode request body: ")


def test_no_body_is_refused_where_one_is_wanted(ota_site: Any, ota_refusal: Any) -> None:
    """The message says so."""
    answer = httpx.post(ota_site.url + DEPLOYMENTS, headers={**ota_site.user, **JSON})
    assert ota_refusal(answer, 400) == "failed to decode request body: EOF"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "[]"),
        ({"name": 1, "artifact_name": "a", "devices": ["x"]}, "name: "),
        ({"name": "d", "artifact_name": None, "devices": ["x"]}, "artifact_name: "),
        ({"name": "d", "artifact_name": "a", "devices": "x"}, "devices: "),
        ({"name": "d", "artifact_name": "a", "devices": [{}]}, "devices/0: "),
        ({"name": "d", "devices": ["x"]}, "artifact_name"),
    ],
    ids=["no object", "number", "null", "text", "object", "missing"],
)
def test_wrong_types_are_refused(ota_site: Any, ota_refusal: Any, body: object, place: str) -> None:
    """The message names the place."""
    answer = httpx.post(ota_site.url + DEPLOYMENTS, json=body, headers=ota_site.user)
    assert place in ota_refusal(answer, 400)


@pytest.mark.parametrize(
    ("path", "more", "told"),
    [
        ("", {}, 'none of the alternatives fits: "devices" is a required property; or'),
        ("", {"devices": ["x"], "all_devices": True}, "all_devices: true is not one of"),
        ("/group/shop", {"devices": ["x"]}, "not allowed here: 'devices'"),
    ],
    ids=["neither", "both", "too much"],
)
def test_wrong_combinations_are_told(
    ota_site: Any, ota_refusal: Any, path: str, more: dict[str, Any], told: str
) -> None:
    """The message says what is missing or too much, and recites no schema."""
    body = {"name": "d", "artifact_name": "a", **more}
    answer = httpx.post(ota_site.url + DEPLOYMENTS + path, json=body, headers=ota_site.user)
    message = ota_refusal(answer, 400)
    assert told in message
    assert "Of" not in message


@pytest.mark.parametrize("opening", [b"[", b'{"a":'], ids=["arrays", "objects"])
def test_deep_nesting_is_refused(ota_site: Any, ota_refusal: Any, opening: bytes) -> None:
    """It ends in an answer, not in a stack overflow."""
    headers = {**ota_site.as_device, **JSON}
    answer = httpx.patch(ota_site.url + ATTRIBUTES, content=opening * 150_000, headers=headers)
    assert ota_refusal(answer, 400).startswith("failed to decode request body: ")


def test_deep_nesting_within_a_text_is_refused(ota_site: Any, ota_refusal: Any) -> None:
    """Identity data are JSON in a text of a JSON body, and signed."""
    for text in ("[" * 150_000, '{"a":' * 900 + "1" + "}" * 900):
        answer = ota_site.authenticate(id_data=text)
        assert "id_data" in ota_refusal(answer, 400)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-json"])
def test_another_media_type_is_refused(ota_site: Any, ota_refusal: Any, kind: str) -> None:
    """The message names the one that is wanted."""
    headers = {**ota_site.user, "Content-Type": kind}
    answer = httpx.post(ota_site.url + DEPLOYMENTS, content=b"{}", headers=headers)
    assert "'application/json'" in ota_refusal(answer, 415)
