"""Users, their login sessions and their personal access tokens.

Reference, Introduction / Authentication; section 10 of the server facts.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.errors import Conflict, NotFound, Unauthorized, Unprocessable
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.tokens import TokenRecord, Tokens

SESSION_LIFETIME: Seconds = 7 * 24 * 3600
MAX_SESSIONS = 10
MAX_ACCESS_TOKENS = 10


@dataclass(slots=True, kw_only=True)
class User:
    """One person or program that manages devices."""

    id: str
    email: str
    password_hash: bytes
    created: Seconds
    updated: Seconds
    logged_in: Seconds | None = None
    sessions: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """A personal access token: a long-lived token with a name."""

    id: str
    name: str
    created: Seconds
    expires: Seconds | None
    used: Seconds | None = None


class Users:
    """The users of one World."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        """Begin with nobody."""
        self.tokens = Tokens(clock)
        self._clock = clock
        self._ids = ids
        self._users: dict[str, User] = {}
        self._by_email: dict[str, User] = {}
        self._access_tokens: dict[str, dict[str, AccessToken]] = {}

    def keep_time(self, clock: Clock) -> None:
        """Go by another clock from now on, as users do that move into a new World."""
        self._clock = clock
        self.tokens.keep_time(clock)

    def create(self, email: str, password: str) -> User:
        """Add a user; e-mail addresses are compared without regard to case.

        Raises Unprocessable where the address is taken.
        """
        if email.lower() in self._by_email:
            message = f"a user with the e-mail address '{email}' exists already"
            raise Unprocessable(message)
        now = self._clock.now()
        user = User(
            id=self._ids.uuid(),
            email=email.lower(),
            password_hash=_hash(email, password),
            created=now,
            updated=now,
        )
        self._users[user.id] = self._by_email[user.email] = user
        self._access_tokens[user.id] = {}
        return user

    def knows(self, email: str) -> bool:
        """Say whether a user has this e-mail address."""
        return email.lower() in self._by_email

    def login(self, email: str, password: str, *, no_expiry: bool = False) -> TokenRecord:
        """Open a session; a user's eleventh ends the oldest. Raises Unauthorized."""
        user = self._by_email.get(email.lower())
        if user is None or not hmac.compare_digest(user.password_hash, _hash(email, password)):
            message = "unauthorized"
            raise Unauthorized(message)
        user.logged_in = self._clock.now()
        lifetime = None if no_expiry else SESSION_LIFETIME
        record = self.tokens.issue(self._ids.uuid(), user.id, lifetime)
        user.sessions.append(record.jti)
        if len(user.sessions) > MAX_SESSIONS:
            self.tokens.revoke(user.sessions.pop(0))
        return record

    def logout(self, jti: str) -> None:
        """End the session, or the access token, that this id belongs to."""
        record = self.tokens.living(jti)
        if record is None:
            return
        self.tokens.revoke(jti)
        self._access_tokens[record.subject].pop(jti, None)
        sessions = self._users[record.subject].sessions
        if jti in sessions:
            sessions.remove(jti)

    def check_in(self, jti: str) -> User | None:
        """Return the user that may act with this token now, and note its use."""
        record = self.tokens.living(jti)
        if record is None:
            return None
        token = self._access_tokens[record.subject].get(jti)
        if token is not None:
            token.used = self._clock.now()
        return self._users[record.subject]

    def user(self, user_id: str) -> User:
        """Return a user; raises NotFound."""
        try:
            return self._users[user_id]
        except KeyError:
            message = f"no user '{user_id}'"
            raise NotFound(message) from None

    def create_access_token(self, user_id: str, name: str, expires_in: Seconds) -> TokenRecord:
        """Issue a personal access token; `expires_in` 0 means without end.

        Raises Conflict for a name in use, Unprocessable above ten tokens.
        """
        mine = self._access_tokens[self.user(user_id).id]
        if any(token.name == name for token in mine.values()):
            message = f"a personal access token with the name '{name}' exists already"
            raise Conflict(message)
        if len(mine) >= MAX_ACCESS_TOKENS:
            message = f"a user has at most {MAX_ACCESS_TOKENS} personal access tokens"
            raise Unprocessable(message)
        record = self.tokens.issue(self._ids.uuid(), user_id, expires_in or None)
        mine[record.jti] = AccessToken(
            id=record.jti, name=name, created=record.issued, expires=record.expires
        )
        return record

    def access_tokens(self, user_id: str) -> list[AccessToken]:
        """Return a user's personal access tokens, oldest first."""
        return list(self._access_tokens[self.user(user_id).id].values())

    def forget_access_tokens(self) -> None:
        """Revoke the personal access tokens of all users; sessions go on."""
        for mine in self._access_tokens.values():
            for token_id in mine:
                self.tokens.revoke(token_id)
            mine.clear()

    def delete_access_token(self, user_id: str, token_id: str) -> None:
        """Revoke one of a user's own personal access tokens; anything else is left alone."""
        if self._access_tokens[self.user(user_id).id].pop(token_id, None) is not None:
            self.tokens.revoke(token_id)


def _hash(email: str, password: str) -> bytes:
    # One round: the mock guards nothing but its own test data, and a login is on the request path.
    return hashlib.sha256(f"{email.lower()}\0{password}".encode()).digest()
