"""Users are listed, created, shown and deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

USERS = "v1/useradm/users"
ADMIN = "admin@example.com"

Refused = Callable[[httpx.Response, int], str]


def emails(management: httpx.Client, **params: Any) -> list[str]:
    """List users' addresses."""
    answer = management.get(USERS, params=params)
    assert answer.status_code == 200, answer.text
    return [user["email"] for user in answer.json()]


def test_new_user_is_where_location_says(management: httpx.Client) -> None:
    """With the address in lower case, and never with the password."""
    asked = {"email": "Ada@Example.com", "password": "difference engine"}
    created = management.post(USERS, json=asked)
    assert (created.status_code, created.content) == (201, b"")
    location = created.headers["location"]
    assert location.startswith("/api/management/v1/useradm/users/")
    user = management.get(f"{management.base_url.copy_with(path=location)}").json()
    assert user["id"] == location.rpartition("/")[2]
    assert user["email"] == "ada@example.com"
    assert user["created_ts"] == user["updated_ts"]
    assert user.keys() == {"id", "email", "created_ts", "updated_ts", "roles"}


def test_new_user_logs_in(ada: Any) -> None:
    """And is somebody else than who created it."""
    me = ada.http.get(f"{USERS}/me").json()
    assert (me["id"], me["email"]) == (ada.id, ada.email)
    assert "login_ts" in me


def test_list_is_oldest_first(management: httpx.Client, new_user: Any) -> None:
    """All users are on one page."""
    new_user("zoe@example.com")
    new_user("bob@example.com")
    assert emails(management) == [ADMIN, "zoe@example.com", "bob@example.com"]


def test_list_is_filtered_by_ids_and_addresses(management: httpx.Client, new_user: Any) -> None:
    """Either may be repeated; both have to fit."""
    ada, bob = new_user(), new_user("bob@example.com")
    assert emails(management, email=["ADA@example.com", ADMIN]) == [ADMIN, ada.email]
    assert emails(management, id=[ada.id, bob.id]) == [ada.email, bob.email]
    assert emails(management, id=ada.id, email=bob.email) == []


def test_list_is_filtered_by_moments(management: httpx.Client, ada: Any) -> None:
    """The bounds are exclusive."""
    created = datetime.fromisoformat(management.get(f"{USERS}/{ada.id}").json()["created_ts"])
    second = int(created.timestamp())
    for name in ("created", "updated"):
        assert ada.email in emails(management, **{f"{name}_after": second - 1})
        assert emails(management, **{f"{name}_after": second + 1}) == []
        assert ada.email in emails(management, **{f"{name}_before": second + 1})
        assert ada.email not in emails(management, **{f"{name}_before": second - 1})


def test_odd_bounds_are_refused(management: httpx.Client, refused: Refused) -> None:
    """The message names the parameter."""
    answer = management.get(USERS, params={"created_after": "yesterday"})
    assert "created_after" in refused(answer, 400)


def test_address_is_taken_once(management: httpx.Client, ada: Any, refused: Refused) -> None:
    """Whatever the case."""
    asked = {"email": ada.email.upper(), "password": "another engine"}
    assert "already exists" in refused(management.post(USERS, json=asked), 422)


