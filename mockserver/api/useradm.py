"""User administration: logins and personal access tokens (management/useradm-v1)."""

import base64
import binascii
from typing import Any

from otakit.mockserver.answers import ACCEPTED, OK, Answer, empty, json_answer
from otakit.mockserver.audit_trail import about_user, added, removed
from otakit.mockserver.domain.access_tokens import AccessToken
from otakit.mockserver.domain.audit import UPDATE, Object
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.operations import ORIGINS, Call, Origin, operation
from otakit.mockserver.universe import Universe


@operation("login")
def login(call: Call) -> Answer:
    """Open a session with e-mail address and password, in the universe that they belong to."""
    email, password = _credentials(call.header(b"authorization"))
    no_expiry = bool((call.body or {}).get("no_expiry"))
    universe, record = call.server.universes.login(email, password, no_expiry=no_expiry)
    call.found(universe, record.subject)
    call.audit(UPDATE, _me(call), added("session", [record.jti]))
    return _token(call, record)


@operation("logout")
def logout(call: Call) -> Answer:
    """End the session of the token that is used."""
    call.world.users.logout(call.jti)
    call.audit(UPDATE, _me(call), removed("session", [call.jti]))
    return empty(ACCEPTED)


@operation("listAccessTokens")
def list_access_tokens(call: Call) -> Answer:
    """List the own personal access tokens."""
    tokens = call.world.users.access_tokens(call.caller)
    return json_answer([_access_token_json(token) for token in tokens])


@operation("createAccessToken")
def create_access_token(call: Call) -> Answer:
    """Issue a personal access token; it is shown this once."""
    expires_in = call.body.get("expires_in", 0)
    record = call.world.users.create_access_token(call.caller, call.body["name"], expires_in)
    call.audit(UPDATE, _me(call), added("personal access token", [call.body["name"]]))
    return _token(call, record)


@operation("deleteAccessToken")
def delete_access_token(call: Call) -> Answer:
    """Revoke one of the own personal access tokens."""
    names = [
        t.name for t in call.world.users.access_tokens(call.caller) if t.id == call.params["id"]
    ]
    call.world.users.delete_access_token(call.caller, call.params["id"])
    call.audit(UPDATE, _me(call), removed("personal access token", names))
    return empty()


def _me(call: Call) -> Object:
    return about_user(call.world.users.user(call.caller))


def _token(call: Call, record: TokenRecord) -> Answer:
    token = call.universe.sign(record, "management")
    return Answer(OK, token.encode(), b"application/jwt")


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    email, colon, password = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        message = "invalid or missing auth header: 'Basic <base64 of e-mail:password>' is expected"
        raise Unauthorized(message)
    return email, password


def _universe(call: Call) -> Universe:
    """Find the universe that somebody wants to log in to, whatever the password."""
    return call.server.universes.of_user(_email(call))


def _user(call: Call, universe: Universe) -> str:
    user = universe.world.users.with_email(_email(call))
    return user.id if user else ""


def _email(call: Call) -> str:
    try:
        return _credentials(call.header(b"authorization"))[0]
    except Unauthorized:
        return ""


ORIGINS["login"] = Origin(_universe, _user)


def _access_token_json(token: AccessToken) -> dict[str, Any]:
    shaped = {"id": token.id, "name": token.name, "created_ts": rfc3339(token.created)}
    if token.expires is not None:
        shaped["expiration_date"] = rfc3339(token.expires)
    if token.used is not None:
        shaped["last_used"] = rfc3339(token.used)
    return shaped
