"""A user, and what may be changed of one.

Section 10.3 of the server facts.
"""

from dataclasses import dataclass, field

from otakit.mockserver.domain.access_tokens import AccessTokens
from otakit.mockserver.domain.clock import Seconds


@dataclass(slots=True, kw_only=True)
class User:
    """One person or program that manages devices; `version` grows with each change."""

    id: str
    email: str
    password_hash: bytes
    created: Seconds
    updated: Seconds
    version: int = 1
    logged_in: Seconds | None = None
    sessions: list[str] = field(default_factory=list)
    access_tokens: AccessTokens = field(default_factory=AccessTokens)

    @property
    def etag(self) -> str:
        """Tell this state of the user from earlier ones."""
        return f"{int(self.created):016x}{self.version:08x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to be changed of a user; an empty text changes nothing."""

    email: str = ""
    password: str = ""
    current_password: str = ""
