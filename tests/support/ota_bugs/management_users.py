"""Bugs in logins."""

import json
from typing import Any

import jwt

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import useradm
from otakit.mockserver.api import users as api
from otakit.mockserver.domain import users
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.users import Users
from otakit.mockserver.front import HEADER, Front
from otakit.mockserver.operations import Call
from otakit.mockserver.tokens import ALGORITHM, TokenSigner
from otakit.mockserver.universes import Universes

DAY = 24 * 3600.0


@bug("MEN-MGT-USR-001")
def login_token_is_a_devices() -> None:
    """The token of a login says that its bearer is a device."""

    @instead_of(useradm, "_token")
    def _(_: Any, call: Call, record: Any) -> Answer:
        return Answer(200, call.universe.sign(record, "devices").encode(), b"application/jwt")


@bug("MEN-MGT-USR-002")
def token_has_no_issuer() -> None:
    """A token does not tell who issued it."""

    @instead_of(TokenSigner, "sign")
    def _(real: Any, signer: TokenSigner, *record: Any) -> str:
        claims = jwt.decode(real(signer, *record), options={"verify_signature": False})
        del claims["iss"]
        return jwt.encode(claims, signer._private, algorithm=ALGORITHM)


@bug("MEN-MGT-USR-003")
def login_lasts_a_day() -> None:
    """The token of a login ends after a day."""
    users.SESSION_LIFETIME = DAY


@bug("MEN-MGT-USR-004")
def every_login_ends() -> None:
    """A login does not look at `no_expiry`."""

    @instead_of(Universes, "login")
    def _(real: Any, universes: Universes, email: str, password: str, **_: bool) -> Any:
        return real(universes, email, password)


@bug("MEN-MGT-USR-005")
def any_password_is_right() -> None:
    """A login does not compare passwords."""

    @instead_of(users, "is_password")
    def _(*_: Any) -> bool:
        return True


@bug("MEN-MGT-USR-006")
def unknown_user_is_the_first() -> None:
    """A login of an unknown user is one of the first user, if the password fits."""

    @instead_of(Universes, "login")
    def _(real: Any, universes: Universes, email: str, password: str, **how: bool) -> Any:
        known = universes.default.world.users
        email = email if known.knows(email) else next(known.all()).email
        return real(universes, email, password, **how)


@bug("MEN-MGT-USR-007")
def login_without_credentials_is_malformed() -> None:
    """A login without credentials is answered 400."""

    @answering("login")
    def _(real: Any, call: Call) -> Answer:
        if not call.header(b"authorization"):
            message = "no credentials"
            raise Invalid(message)
        return real(call)  # type: ignore[no-any-return]  # the mock's own function


@bug("MEN-MGT-USR-008")
def nobody_is_logged_out() -> None:
    """Logging out is answered, and the token stays good."""

    @instead_of(Users, "logout")
    def _(_: Any, __: Users, ___: str) -> None:
        return None


@bug("MEN-MGT-USR-009")
def logout_ends_all_sessions() -> None:
    """Logging out ends all tokens of the user."""

    @instead_of(Users, "logout")
    def _(_: Any, known: Users, jti: str) -> None:
        record = known.tokens.living(jti)
        if record is not None:
            known.tokens.revoke_all(record.subject)


@bug("MEN-MGT-USR-010")
def last_login_is_not_shown() -> None:
    """A user does not tell when the last login was."""

    @instead_of(api, "_show")
    def _(real: Any, *who: Any) -> Answer:
        shown = json.loads(real(*who).body)
        return json_answer({name: shown[name] for name in shown if name != "login_ts"})


@bug("MEN-MGT-USR-011", "MEN-API-ERR-001", "MEN-API-ERR-002")
def errors_have_no_request_id() -> None:
    """An error lacks the header X-MEN-RequestID."""

    @instead_of(Front, "__call__")
    async def _(real: Any, front: Front, scope: Any, receive: Any, send: Any) -> None:
        async def send_without(message: Any) -> None:
            if message.get("status", 0) >= 400:
                kept = [line for line in message["headers"] if line[0] != HEADER]
                message = {**message, "headers": kept}
            await send(message)

        await real(front, scope, receive, send_without)
