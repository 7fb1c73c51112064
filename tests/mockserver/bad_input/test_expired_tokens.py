"""A token ends when the server's clock says so."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ota_support.server import LOGIN
from otakit.mockserver.domain.clock import Clock

WEEK = 7 * 24 * 3600.0


class Hand:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        """Begin at some moment."""
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.time


@pytest.fixture(scope="module")
def hand() -> Hand:
    """Return the hand of the server's clock."""
    return Hand()


@pytest.fixture(scope="module")
def url(ota_serve: Callable[..., str], hand: Hand) -> str:
    """Return a server whose clock the test moves."""
    return ota_serve(clock=Clock(source=hand))


def log_in(url: str, **options: object) -> str:
    """Open a session."""
    path = f"{url}/api/management/v1/useradm/auth/login"
    return httpx.post(path, auth=LOGIN, json=options).raise_for_status().text


def ask(url: str, token: str) -> httpx.Response:
    """Ask who the user is."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{url}/api/management/v1/useradm/users/me", headers=headers)


def test_a_session_ends_after_a_week(url: str, hand: Hand, ota_refusal: Any) -> None:
    """To the second, and a new login opens another one."""
    token = log_in(url)
    hand.time += WEEK - 1
    assert ask(url, token).status_code == 200
    hand.time += 1
    message = ota_refusal(ask(url, token), 401)
    assert message == "unauthorized: the token has expired or was revoked"
    assert ask(url, log_in(url)).status_code == 200


def test_a_session_without_end_does_not_end(url: str, hand: Hand) -> None:
    """If it was asked for."""
    token = log_in(url, no_expiry=True)
    hand.time += 1000 * WEEK
    assert ask(url, token).status_code == 200


def test_an_access_token_ends_when_it_was_to(url: str, hand: Hand, ota_refusal: Any) -> None:
    """And is listed no shorter for it."""
    headers = {"Authorization": f"Bearer {log_in(url)}"}
    path = f"{url}/api/management/v1/useradm/settings/tokens"
    token = httpx.post(path, json={"name": "a", "expires_in": 60}, headers=headers).text
    assert ask(url, token).status_code == 200
    hand.time += 60
    ota_refusal(ask(url, token), 401)


def test_a_token_says_when_it_ends(url: str, hand: Hand) -> None:
    """In the claim of that name."""
    payload = log_in(url).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["iat"], claims["exp"]) == (hand.time, hand.time + WEEK)
