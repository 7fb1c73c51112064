"""Management APIs / User administration and authentication: users log in and out.

The reference breaks off before this chapter; its statements are those of its introduction and of
Mender's OpenAPI files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_header,
    expect_status,
    field_of,
)
from otakit.contracts.json_web_token import claims_of
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule

SECTION = "OpenAPI files / User administration and authentication"
LOGIN = f"{SECTION} / Login"
LOGOUT = f"{SECTION} / Logout"
SHOW = f"{SECTION} / Show User"
TOKENS = "Introduction / Personal Access Tokens"

AUTH = "v1/useradm/auth"
ME = "v1/useradm/users/me"

WEEK = 7 * 24 * 3600
LEEWAY = 300
"""Seconds that clocks may differ, and requests take."""


@rule(
    "MEN-MGT-USR-001",
    "E-mail address and password, by Basic authentication, are answered a token for the APIs",
    document=LOGIN,
    operations=["login", "getMyUser"],
    severity="critical",
)
def login_gives_a_token(backend: Backend) -> None:
    """Log in, and use the token."""
    with _logged_in(backend) as answer:
        me = backend.management.with_token(answer.text.strip()).get(ME)
        expect_status(me, 200, because="the token of a login opens the management APIs")


@rule(
    "MEN-MGT-USR-002",
    "The token of a login names its issuer, its end and the user's id",
    document=LOGIN,
    operations=["login", "getMyUser"],
)
def login_token_names_the_user(backend: Backend) -> None:
    """Take the token apart, and compare it with the user."""
    with _logged_in(backend) as answer:
        claims = claims_of(answer)
        me = backend.management.with_token(answer.text.strip()).get(ME)
    for name, kind in (("iss", str), ("exp", int)):
        expect(
            isinstance(claims.get(name), kind),
            f"the token's claim '{name}'",
            expected=f"a value of type {kind.__name__}",
            actual=claims,
            answer=answer,
        )
    user_id = field_of(expect_status(me, 200), "id")
    expect_equal(answer, claims.get("sub"), user_id, "the token's claim 'sub'")


@rule(
    "MEN-MGT-USR-003",
    "The token of a login lasts one week",
    document=TOKENS,
    operations=["login"],
)
def login_lasts_a_week(backend: Backend) -> None:
    """Compare the token's end with its issue, or with the answer's date."""
    with _logged_in(backend) as answer:
        claims = claims_of(answer)
    expect_lasting(answer, claims, WEEK)


@rule(
    "MEN-MGT-USR-004",
    "A login with no_expiry is answered a token without an end",
    document=f"{SECTION} / Schemas / LoginOptions",
    operations=["login"],
    severity="minor",
)
def login_can_last(backend: Backend) -> None:
    """Log in for ever, and out again."""
    with _logged_in(backend, json={"no_expiry": True}) as answer:
        claims = claims_of(answer)
    expect_equal(answer, claims.get("exp"), None, "the token's end, its claim 'exp'")


@rule(
    "MEN-MGT-USR-005",
    "A login with a wrong password is answered 401",
    document=LOGIN,
    operations=["login"],
    severity="critical",
)
def wrong_password_is_refused(backend: Backend) -> None:
    """Log in once with another password, and once with none."""
    email, password = _login_of(backend)
    for wrong in (f"{password}x", ""):
        expect_error(_log_in(backend, (email, wrong)), 401)


@rule(
    "MEN-MGT-USR-006",
    "A login of an unknown user is answered 401",
    document=LOGIN,
    operations=["login"],
    severity="critical",
)
def unknown_user_is_refused(backend: Backend) -> None:
    """Log in as nobody, with a password that is good for somebody."""
    _, password = _login_of(backend)
    nobody = f"{backend.name('nobody')}@example.com"
    expect_error(_log_in(backend, (nobody, password)), 401)


@rule(
    "MEN-MGT-USR-007",
    "A login without credentials is answered 401",
    document=LOGIN,
    operations=["login"],
    severity="critical",
)
def credentials_are_required(backend: Backend) -> None:
    """Log in without an Authorization header."""
    expect_error(backend.anonymous.post(f"/api/management/{AUTH}/login"), 401)


@rule(
    "MEN-MGT-USR-008",
    "Logging out is answered 202, and the token is refused from then on",
    document=LOGOUT,
    operations=["logout", "login", "getMyUser"],
    severity="critical",
)
def logged_out_token_is_refused(backend: Backend) -> None:
    """Log in and out, and go on with the token."""
    with _logged_in(backend) as answer:
        user = backend.management.with_token(answer.text.strip())
        expect_status(user.post(f"{AUTH}/logout"), 202)
        backend.eventually(lambda: expect_error(user.get(ME), 401, because="the token is refused"))


@rule(
    "MEN-MGT-USR-009",
    "Logging out ends the token that is used, and no other one of the user",
    document=LOGOUT,
    operations=["logout", "login", "getMyUser"],
)
def other_logins_stay(backend: Backend) -> None:
    """Log in once more and out again, and look whether the suite is still in."""
    with _logged_in(backend) as answer:
        token = answer.text.strip()
        expect_status(backend.management.with_token(token).post(f"{AUTH}/logout"), 202)
    expect_status(backend.management.get(ME), 200, because="the user's other token stays good")


@rule(
    "MEN-MGT-USR-010",
    "The user of the token is shown: id, e-mail address, and times of creation and last login",
    document=SHOW,
    operations=["getMyUser", "login"],
)
def user_is_shown(backend: Backend) -> None:
    """Log in, and look at oneself."""
    email, _ = _login_of(backend)
    with _logged_in(backend) as answer:
        me = expect_status(backend.management.with_token(answer.text.strip()).get(ME), 200)
    shown = str(field_of(me, "email"))
    expect_equal(me, shown.lower(), email.lower(), "the user's e-mail address")
    for name in ("id", "created_ts", "login_ts"):
        field_of(me, name)


@rule(
    "MEN-MGT-USR-011",
    "All answers of user administration have the header X-MEN-RequestID",
    document=f"{SECTION} / Overview",
    operations=["login", "getMyUser", "listAccessTokens", "deleteAccessToken", "logout"],
    severity="minor",
)
def users_answers_have_a_request_id(backend: Backend) -> None:
    """Ask for something, for nothing, and for what is refused."""
    management = backend.management
    expect_header(management.get(ME), "X-MEN-RequestID")
    expect_header(management.get("v1/useradm/settings/tokens"), "X-MEN-RequestID")
    expect_header(management.delete("v1/useradm/settings/tokens/nobody"), "X-MEN-RequestID")
    expect_header(backend.anonymous.post(f"/api/management/{AUTH}/login"), "X-MEN-RequestID")
    expect_header(backend.anonymous.post(f"/api/management/{AUTH}/logout"), "X-MEN-RequestID")


def expect_lasting(answer: Exchange, claims: dict[str, Any], seconds: int) -> None:
    """Fail unless a token is good for so long; raises NotApplicable if nothing says since when."""
    issued = claims.get("iat")
    if not isinstance(issued, int):
        if "date" not in answer.headers:
            message = "neither the token nor the answer says when it was issued"
            raise NotApplicable(message)
        issued = int(parsedate_to_datetime(answer.headers["date"]).timestamp())
    end = claims.get("exp")
    lasts = f"{end - issued} seconds" if isinstance(end, int) else "no end"
    expect(
        isinstance(end, int) and abs(end - issued - seconds) <= LEEWAY,
        "how long the token is valid",
        expected=f"{seconds} seconds",
        actual=lasts,
        answer=answer,
    )


def _login_of(backend: Backend) -> tuple[str, str]:
    """Return e-mail address and password; raises NotApplicable for a suite that has a token."""
    if backend.login is None:
        message = "the suite was given a token, not e-mail address and password"
        raise NotApplicable(message)
    return backend.login


def _log_in(backend: Backend, login: tuple[str, str], **more: Any) -> Exchange:
    return backend.anonymous.post(f"/api/management/{AUTH}/login", auth=login, **more)


@contextmanager
def _logged_in(backend: Backend, **more: Any) -> Iterator[Exchange]:
    """Log in once more, and out again in the end: a user may have few sessions at a time."""
    answer = expect_status(_log_in(backend, _login_of(backend), **more), 200)
    try:
        yield answer
    finally:
        backend.management.with_token(answer.text.strip()).post(f"{AUTH}/logout")
