"""What all operations have in common: tokens, errors, request ids, kinds of bodies."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from otakit.specs.catalogue import resolved, served

Operation = tuple[str, str, dict[str, Any]]
Refused = Callable[[httpx.Response, int], str]


def operations() -> Iterator[Operation]:
    """Go through all operations: side, method, path, with any values in it, and description."""
    for api in served():
        document = resolved(api)
        for path, item in document["paths"].items():
            filled = path.replace("{", "").replace("}", "")
            for method in ("get", "put", "post", "patch", "delete"):
                if method in item:
                    security = item[method].get("security", document["security"])
                    described = {**item[method], "needs": {n for s in security for n in s}}
                    yield method.upper(), f"{api.base_path}{filled}", described


TOKENS = {"managementToken", "deviceToken", "connectToken"}
GUARDED = [o for o in operations() if TOKENS & o[2]["needs"]]
WITH_JSON = [
    o for o in operations() if "application/json" in o[2].get("requestBody", {}).get("content", {})
]


def names(operation: Operation) -> str:
    """Name an operation in a test's id."""
    return str(operation[2]["operationId"])


@pytest.fixture
def root(server: Any) -> Iterator[httpx.Client]:
    """Return a logged-in client whose paths begin at the root."""
    with server.management() as client:
        client.base_url = server.url
        yield client


@pytest.fixture
def tokens(root: httpx.Client, device: Any) -> dict[str, dict[str, str]]:
    """Return headers with the token that each kind of operation needs."""
    connect = root.get("/otakit/v1/universes/default/connect").json()
    return {
        "managementToken": {"Authorization": root.headers["authorization"]},
        "deviceToken": {"Authorization": device.http.headers["authorization"]},
        "connectToken": {"Authorization": f"Bearer {connect['token']}"},
        "basicAuth": {},
    }


def test_all_but_the_logins_and_links_are_guarded() -> None:
    """All but the logins and links are guarded."""
    open_ones = {names(o) for o in operations()} - {names(o) for o in GUARDED}
    assert open_ones == {"login", "authenticateDevice", "fetchConfiguration"}


def test_nothing_is_answered_without_a_good_token(
    root: httpx.Client, tokens: dict[str, dict[str, str]], refused: Refused
) -> None:
    """Nothing is answered without a good token."""
    for method, path, described in GUARDED:
        for authorization in ("", "Bearer", "Bearer no.jwt.token", "Basic YTpi"):
            headers = {"Authorization": authorization}
            answer = root.request(method, path, headers=headers)
            refused(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")
        for other in TOKENS - described["needs"]:
            refused(root.request(method, path, headers=tokens[other]), 401)


def test_json_is_wanted_where_json_is_read(
    root: httpx.Client, tokens: dict[str, dict[str, str]], refused: Refused
) -> None:
    """Json is wanted where json is read."""
    for method, path, described in WITH_JSON:
        token = next((tokens[name] for name in described["needs"]), {})
        headers = {**token, "X-MEN-Signature": "none", "Content-Type": "text/plain"}
        refused(root.request(method, path, headers=headers, content=b"{}"), 415)
        headers["Content-Type"] = "application/json"
        refused(root.request(method, path, headers=headers, content=b"{"), 400)
        refused(root.request(method, path, headers=headers, content=b"1" * (1 << 20 | 1)), 413)


def test_too_much_is_refused_before_it_is_sent(server: Any, root: httpx.Client) -> None:
    """Files over 10 GiB, or 256 MiB to make an artifact of, are refused by their length alone."""
    base = "/api/management/v1/deployments/artifacts"
    for path, size in ((base, 11 << 30), (f"{base}/generate", 260 << 20)):
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=20)
        with closing(connection):
            connection.putrequest("POST", path)
            connection.putheader("Authorization", root.headers["authorization"])
            connection.putheader("Content-Type", "multipart/form-data; boundary=b")
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            with connection.getresponse() as answer:
                assert answer.status == 413
                assert json.load(answer)["request_id"] == answer.headers["X-MEN-RequestID"]


def test_what_there_is_not(root: httpx.Client, refused: Refused) -> None:
    """What there is not."""
    for api in served():
        refused(root.get(f"{api.base_path}/no/such/path"), 404)
    refused(root.get("/otakit/no/such/path"), 404)


def test_methods_that_there_are_not_name_those_that_are(
    root: httpx.Client, refused: Refused
) -> None:
    """Methods that there are not name those that are."""
    known: dict[str, set[str]] = {}
    for method, path, _ in operations():
        known.setdefault(path, set()).add(method)
    for path, methods in known.items():
        answer = root.request("TRACE", path)
        refused(answer, 405)
        allowed = set(answer.headers["allow"].split(", "))
        assert methods <= allowed <= methods | {"HEAD", "OPTIONS"}, path


def test_request_id_comes_back(root: httpx.Client) -> None:
    """Request id comes back."""
    headers = {"X-MEN-RequestID": "mine-1"}
    for path in ("useradm/users/me", "inventory/devices/none", "no-such-service"):
        answer = root.get(f"/api/management/v1/{path}", headers=headers)
        assert answer.headers.get_list("x-men-requestid") == ["mine-1"]


def test_request_without_an_id_is_given_one(root: httpx.Client) -> None:
    """Request without an id is given one."""
    given = [root.get("/api/management/v1/useradm/users/me").headers for _ in range(2)]
    assert given[0]["x-men-requestid"] != given[1]["x-men-requestid"]


def test_error_says_what_and_which_request(root: httpx.Client) -> None:
    """Error says what and which request."""
    headers = {"X-MEN-RequestID": "mine-2"}
    answer = root.get("/api/management/v1/inventory/devices/none", headers=headers)
    assert answer.json() == {"error": "no device 'none'", "request_id": "mine-2"}
