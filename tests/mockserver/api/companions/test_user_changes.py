"""Users change their address and password, and what that does to their tokens."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

USERS = "v1/useradm/users"
TOKENS = "v1/useradm/settings/tokens"
NEW = "analytical engine"

Refused = Callable[[httpx.Response, int], str]


@pytest.mark.parametrize("path", ["me", "{id}"])
def test_own_password_takes_the_current_one(ada: Any, path: str) -> None:
    """The old one is good no more, the new one is."""
    asked = {"password": NEW, "current_password": ada.password}
    answer = ada.http.put(f"{USERS}/{path.format(id=ada.id)}", json=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert ada.log_in().status_code == 401
    assert ada.log_in(NEW).status_code == 200


@pytest.mark.parametrize("current", ["wrong", "", None])
def test_wrong_current_password_is_no_401(ada: Any, refused: Refused, current: str | None) -> None:
    """A front end would log its user out."""
    given = {} if current is None else {"current_password": current}
    for asked in ({"password": NEW}, {"email": "countess@example.com"}):
        answer = ada.http.put(f"{USERS}/me", json={**asked, **given})
        assert "current password mismatch" in refused(answer, 422)
    assert ada.log_in().status_code == 200


def test_change_revokes_all_other_tokens(ada: Any) -> None:
    """The one that was used goes on."""
    session, program = ada.log_in().text, ada.http.post(TOKENS, json={"name": "ci"}).text
    asked = {"password": NEW, "current_password": ada.password}
    assert ada.http.put(f"{USERS}/me", json=asked).status_code == 204
    assert (ada.status(session), ada.status(program), ada.status()) == (401, 401, 200)
    assert ada.http.get(TOKENS).json() == []


def test_program_may_change_its_users_password(ada: Any) -> None:
    """Then its token goes on, and the sessions end."""
    program = ada.http.post(TOKENS, json={"name": "ci"}).text
    asked = {"password": NEW, "current_password": ada.password}
    headers = {"Authorization": f"Bearer {program}"}
    assert ada.http.put(f"{USERS}/me", json=asked, headers=headers).status_code == 204
    assert (ada.status(), ada.status(program)) == (401, 200)


def test_own_address_is_changed(ada: Any) -> None:
    """In lower case; the password stays."""
    asked = {"email": "Countess@example.com", "current_password": ada.password}
    assert ada.http.put(f"{USERS}/me", json=asked).status_code == 204
    me = ada.http.get(f"{USERS}/me").json()
    assert me["email"] == "countess@example.com"
    assert me["updated_ts"] >= me["created_ts"]
    assert ada.log_in().status_code == 401
    assert ada.log_in(email="countess@example.com").status_code == 200


def test_another_ones_address_takes_no_password(management: httpx.Client, ada: Any) -> None:
    """It ends that user's sessions, not one's own."""
    asked = {"email": "countess@example.com"}
    assert management.put(f"{USERS}/{ada.id}", json=asked).status_code == 204
    assert (ada.status(), management.get(f"{USERS}/me").status_code) == (401, 200)
    assert ada.log_in(email="countess@example.com").status_code == 200


def test_another_ones_password_is_not_touched(
    management: httpx.Client, ada: Any, refused: Refused
) -> None:
    """Not with any current password."""
    for current in (ada.password, "otakit-password"):
        asked = {"password": NEW, "current_password": current}
        answer = management.put(f"{USERS}/{ada.id}", json=asked)
        assert "password cannot be modified" in refused(answer, 422)
    assert (ada.status(), ada.log_in().status_code) == (200, 200)


def test_taken_address_is_refused(ada: Any, refused: Refused) -> None:
    """One's own is not taken."""
    asked = {"email": "ADMIN@example.com", "current_password": ada.password}
    assert "already exists" in refused(ada.http.put(f"{USERS}/me", json=asked), 422)
    asked["email"] = ada.email.upper()
    assert ada.http.put(f"{USERS}/me", json=asked).status_code == 204


@pytest.mark.parametrize(
    ("asked", "status", "place"),
    [
        ({}, 400, "no update information provided"),
        ({"email": "", "password": ""}, 400, "no update information provided"),
        ({"email": "countess"}, 400, "email"),
        ({"email": 1}, 400, "email"),
        ({"password": "short"}, 422, "password"),
        ({"password": "ada@example"}, 422, "similar"),
        ({"password": "x" * 257}, 400, "password"),
        ({"email": "analytical@engine.com", "password": "analytical"}, 422, "similar"),
        ([], 400, "array"),
    ],
)
def test_odd_changes_are_refused(
    ada: Any, refused: Refused, asked: Any, status: int, place: str
) -> None:
    """Nothing changes, and no session ends."""
    if isinstance(asked, dict):
        asked = {**asked, "current_password": ada.password}
    session = ada.log_in().text
    assert place in refused(ada.http.put(f"{USERS}/me", json=asked), status)
    assert ada.status(session) == 200
    assert ada.log_in().status_code == 200


def test_unknown_user_is_not_found(management: httpx.Client, refused: Refused) -> None:
    """There is nobody to change."""
    asked = {"email": "countess@example.com"}
    refused(management.put(f"{USERS}/nobody", json=asked), 404)


def test_entity_tag_has_to_fit(management: httpx.Client, ada: Any, refused: Refused) -> None:
    """The real server answers 409 else, not 412."""
    path = f"{USERS}/{ada.id}"
    tag = management.get(path).headers["etag"]
    asked = {"email": "countess@example.com"}
    changed = management.put(path, json=asked, headers={"If-Match": tag})
    assert changed.status_code == 204
    assert management.get(path).headers["etag"] != tag
    again = management.put(path, json={"email": "ada@example.com"}, headers={"If-Match": tag})
    assert "entity tag" in refused(again, 409)
    assert management.get(path).json()["email"] == "countess@example.com"


def test_second_version_changes_ones_own_password(ada: Any, refused: Refused) -> None:
    """And nothing where none is named."""
    path = "v2/useradm/users/me"
    assert ada.http.put(path, json={}).status_code == 204
    refused(ada.http.put(path, json={"password": NEW, "current_password": "wrong"}), 422)
    asked = {"password": NEW, "current_password": ada.password, "email": "x@example.com"}
    assert ada.http.put(path, json=asked).status_code == 204
    assert ada.log_in(NEW).status_code == 200
