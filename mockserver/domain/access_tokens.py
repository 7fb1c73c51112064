"""Personal access tokens: long-lived tokens with a name, for programs.

Section 10.5 of the server facts.
"""

from dataclasses import dataclass

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.errors import Conflict, Unprocessable
from otakit.mockserver.domain.tokens import TokenRecord

MAX_ACCESS_TOKENS = 10


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """What is known of a token besides its record."""

    id: str
    name: str
    created: Seconds
    expires: Seconds | None
    used: Seconds | None = None


class AccessTokens:
    """The tokens of one user, by id, oldest first."""

    _tokens: dict[str, AccessToken]

    def __init__(self) -> None:
        """Begin without any."""
        self._tokens = {}

    def __contains__(self, token_id: str) -> bool:
        """Say whether a token is the user's."""
        return token_id in self._tokens

    def all(self) -> list[AccessToken]:
        """Return the tokens, oldest first."""
        return list(self._tokens.values())

    def check_room(self, name: str) -> None:
        """Raise Conflict for a name in use, Unprocessable where there are ten tokens."""
        if any(token.name == name for token in self._tokens.values()):
            message = f"a personal access token with the name '{name}' exists already"
            raise Conflict(message)
        if len(self._tokens) >= MAX_ACCESS_TOKENS:
            message = f"a user has at most {MAX_ACCESS_TOKENS} personal access tokens"
            raise Unprocessable(message)

    def add(self, name: str, record: TokenRecord) -> None:
        """Write down a token that was issued."""
        self._tokens[record.jti] = AccessToken(
            id=record.jti, name=name, created=record.issued, expires=record.expires
        )

    def note_use(self, token_id: str, now: Seconds) -> None:
        """Remember when a token was used, if it is one of these."""
        token = self._tokens.get(token_id)
        if token is not None:
            token.used = now

    def discard(self, token_id: str) -> bool:
        """Strike a token off; False where it was not on."""
        return self._tokens.pop(token_id, None) is not None

    def keep_only(self, token_id: str) -> None:
        """Strike all off but one, if that is on."""
        self._tokens = {i: token for i, token in self._tokens.items() if i == token_id}
