"""The web UI logs in and out as it does against the real server.

What the pages break without was found by taking it away: facts on the web UI, section 3.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

LOGIN = "/api/management/v1/useradm/auth/login"
LOGOUT = "/api/management/v1/useradm/auth/logout"
ME = "/api/management/v1/useradm/users/me"
USER = ("admin@example.com", "otakit-password")


@pytest.fixture
def page(server: Any) -> Iterator[httpx.Client]:
    """Return a page of a front end's development server, on another port."""
    with httpx.Client(base_url=server.url, headers={"Origin": "http://localhost:8000"}) as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [None, {"token2fa": "", "no_expiry": False}, {"token2fa": "", "no_expiry": True}, {}],
    ids=["none", "form", "stay logged in", "empty"],
)
def test_form_gets_the_bare_token(page: httpx.Client, body: dict[str, Any] | None) -> None:
    """Of exactly this type: with a charset the form would stay put without a message."""
    answer = page.post(LOGIN, auth=USER) if body is None else page.post(LOGIN, auth=USER, json=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jwt"
    assert "set-cookie" not in answer.headers
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert ("exp" in claims) is not (body or {}).get("no_expiry", False)
    assert claims["sub"]
    assert {"mender.plan", "mender.trial", "mender.addons"} <= claims.keys()


def test_bad_credentials_have_a_message_that_asks_for_no_second_factor(page: httpx.Client) -> None:
    """A text with `2fa` in it would open the field for one."""
    answer = page.post(LOGIN, auth=(USER[0], "wrong"), json={"token2fa": "", "no_expiry": False})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["error"]
    assert "2fa" not in answer.text


def test_first_step_of_two_is_refused(page: httpx.Client) -> None:
    """The enterprise form sends the address alone, and shows the password's field upon 401."""
    assert page.post(LOGIN, auth=(USER[0], "")).status_code == 401
    assert page.post(LOGIN, auth=USER).status_code == 200


def test_logout_ends_the_session(page: httpx.Client) -> None:
    """202 without a body; after that a 401, at which the page shows the form again."""
    headers = {"Authorization": f"Bearer {page.post(LOGIN, auth=USER).text}"}
    assert page.get(ME, headers=headers).status_code == 200
    answer = page.post(LOGOUT, headers=headers)
    assert (answer.status_code, answer.content) == (202, b"")
    assert page.get(ME, headers=headers).status_code == 401


def test_download_carries_the_token_in_a_cookie(page: httpx.Client, server: Any) -> None:
    """A link that the browser follows by itself has no header."""
    answer = page.get(ME, headers={"Cookie": f"JWT={server.login()}"})
    assert answer.status_code == 200
