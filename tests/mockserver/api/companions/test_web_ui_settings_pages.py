"""The web UI's pages of the profile, the users and the integrations work.

What they ask and break without was found by taking it away: facts on the web UI, section 4.6.
"""

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from otakit.mockserver.domain.clock import Clock

USERS = "v1/useradm/users"
TOKENS = "v1/useradm/settings/tokens"
INTEGRATIONS = "v1/iot-manager/integrations"
LOGIN = ("admin@example.com", "otakit-password")


def test_profile_has_access_tokens(management: httpx.Client) -> None:
    """One is generated, shown once as bare text, listed and revoked."""
    assert management.get(TOKENS).json() == []
    made = management.post(TOKENS, json={"name": "ci", "expires_in": 31536000})
    assert (made.status_code, made.headers["content-type"]) == (200, "application/jwt")
    jti = jwt.decode(made.text, options={"verify_signature": False})["jti"]
    headers = {"Authorization": f"Bearer {made.text}"}
    assert management.get(f"{USERS}/me", headers=headers).status_code == 200
    (shown,) = management.get(TOKENS).json()
    assert shown.keys() == {"id", "name", "created_ts", "expiration_date", "last_used"}
    assert (shown["id"], shown["name"]) == (jti, "ci")
    assert management.delete(f"{TOKENS}/{jti}").status_code == 204
    assert management.get(TOKENS).json() == []


class Hand:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        """Begin at some moment."""
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.time


def test_access_token_ends_by_the_servers_clock(ota_serve: Callable[..., str]) -> None:
    """Not before, and it stays in the list."""
    hand = Hand()
    url = f"{ota_serve(dialect='as-built', clock=Clock(source=hand))}/api/management"
    session = httpx.post(f"{url}/v1/useradm/auth/login", auth=LOGIN, json={"no_expiry": True}).text
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {session}"}) as user:
        token = user.post(TOKENS, json={"name": "day", "expires_in": 86400}).text
        headers = {"Authorization": f"Bearer {token}"}
        hand.time += 86399
        assert user.get(f"{USERS}/me", headers=headers).status_code == 200
        hand.time += 1
        assert user.get(f"{USERS}/me", headers=headers).status_code == 401
        assert [t["name"] for t in user.get(TOKENS).json()] == ["day"]


def test_profile_changes_the_password(management: httpx.Client, server: Any) -> None:
    """The page stays logged in; a wrong current password must not be a 401."""
    asked = {"password": "analytical engine", "current_password": "wrong"}
    assert management.put(f"{USERS}/me", json=asked).status_code == 422
    asked["current_password"] = LOGIN[1]
    assert management.put(f"{USERS}/me", json=asked).status_code == 204
    assert management.get(f"{USERS}/me").status_code == 200
    server.reset()
    assert server.login()


def test_users_page_adds_changes_and_removes(management: httpx.Client) -> None:
    """Each act is followed by a new list."""
    asked = {"email": "ada@example.com", "password": "difference engine"}
    assert management.post(USERS, json=asked).status_code == 201
    users = management.get(USERS).json()
    assert [user["email"] for user in users] == ["admin@example.com", "ada@example.com"]
    assert all(user.keys() >= {"id", "email", "created_ts", "updated_ts"} for user in users)
    path = f"{USERS}/{users[1]['id']}"
    assert management.put(path, json={"email": "countess@example.com"}).status_code == 204
    assert management.get(path).json()["email"] == "countess@example.com"
    assert management.delete(path).status_code == 204
    assert [user["email"] for user in management.get(USERS).json()] == ["admin@example.com"]


@pytest.mark.parametrize(
    ("provider", "credentials"),
    [
        ("webhook", {"type": "http", "http": {"url": "https://example.com", "secret": "00"}}),
        ("iot-hub", {"type": "sas", "connection_string": "HostName=h;SharedAccessKey=k"}),
    ],
)
def test_integrations_page(
    management: httpx.Client, provider: str, credentials: dict[str, Any]
) -> None:
    """An integration is added, changed and removed; its events are asked for."""
    body = {"provider": provider, "credentials": credentials, "description": ""}
    assert management.post(INTEGRATIONS, json=body).status_code == 201
    (shown,) = management.get(INTEGRATIONS).json()
    assert (shown["provider"], shown["credentials"]["type"]) == (provider, credentials["type"])
    path = f"{INTEGRATIONS}/{shown['id']}"
    assert management.put(f"{path}/credentials", json=credentials).status_code == 204
    events = management.get("v1/iot-manager/events", params={"page": 1, "per_page": 20})
    assert (events.status_code, events.json()) == (200, [])
    assert management.delete(path).status_code == 204
    assert management.get(INTEGRATIONS).json() == []