@pytest.mark.parametrize(
    ("email", "place"),
    [
        ("", "email"),
        ("ada", "email"),
        ("ada@", "email"),
        ("@example.com", "email"),
        ("ada@localhost", "email"),
        ("ada lovelace@example.com", "email"),
        ("ada@exam ple.com", "email"),
        ("ada@example..com", "email"),
        ("ada@example.com\n", "email"),
        ("ädä@example.com", "email"),
        ("a" * 250 + "@example.com", "email"),
        (7, "email"),
        (None, "email"),
    ],
)
def test_odd_addresses_are_refused(
    management: httpx.Client, refused: Refused, email: object, place: str
) -> None:
    """Nobody is created."""
    asked = {"email": email, "password": "difference engine"}
    assert place in refused(management.post(USERS, json=asked), 400)
    assert emails(management) == [ADMIN]


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("", 400),
        (None, 400),
        (12345678, 400),
        ("x" * 257, 400),
        ("ß" * 129, 400),
        ("seven 7", 422),
        ("EXAMPLE.com", 422),
        ("ada@example.com", 422),
    ],
)
def test_odd_passwords_are_refused(
    management: httpx.Client, refused: Refused, password: object, status: int
) -> None:
    """Too short ones, and parts of the address, are answered 422 like the real server's."""
    asked = {"email": "ada@example.com", "password": password}
    assert "password" in refused(management.post(USERS, json=asked), status)
    assert emails(management) == [ADMIN]


def test_body_lacks_something(management: httpx.Client, refused: Refused) -> None:
    """The message names it."""
    assert "password" in refused(management.post(USERS, json={"email": "ada@example.com"}), 400)
    assert "email" in refused(management.post(USERS, json={"password": "12345678"}), 400)
    refused(management.post(USERS, json=[]), 400)


def test_unknown_user_is_not_found(management: httpx.Client, refused: Refused) -> None:
    """By any text."""
    for user_id in ("nobody", "1f2e4b34-5a7a-4b63-b2a5-4d0c9e1f6a11", "%00"):
        assert "user not found" in refused(management.get(f"{USERS}/{user_id}"), 404)


def test_deleted_user_is_gone(management: httpx.Client, ada: Any, refused: Refused) -> None:
    """Neither session nor personal access token nor password are good any more."""
    token = ada.http.post("v1/useradm/settings/tokens", json={"name": "ci"}).text
    assert (ada.status(), ada.status(token)) == (200, 200)
    assert management.delete(f"{USERS}/{ada.id}").status_code == 204
    assert (ada.status(), ada.status(token), ada.log_in().status_code) == (401, 401, 401)
    refused(management.get(f"{USERS}/{ada.id}"), 404)
    assert emails(management) == [ADMIN]


def test_deleting_an_unknown_user_is_no_error(management: httpx.Client) -> None:
    """It changes nothing."""
    assert management.delete(f"{USERS}/nobody").status_code == 204
    assert emails(management) == [ADMIN]


def test_address_of_a_deleted_user_is_free(
    management: httpx.Client, new_user: Any, ada: Any
) -> None:
    """Who gets it is another user, without the settings of the old one."""
    ada.http.post("v1/useradm/settings/me", json={"mine": True})
    management.delete(f"{USERS}/{ada.id}")
    other = new_user(ada.email, "analytical engine")
    assert other.id != ada.id
    assert other.http.get("v1/useradm/settings/me").json() == {}


def test_one_may_delete_oneself_and_the_last(server: Any, refused: Refused) -> None:
    """As the real server has it; nobody can log in then, until the server is reset."""
    with server.management() as admin:
        me = admin.get(f"{USERS}/me").json()["id"]
        assert admin.delete(f"{USERS}/{me}").status_code == 204
        refused(admin.get(USERS), 401)
        refused(admin.post("v1/useradm/auth/login", auth=(ADMIN, "otakit-password")), 401)
    server.reset()
    with server.management() as admin:
        assert admin.get(f"{USERS}/me").json()["id"] == me


def test_reset_leaves_the_first_user(server: Any, management: httpx.Client, ada: Any) -> None:
    """With its first address and password; who is logged in stays so."""
    change = {
        "email": "root@example.com",
        "password": "no longer the same",
        "current_password": "otakit-password",
    }
    assert management.put(f"{USERS}/me", json=change).status_code == 204
    management.post("v1/useradm/settings", json={"a": 1})
    server.reset()
    assert emails(management) == [ADMIN]
    assert ada.status() == 401
    assert management.get("v1/useradm/settings").json() == {}
    assert server.login()
