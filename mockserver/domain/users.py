"""Users, their login sessions and what else is theirs.

Reference, Introduction / Authentication; section 10 of the server facts.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from otakit.mockserver.domain.access_tokens import AccessToken, AccessTokens
from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.errors import (
    Conflict,
    Invalid,
    NotFound,
    Unauthorized,
    Unprocessable,
)
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.passwords import (
    check_email,
    check_password,
    hash_password,
    is_password,
)
from otakit.mockserver.domain.tokens import TokenRecord, Tokens
from otakit.mockserver.domain.user import User, UserChange
from otakit.mockserver.domain.user_settings import UserSettings

SESSION_LIFETIME: Seconds = 7 * 24 * 3600
MAX_SESSIONS = 10
MAX_USERS = 1000


class Users:
    """The users of one World."""

    _users: dict[str, User]
    _by_email: dict[str, User]
    _first: User | None

    def __init__(self, clock: Clock, ids: Ids) -> None:
        """Begin with nobody."""
        self.tokens = Tokens(clock)
        self.settings = UserSettings(ids)
        self._clock = clock
        self._ids = ids
        self._users = {}
        self._by_email = {}
        self._first = None

    # Who there is

    def keep_time(self, clock: Clock) -> None:
        """Go by another clock from now on, as users do that move into a new World."""
        self._clock = clock
        self.tokens.keep_time(clock)

    def create(self, email: str, password: str) -> User:
        """Add a user; e-mail addresses are compared without regard to case.

        Raises Unprocessable where the address is taken, or there are a thousand users.
        """
        self._check_free(email)
        if len(self._users) >= MAX_USERS:
            message = f"there are at most {MAX_USERS} users: delete one first"
            raise Unprocessable(message)
        now, user_id = self._clock.now(), self._ids.uuid()
        user = User(
            id=user_id,
            email=email.lower(),
            password_hash=hash_password(user_id, password),
            created=now,
            updated=now,
        )
        self._users[user.id] = self._by_email[user.email] = user
        self._first = self._first or replace(user, sessions=[], access_tokens=AccessTokens())
        return user

    def knows(self, email: str) -> bool:
        """Say whether a user has this e-mail address."""
        return email.lower() in self._by_email

    def with_email(self, email: str) -> User | None:
        """Return the user who has this e-mail address, or None."""
        return self._by_email.get(email.lower())

    def register(self, email: str, password: str) -> User:
        """Add a user whose address and password are in order.

        Raises as `create`, `check_email` and `check_password` do.
        """
        check_email(email)
        check_password(password, email)
        return self.create(email, password)

    def change(
        self,
        user_id: str,
        change: UserChange,
        *,
        by: str,
        jti: str = "",
        if_match: str | None = None,
    ) -> None:
        """Give a user another address or password; all its tokens but `jti` are revoked.

        `by` is the user who asks: for a new password or address of one's own it takes the current
        password, and nobody gives another one a password. Raises Invalid where nothing or nonsense
        is asked, NotFound, Conflict for another entity tag in `if_match`, Unprocessable for what
        is not allowed.
        """
        if not change.email and not change.password:
            message = "no update information provided: 'email', 'password' or both are expected"
            raise Invalid(message)
        if change.email:
            check_email(change.email)
        user = self.user(user_id)
        if change.password:
            check_password(change.password, change.email, user.email)
        self._check_right(user, change, by)
        if if_match is not None and if_match.strip('"') != user.etag:
            message = f"entity tag did not match any records: '{if_match:.80}'"
            raise Conflict(message)
        if change.email and change.email.lower() != user.email:
            self._check_free(change.email)
            del self._by_email[user.email]
            user.email = change.email.lower()
            self._by_email[user.email] = user
        if change.password:
            user.password_hash = hash_password(user.id, change.password)
        user.updated = self._clock.now()
        user.version += 1
        self._revoke(user, keep=jti)

    def delete(self, user_id: str) -> None:
        """Remove a user with all tokens and settings, oneself and the last one too.

        One that there is not changes nothing.
        """
        user = self._users.pop(user_id, None)
        if user is not None:
            del self._by_email[user.email]
            self.tokens.revoke_all(user_id)
            self.settings.forget(user_id)

    def user(self, user_id: str) -> User:
        """Return a user; raises NotFound."""
        try:
            return self._users[user_id]
        except KeyError:
            message = f"user not found: '{user_id}'"
            raise NotFound(message) from None

    def all(self, fits: Callable[[User], bool] = lambda _: True) -> Iterator[User]:
        """Go through the users that fit, oldest first."""
        return filter(fits, self._users.values())

    def begin_anew(self) -> None:
        """Leave the first user only, with its first address and password; its sessions go on."""
        if self._first is None:
            return
        known = self._users.get(self._first.id)
        for user in list(self._users.values()):
            if user is not known:
                self.delete(user.id)
        first = replace(
            self._first,
            logged_in=known.logged_in if known else None,
            sessions=known.sessions if known else [],
            access_tokens=AccessTokens(),
        )
        for token in known.access_tokens.all() if known else ():
            self.tokens.revoke(token.id)
        self._users, self._by_email = {first.id: first}, {first.email: first}
        self.settings.clear()

    # Who has logged in

    def keep_sessions(self, other: "Users") -> None:
        """Let sessions go on that `other` has opened since these users were copied from it."""
        for user in self._users.values():
            for record in other.tokens.of(user.id):
                if record.jti not in user.sessions and record.jti in other.user(user.id).sessions:
                    self.tokens.keep(record)
                    user.sessions.append(record.jti)

    def login(self, email: str, password: str, *, no_expiry: bool = False) -> TokenRecord:
        """Open a session; a user's eleventh ends the oldest. Raises Unauthorized."""
        user = self._by_email.get(email.lower())
        if user is None or not is_password(user.password_hash, user.id, password):
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
        user = self._users[record.subject]
        user.access_tokens.discard(jti)
        if jti in user.sessions:
            user.sessions.remove(jti)

    def check_in(self, jti: str) -> User | None:
        """Return the user that may act with this token now, and note its use."""
        record = self.tokens.living(jti)
        if record is None:
            return None
        user = self._users[record.subject]
        user.access_tokens.note_use(jti, self._clock.now())
        return user

    # Programs' tokens

    def create_access_token(self, user_id: str, name: str, expires_in: Seconds) -> TokenRecord:
        """Issue a personal access token; `expires_in` 0 means without end.

        Raises as `AccessTokens.check_room` does.
        """
        user = self.user(user_id)
        user.access_tokens.check_room(name)
        record = self.tokens.issue(self._ids.uuid(), user_id, expires_in or None)
        user.access_tokens.add(name, record)
        return record

    def access_tokens(self, user_id: str) -> list[AccessToken]:
        """Return a user's personal access tokens, oldest first."""
        return self.user(user_id).access_tokens.all()

    def delete_access_token(self, user_id: str, token_id: str) -> None:
        """Revoke one of a user's own personal access tokens; anything else is left alone."""
        if self.user(user_id).access_tokens.discard(token_id):
            self.tokens.revoke(token_id)

    # How it is kept

    def _check_free(self, email: str) -> None:
        if email.lower() in self._by_email:
            message = f"user with a given email already exists: '{email}'"
            raise Unprocessable(message)

    def _check_right(self, user: User, change: UserChange, by: str) -> None:
        if user.id != by:
            if change.password:
                message = "password cannot be modified: only users themselves change theirs"
                raise Unprocessable(message)
            return
        asks = bool(change.password) or change.email.lower() != user.email
        if asks and not is_password(user.password_hash, user.id, change.current_password):
            message = "current password mismatch: 'current_password' is not the user's password"
            raise Unprocessable(message)

    def _revoke(self, user: User, *, keep: str) -> None:
        for record in self.tokens.of(user.id):
            if record.jti != keep:
                self.tokens.revoke(record.jti)
        user.sessions = [jti for jti in user.sessions if jti == keep]
        user.access_tokens.keep_only(keep)
