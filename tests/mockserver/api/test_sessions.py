"""Logging in with e-mail and password, and what the token is good for until logging out."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt

ME = "v1/useradm/users/me"
LOGIN = "v1/useradm/auth/login"
USER = ("admin@example.com", "otakit-password")

Refused = Callable[[httpx.Response, int], str]


def test_login_answers_the_bare_token(management: httpx.Client) -> None:
    """Login answers the bare token."""
    answer = management.post(LOGIN, auth=USER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert claims["mender.user"] is True
    assert claims["exp"] - claims["iat"] == 7 * 24 * 3600
    assert claims["sub"] == management.get(ME).json()["id"]


def test_login_without_expiry_answers_a_token_without_end(management: httpx.Client) -> None:
    """Login without expiry answers a token without end."""
    answer = management.post(LOGIN, auth=USER, json={"no_expiry": True})
    assert "exp" not in jwt.decode(answer.text, options={"verify_signature": False})


def test_email_address_is_compared_without_case(management: httpx.Client) -> None:
    """Email address is compared without case."""
    assert management.post(LOGIN, auth=(USER[0].upper(), USER[1])).status_code == 200


def test_unknown_user_and_wrong_password_are_not_told_apart(
    management: httpx.Client, refused: Refused
) -> None:
    """Unknown user and wrong password are not told apart."""
    wrong = refused(management.post(LOGIN, auth=(USER[0], "wrong-password")), 401)
    unknown = refused(management.post(LOGIN, auth=("nobody@example.com", USER[1])), 401)
    assert wrong == unknown


def test_login_needs_basic_authentication(management: httpx.Client, refused: Refused) -> None:
    """Login needs basic authentication."""
    refused(management.post(LOGIN, headers={"Authorization": "Bearer token"}), 401)


def test_login_refuses_an_odd_body(management: httpx.Client, refused: Refused) -> None:
    """Login refuses an odd body."""
    refused(management.post(LOGIN, auth=USER, json={"no_expiry": "yes"}), 400)
    refused(management.post(LOGIN, auth=USER, json=[]), 400)


def test_me_is_the_user_who_asks(management: httpx.Client) -> None:
    """Me is the user who asks."""
    answer = management.get(ME)
    me = answer.json()
    assert answer.status_code == 200
    assert me["email"] == USER[0]
    assert me["created_ts"] <= me["login_ts"]


def test_logout_ends_this_session_only(server: Any, refused: Refused) -> None:
    """Logout ends this session only."""
    with server.management() as mine, server.management() as other:
        assert mine.post("v1/useradm/auth/logout").status_code == 202
        refused(mine.get(ME), 401)
        assert other.get(ME).status_code == 200


def test_logout_needs_a_living_token(management: httpx.Client, refused: Refused) -> None:
    """Logout needs a living token."""
    assert management.post("v1/useradm/auth/logout").status_code == 202
    refused(management.post("v1/useradm/auth/logout"), 401)


def test_eleventh_session_ends_the_oldest(management: httpx.Client, refused: Refused) -> None:
    """Eleventh session ends the oldest."""
    second = management.post(LOGIN, auth=USER).text
    for _ in range(8):
        management.post(LOGIN, auth=USER)
    assert management.get(ME).status_code == 200
    management.post(LOGIN, auth=USER)
    refused(management.get(ME), 401)
    assert management.get(ME, headers={"Authorization": f"Bearer {second}"}).status_code == 200
