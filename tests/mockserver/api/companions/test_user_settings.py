"""Settings are kept as they are, for all users and for each."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

SHARED = "v1/useradm/settings"
MINE = "v1/useradm/settings/me"
BOTH = pytest.mark.parametrize("path", [SHARED, MINE])

Refused = Callable[[httpx.Response, int], str]

REAL = {
    "id_attribute": {"attribute": "mac", "scope": "identity"},
    "previousFilters": [{"key": "group", "operator": "$eq", "value": "lab", "scope": "system"}],
    "previousPhases": [[{"batch_size": 10, "delay": 2, "delayUnit": "hours"}, {}]],
    "retries": 1,
    "offlineThreshold": {"interval": 1, "intervalUnit": "days"},
    "columnSelection": [],
    "onboarding": {"complete": False, "progress": None},
    "tooltips": {"ä": 1.5},
    "trackingConsentGiven": True,
}
"""What the web UI saves."""


@BOTH
def test_nothing_is_saved_at_first(management: httpx.Client, path: str) -> None:
    """It is an empty object without an entity tag."""
    answer = management.get(path)
    assert (answer.status_code, answer.json()) == (200, {})
    assert "etag" not in answer.headers


@BOTH
def test_what_is_saved_comes_back(management: httpx.Client, path: str) -> None:
    """And takes the place of what there was."""
    saved = management.post(path, json=REAL)
    assert (saved.status_code, saved.content) == (201, b"")
    answer = management.get(path)
    assert answer.json() == REAL
    assert answer.headers["content-type"] == "application/json"
    management.post(path, json={"retries": 2})
    assert management.get(path).json() == {"retries": 2}


def test_own_settings_are_ones_own(management: httpx.Client, ada: Any) -> None:
    """The shared ones are everybody's."""
    management.post(MINE, json={"whose": "admin"})
    ada.http.post(MINE, json={"whose": "ada"})
    ada.http.post(SHARED, json={"whose": "all"})
    assert management.get(MINE).json() == {"whose": "admin"}
    assert ada.http.get(MINE).json() == {"whose": "ada"}
    assert management.get(SHARED).json() == {"whose": "all"}


@BOTH
def test_entity_tag_has_to_fit(management: httpx.Client, refused: Refused, path: str) -> None:
    """With or without quotes; each saving makes another one."""
    management.post(path, json={"n": 1})
    tag = management.get(path).headers["etag"]
    for text in (tag, None):
        given = text or management.get(path).headers["etag"].strip('"')
        answer = management.post(path, json={"n": 2}, headers={"If-Match": given})
        assert answer.status_code == 201
    assert management.get(path).headers["etag"] != tag
    late = management.post(path, json={"n": 3}, headers={"If-Match": tag})
    assert "ETag" in refused(late, 412)
    assert management.get(path).json() == {"n": 2}


@BOTH
def test_any_entity_tag_fits_nothing(management: httpx.Client, path: str) -> None:
    """As long as nothing is saved."""
    assert management.post(path, json={}, headers={"If-Match": '"old"'}).status_code == 201


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"1", b'"text"', b"{", b"{'a': 1}", b'{"a": NaN}', b"\xff"]
)
def test_what_is_no_object_is_refused(
    management: httpx.Client, refused: Refused, body: bytes
) -> None:
    """Nothing is saved."""
    headers = {"Content-Type": "application/json"}
    refused(management.post(MINE, content=body, headers=headers), 400)
    assert management.get(MINE).json() == {}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({str(n): n for n in range(1024)}, {str(n): n for n in range(1025)}),
        ({"k" * 128: 1}, {"k" * 129: 1}),
        ({"ä" * 64: 1}, {"ä" * 65: 1}),
        ({"k": "v" * 4096}, {"k": "v" * 4097}),
        ({"k": "ä" * 2048}, {"k": "ä" * 2049}),
    ],
    ids=["keys", "key", "key in bytes", "text", "text in bytes"],
)
def test_bounds(
    management: httpx.Client, refused: Refused, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    """The largest that is taken, and the next."""
    assert management.post(MINE, json=good).status_code == 201
    refused(management.post(MINE, json=bad), 400)
    assert management.get(MINE).json() == good


def test_a_mebibyte_is_taken_and_no_more(management: httpx.Client, refused: Refused) -> None:
    """It comes back whole."""
    values = {"filters": ["x" * 1024] * 1019}
    body = json.dumps(values).encode()
    body += b" " * ((1 << 20) - len(body))
    headers = {"Content-Type": "application/json"}
    assert management.post(MINE, content=body, headers=headers).status_code == 201
    assert management.get(MINE).json() == values
    refused(management.post(MINE, content=body + b" ", headers=headers), 413)


@pytest.mark.parametrize("depth", [100, 499, 500, 1100, 5_000, 150_000])
def test_deep_nesting_ends_in_an_answer(management: httpx.Client, depth: int) -> None:
    """What was taken comes back; what is too deep was refused."""
    body = b'{"a":' * depth + b"{}" + b"}" * depth
    headers = {"Content-Type": "application/json"}
    answer = management.post(MINE, content=body, headers=headers)
    assert answer.status_code == (201 if depth < 500 else 400)
    shown = management.get(MINE)
    assert shown.status_code == 200
    assert shown.content == (body if depth < 500 else b"{}")
