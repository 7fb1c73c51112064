"""Users: who there is, and what one may change of oneself (as_built/management/useradm-v1, -v2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.answers import Answer, created, empty, header_text, json_answer
from otakit.mockserver.audit_trail import about_user, added, difference, removed
from otakit.mockserver.domain.audit import CREATE, DELETE, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.user import User, UserChange
from otakit.mockserver.domain.users import Users
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.plans import ENTERPRISE

ADMIN = "RBAC_ROLE_PERMIT_ALL"
"""The one role that there is here, and every user's: roles restrict nobody."""


@operation("listUsers")
def list_users(call: Call) -> Answer:
    """List the users, all of them or those that fit."""
    users = call.world.users.all(_filter(call.params))
    return json_answer([_user_json(call, user) for user in users])


@operation("createUser")
def create_user(call: Call) -> Answer:
    """Add a user."""
    user = call.world.users.register(call.body["email"], call.body["password"])
    call.audit(CREATE, about_user(user))
    return created(f"{call.path().rstrip('/')}/{user.id}")


@operation("getUser")
def get_user(call: Call) -> Answer:
    """Show a user."""
    return _show(call, call.params["id"])


@operation("getMyUser")
def get_my_user(call: Call) -> Answer:
    """Show the user who asks."""
    return _show(call, call.caller)


@operation("updateUser")
def update_user(call: Call) -> Answer:
    """Give a user another address or password."""
    return _change(call, call.params["id"], call.body)


@operation("updateMyUser")
def update_my_user(call: Call) -> Answer:
    """Give the user who asks another address or password."""
    return _change(call, call.caller, call.body)


@operation("changeMyPassword")
def change_my_password(call: Call) -> Answer:
    """Give the user who asks another password, if one is named."""
    known = {name: text for name, text in call.body.items() if name != "email"}
    return _change(call, call.caller, known) if known.get("password") else empty()


@operation("deleteUser")
def delete_user(call: Call) -> Answer:
    """Remove a user; its tokens are no longer good."""
    user_id = call.params["id"]
    for user in call.world.users.all(lambda user: user.id == user_id):
        call.audit(DELETE, about_user(user))  # before: one may delete oneself
    call.world.users.delete(user_id)
    return empty()


def _show(call: Call, user_id: str) -> Answer:
    user = call.world.users.user(user_id)
    etag = (b"etag", header_text(f'"{user.etag}"'))
    return json_answer(_user_json(call, user), headers=[etag])


def _change(call: Call, user_id: str, body: dict[str, Any]) -> Answer:
    change = UserChange(
        email=body.get("email", ""),
        password=body.get("password", ""),
        current_password=body.get("current_password", ""),
    )
    users, if_match = call.world.users, call.params.get("If-Match")
    before = _trace(users, user_id)
    users.change(user_id, change, by=call.caller, jti=call.jti, if_match=if_match)
    call.audit(UPDATE, about_user(users.user(user_id)), _told(before, _trace(users, user_id)))
    return empty()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """What the audit log compares of a user; of a password it is told that it is another one."""

    email: str
    password_hash: bytes
    tokens: frozenset[str]


def _trace(users: Users, user_id: str) -> _Trace:
    user = users.user(user_id)
    tokens = frozenset(record.jti for record in users.tokens.of(user_id))
    return _Trace(email=user.email, password_hash=user.password_hash, tokens=tokens)


def _told(before: _Trace, after: _Trace) -> str:
    """Write what became of a user: what was set, and which tokens ended with it."""
    parts = (
        difference({"email": before.email}, {"email": after.email}),
        added("password", ["<omitted>"] * (before.password_hash != after.password_hash)),
        removed("token", sorted(before.tokens - after.tokens)),
    )
    return "\n".join(part for part in parts if part)


def _filter(params: dict[str, Any]) -> Callable[[User], bool]:
    ids = set(params.get("id", ()))
    emails = {email.lower() for email in params.get("email", ())}
    moments = {name: params[name] for name in params if name.endswith(("_after", "_before"))}

    def fits(user: User) -> bool:
        if (ids and user.id not in ids) or (emails and user.email not in emails):
            return False
        for name, moment in moments.items():
            field, _, side = name.partition("_")
            at = user.created if field == "created" else user.updated
            if not (at > moment if side == "after" else at < moment):
                return False
        return True

    return fits


def _user_json(call: Call, user: User) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": user.id,
        "email": user.email,
        "created_ts": rfc3339(user.created),
        "updated_ts": rfc3339(user.updated),
    }
    if user.logged_in is not None:
        shaped["login_ts"] = rfc3339(user.logged_in)
    if call.universe.plan == ENTERPRISE:
        shaped["roles"] = [ADMIN]
    return shaped
