"""A user's token may stand in a cookie, where a browser cannot send a header: in downloads."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

ME = "/api/management/v1/useradm/users/me"
EXPORT = "/api/management/v1/auditlogs/logs/export"
SETTINGS = "/api/management/v1/useradm/settings/me"
NEXT = "/api/devices/v1/deployments/device/deployments/next?artifact_name=a&device_type=b"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def token(server: Any) -> str:
    """Return a user's token."""
    return str(server.login())


@pytest.fixture
def browser(server: Any) -> Iterator[httpx.Client]:
    """Return a client without a token."""
    with httpx.Client(base_url=server.url) as client:
        yield client


def test_cookie_is_as_good_as_the_header(browser: httpx.Client, token: str) -> None:
    """For what only reads, among other cookies, with or without quotes."""
    for cookies in ("JWT={}", "a=b; JWT={}; c=JWT=x", 'JWT="{}"', "a;JWT={}"):
        answer = browser.get(ME, headers={"Cookie": cookies.format(token)})
        assert (answer.status_code, answer.json().get("email")) == (200, "admin@example.com")
    assert browser.head(ME, headers={"Cookie": f"JWT={token}"}).status_code == 200


def test_empty_header_counts_as_none(browser: httpx.Client, token: str) -> None:
    """As with the real server."""
    headers = {"Authorization": "", "Cookie": f"JWT={token}"}
    assert browser.get(ME, headers=headers).status_code == 200


def test_header_comes_first(browser: httpx.Client, token: str, refused: Refused) -> None:
    """A bad one is not saved by a good cookie."""
    for header in ("Bearer no.jwt.token", "Basic YTpi"):
        headers = {"Authorization": header, "Cookie": f"JWT={token}"}
        refused(browser.get(ME, headers=headers), 401)
    headers = {"Authorization": f"Bearer {token}", "Cookie": "JWT=no.jwt.token"}
    assert browser.get(ME, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "cookies", ["", "JWT=", "JWT", "jwt={}", "XJWT={}", "JWT=x{}", "JWT=Bearer {}", "a=JWT={}"]
)
def test_other_cookies_are_no_tokens(
    browser: httpx.Client, token: str, refused: Refused, cookies: str
) -> None:
    """The name counts, and its case."""
    refused(browser.get(ME, headers={"Cookie": cookies.format(token)}), 401)


def test_cookie_changes_nothing(browser: httpx.Client, token: str, refused: Refused) -> None:
    """Browsers send it along with whatever request any page makes."""
    headers = {"Cookie": f"JWT={token}"}
    refused(browser.post(SETTINGS, json={"a": 1}, headers=headers), 401)
    refused(browser.post("/api/management/v1/useradm/auth/logout", headers=headers), 401)
    refused(browser.put(ME, json={"email": "x@example.com"}, headers=headers), 401)
    assert browser.get(SETTINGS, headers=headers).json() == {}


def test_revoked_token_is_refused(
    browser: httpx.Client, management: httpx.Client, refused: Refused
) -> None:
    """Wherever it stands, and although it was good before."""
    token = management.headers["authorization"].partition(" ")[2]
    headers = {"Cookie": f"JWT={token}"}
    assert browser.get(ME, headers=headers).status_code == 200
    assert management.post("v1/useradm/auth/logout").status_code == 202
    refused(browser.get(ME, headers=headers), 401)


def test_devices_have_no_cookies(browser: httpx.Client, device: Any, refused: Refused) -> None:
    """Neither with a device's token nor with a user's is a cookie looked at there."""
    token = device.http.headers["authorization"].partition(" ")[2]
    headers = {"Cookie": f"JWT={token}"}
    refused(
        browser.get(NEXT, params={"artifact_name": "a", "device_type": "b"}, headers=headers), 401
    )
    refused(browser.get(ME, headers=headers), 401)


def test_audit_log_is_exported(browser: httpx.Client, token: str, refused: Refused) -> None:
    """The browser follows the link by itself, as far as the longest log."""
    params: dict[str, str | int] = {"limit": 20000, "sort": "desc", "created_after": 1451606400}
    headers = {"Cookie": f"JWT={token}"}
    answer = browser.get(EXPORT, params=params, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    header, first, *_ = answer.text.splitlines()
    assert header.startswith("actor.id,actor.type,actor.email,")
    assert "admin@example.com" in first  # who logged in
    refused(browser.get(EXPORT, headers={"Cookie": f"JWT={token}x"}), 401)


@pytest.mark.parametrize("path", [ME, EXPORT])
def test_documents_want_the_header(ota_serve: Callable[..., str], path: str) -> None:
    """Reference, Introduction / Authentication."""
    url = ota_serve()
    login = ("admin@example.com", "otakit-password")
    token = httpx.post(f"{url}/api/management/v1/useradm/auth/login", auth=login).text
    assert httpx.get(url + path, headers={"Cookie": f"JWT={token}"}).status_code == 401
    assert httpx.get(url + path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
