"""Who is calling: the Authorization header, checked against signature, clock and revocation.

Reference, Introduction / Authentication: every operation but the logins needs a valid token.
"""

from typing import cast

from starlette.requests import cookie_parser
from starlette.types import Scope

from otakit.mockserver.domain.errors import Unauthorized, Untrusted
from otakit.mockserver.tokens import Claims, Side, tenant_of
from otakit.mockserver.universe import Universe
from otakit.mockserver.universes import Universes

CACHE_SIZE = 1 << 16


class Security:
    """Recognises callers; remembers verified signatures by the header's bytes, a bounded number."""

    def __init__(self, universes: Universes) -> None:
        """Recognise the users and devices of these universes."""
        self._universes = universes
        self._verified: dict[bytes, Claims] = {}

    def caller(self, authorization: bytes, side: Side) -> tuple[Universe, Claims]:
        """Return whose request this is.

        Raises Unauthorized for a token that is missing, malformed, wrongly signed, of the other
        side, of no universe, expired or revoked.
        """
        claims = self._verified.get(authorization) or self._verify(authorization)
        if claims.side != side:
            message = f"invalid jwt: a token of the {claims.side} side, not of the {side} side"
            raise Untrusted(message)
        universe = self._universes.get(claims.tenant)
        if universe is None or not _is_living(universe, claims):
            message = "unauthorized: the token has expired or was revoked"
            raise Untrusted(message)
        return universe, claims

    def issued(self, token: str, claims: Claims) -> None:
        """Remember a token that this server has just signed: that need not be verified."""
        self._remember(f"Bearer {token}".encode("latin-1"), claims)

    def forget(self, tenant: str) -> None:
        """Drop what is remembered of a universe that goes."""
        gone = [header for header, claims in self._verified.items() if claims.tenant == tenant]
        for header in gone:
            del self._verified[header]

    def _verify(self, authorization: bytes) -> Claims:
        token = _bearer(authorization)
        universe = self._universes.get(tenant_of(token))
        if universe is None:
            message = "invalid jwt: not a token of this server"
            raise Untrusted(message)
        claims = universe.tokens.verify(token)
        self._remember(authorization, claims)
        return claims

    def _remember(self, authorization: bytes, claims: Claims) -> None:
        if len(self._verified) >= CACHE_SIZE:
            del self._verified[next(iter(self._verified))]
        self._verified[authorization] = claims


def credentials(scope: Scope, *, cookie: bool = True) -> bytes:
    """Return a request's Authorization header, or else what its cookie JWT makes of one.

    The cookie stands in for it where a browser cannot send the header: websockets and downloads.
    """
    jar = b""
    for name, value in scope["headers"]:
        if name == b"authorization" and value:
            return cast("bytes", value)
        if name == b"cookie":
            jar = value
    if cookie and jar:
        token = cookie_parser(jar.decode("latin-1")).get("JWT")
        return f"Bearer {token}".encode("latin-1") if token else b""
    return b""


def _is_living(universe: Universe, claims: Claims) -> bool:
    world = universe.world
    if claims.side == "connect":
        return claims.subject == universe.connect.project_key
    # The subject counts, too: after a reset the ids begin anew, and another's may be given again.
    if claims.side == "devices":
        device = world.admission.check_in(claims.jti)
        return device is not None and device.id == claims.subject
    user = world.users.check_in(claims.jti)
    return user is not None and user.id == claims.subject


def _bearer(authorization: bytes) -> str:
    if not authorization:
        message = "Authorization not present in header"
        raise Unauthorized(message)
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "malformed Authorization header: 'Bearer <token>' is expected"
        raise Unauthorized(message)
    return token.strip()
