"""Bugs in personal access tokens."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.access_tokens import AccessTokens
from otakit.mockserver.domain.errors import Conflict, Unprocessable
from otakit.mockserver.domain.tokens import Tokens
from otakit.mockserver.domain.users import Users
from otakit.mockserver.operations import Call

WEEK = 7 * 24 * 3600.0


@bug("MEN-MGT-USR-020")
def access_token_is_no_session() -> None:
    """A personal access token is not among those that are good."""

    @instead_of(Users, "create_access_token")
    def _(real: Any, users: Users, *asked: Any) -> Any:
        record = real(users, *asked)
        users.tokens.revoke(record.jti)
        return record


@bug("MEN-MGT-USR-021")
def access_tokens_count_minutes() -> None:
    """A personal access token takes its seconds for minutes."""

    @instead_of(Users, "create_access_token")
    def _(real: Any, users: Users, user_id: str, name: str, expires_in: float) -> Any:
        return real(users, user_id, name, expires_in * 60)


@bug("MEN-MGT-USR-022")
def access_tokens_last_a_week() -> None:
    """A personal access token without an end lasts as long as a login."""

    @instead_of(Users, "create_access_token")
    def _(real: Any, users: Users, user_id: str, name: str, expires_in: float) -> Any:
        return real(users, user_id, name, expires_in or WEEK)


@bug("MEN-MGT-USR-023")
def tokens_do_not_end() -> None:
    """A token is good after its end."""

    @instead_of(Tokens, "living")
    def _(_: Any, tokens: Tokens, jti: str) -> Any:
        return tokens._records.get(jti)


@bug("MEN-MGT-USR-024")
def end_of_access_tokens_is_not_listed() -> None:
    """A listed personal access token does not tell its end."""

    @answering("listAccessTokens")
    def _(real: Any, call: Call) -> Answer:
        listed = json.loads(real(call).body)
        return json_answer([{k: v for k, v in t.items() if k != "expiration_date"} for t in listed])


@bug("MEN-MGT-USR-025")
def use_is_not_noted() -> None:
    """The use of a personal access token is not written down."""

    @instead_of(AccessTokens, "note_use")
    def _(_: Any, __: AccessTokens, *___: Any) -> None:
        return None


@bug("MEN-MGT-USR-026")
def access_tokens_are_not_checked() -> None:
    """A user has any number of personal access tokens, and under any name."""

    @instead_of(AccessTokens, "check_room")
    def _(_: Any, __: AccessTokens, ___: str) -> None:
        return None


@bug("MEN-MGT-USR-029")
def too_many_access_tokens_are_a_conflict() -> None:
    """One personal access token too many is refused like one whose name is taken."""

    @instead_of(AccessTokens, "check_room")
    def _(real: Any, tokens: AccessTokens, name: str) -> None:
        try:
            real(tokens, name)
        except Unprocessable as error:
            raise Conflict(error.message) from None


@bug("MEN-MGT-USR-028")
def revoked_access_token_stays_good() -> None:
    """A revoked personal access token is only struck off the list."""

    @instead_of(Users, "delete_access_token")
    def _(_: Any, users: Users, user_id: str, token_id: str) -> None:
        users.user(user_id).access_tokens.discard(token_id)
