"""Personal access tokens: what scripts log in with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

TOKENS = "v1/useradm/settings/tokens"
ME = "v1/useradm/users/me"

Refused = Callable[[httpx.Response, int], str]


def create(management: httpx.Client, name: str, **more: int) -> str:
    """Create a token and return it."""
    answer = management.post(TOKENS, json={"name": name, **more})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    return answer.text


def status(management: httpx.Client, token: str) -> int:
    """Return how the server answers the bearer of a token."""
    return management.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code


def test_token_stands_for_its_user(management: httpx.Client) -> None:
    """Token stands for its user."""
    token = create(management, "ci")
    answer = management.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["email"] == "admin@example.com"


def test_list_shows_names_and_ids_but_no_token(management: httpx.Client) -> None:
    """List shows names and ids but no token."""
    token = create(management, "ci")
    answer = management.get(TOKENS)
    (listed,) = answer.json()
    assert listed["name"] == "ci"
    assert listed["id"] == jwt.decode(token, options={"verify_signature": False})["jti"]
    assert listed.keys() == {"id", "name", "created_ts"}
    assert token not in answer.text


def test_list_shows_the_last_use(management: httpx.Client) -> None:
    """List shows the last use."""
    assert status(management, create(management, "ci")) == 200
    (listed,) = management.get(TOKENS).json()
    assert listed["last_used"] >= listed["created_ts"]


def test_expiry_is_as_asked_for(management: httpx.Client) -> None:
    """Expiry is as asked for."""
    token = create(management, "ci", expires_in=3600)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600
    (listed,) = management.get(TOKENS).json()
    created = datetime.fromisoformat(listed["created_ts"])
    assert (datetime.fromisoformat(listed["expiration_date"]) - created).total_seconds() == 3600


def test_expired_token_is_refused(management: httpx.Client) -> None:
    """Expired token is refused."""
    token = create(management, "ci", expires_in=1)
    until = datetime.now(UTC) + timedelta(seconds=30)
    while (answer := status(management, token)) == 200 and datetime.now(UTC) < until:
        pass
    assert answer == 401


def test_token_without_expiry_has_no_end(management: httpx.Client) -> None:
    """Token without expiry has no end."""
    token = create(management, "ci", expires_in=0)
    assert "exp" not in jwt.decode(token, options={"verify_signature": False})


def test_revoked_token_is_refused(management: httpx.Client) -> None:
    """Revoked token is refused."""
    token = create(management, "ci")
    (listed,) = management.get(TOKENS).json()
    assert management.delete(f"{TOKENS}/{listed['id']}").status_code == 204
    assert status(management, token) == 401
    assert management.get(TOKENS).json() == []


def test_revoking_an_unknown_token_is_no_error(management: httpx.Client) -> None:
    """Revoking an unknown token is no error."""
    token = create(management, "ci")
    assert management.delete(f"{TOKENS}/no-such-token").status_code == 204
    assert status(management, token) == 200


def test_logging_out_leaves_the_tokens_alone(management: httpx.Client) -> None:
    """Logging out leaves the tokens alone."""
    token = create(management, "ci")
    management.post("v1/useradm/auth/logout")
    assert status(management, token) == 200


def test_name_is_taken_once(management: httpx.Client, refused: Refused) -> None:
    """Name is taken once."""
    create(management, "ci")
    assert "'ci'" in refused(management.post(TOKENS, json={"name": "ci"}), 409)


def test_eleventh_token_is_refused(management: httpx.Client, refused: Refused) -> None:
    """Eleventh token is refused."""
    for number in range(10):
        create(management, f"ci-{number}")
    refused(management.post(TOKENS, json={"name": "ci-10"}), 422)
    first = management.get(TOKENS).json()[0]["id"]
    management.delete(f"{TOKENS}/{first}")
    create(management, "ci-10")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "ci", "expires_in": -1},
        {"name": "ci", "expires_in": 31536001},
        {"name": "ci", "expires_in": "1"},
    ],
)
def test_odd_requests_are_refused(
    management: httpx.Client, refused: Refused, body: dict[str, object]
) -> None:
    """Odd requests are refused."""
    refused(management.post(TOKENS, json=body), 400)
    assert management.get(TOKENS).json() == []
