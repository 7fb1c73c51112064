"""JSON Web Tokens: real signatures over the documented claims.

Reference, Introduction / Authentication; sections 3.3 and 10.1 of the server facts.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.dialect import DOCUMENTED, Dialect
from otakit.mockserver.domain.errors import Unauthorized, Untrusted
from otakit.mockserver.domain.tokens import TokenRecord

Side = Literal["devices", "management", "connect"]

ALGORITHM = "EdDSA"


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


_HEAD = _base64(encode({"alg": ALGORITHM, "typ": "JWT"})) + b"."

TENANT = "mender.tenant"
YEAR_ONE = -62135596800
"""The Unix time of a moment that nobody has set, as Go has it."""

_SIDE_CLAIM: dict[Side, str] = {
    "devices": "mender.device",
    "management": "mender.user",
    "connect": "connect.fleet",
}
_ISSUER = {"devices": "Mender", "management": "mender.useradm"}
ADDONS = [{"name": n, "enabled": True} for n in ("configure", "troubleshoot", "monitor")]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says of its bearer."""

    tenant: str
    side: Side
    subject: str
    jti: str


class TokenSigner:
    """Issues and verifies the tokens of one universe.

    Ed25519, as the real server does with such a key: unlike an RSA key it comes out of a seed, so
    that the same seed gives the same tokens, and signing costs microseconds.
    """

    def __init__(self, tenant: str, seed: bytes, dialect: Dialect = DOCUMENTED) -> None:
        """Sign with the key made of these 32 bytes."""
        self._tenant = tenant
        self._dialect = dialect
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()

    def sign(self, record: TokenRecord, side: Side, plan: str) -> str:
        """Write a token; `plan` is the tenant's."""
        early = side == "devices" and not self._dialect.tokens_begin_at_issue
        claims: dict[str, Any] = {
            "jti": record.jti,
            "sub": record.subject,
            "iss": _ISSUER[side],
            "iat": int(record.issued),
            "nbf": YEAR_ONE if early else int(record.issued),
            _SIDE_CLAIM[side]: True,
            TENANT: self._tenant,
            "mender.plan": plan,
            "mender.trial": False,
            "mender.addons": ADDONS,
        }
        if record.expires is not None:
            claims["exp"] = int(record.expires)
        if side == "management":
            claims["scp"] = "mender.*"
        return self._write(claims)

    def sign_connect(self, project_key: str, jti: str) -> str:
        """Write the token of a JFrog Connect fleet: without times, it is always the same one."""
        claims = {
            "jti": jti,
            "sub": project_key,
            "iss": "JFrog Connect",
            _SIDE_CLAIM["connect"]: True,
            TENANT: self._tenant,
        }
        return self._write(claims)

    def _write(self, claims: dict[str, Any]) -> str:
        """Sign claims (RFC 7519, 7.1), in a fifth of the time that PyJWT takes."""
        signed = _HEAD + _base64(encode(claims))
        return (signed + b"." + _base64(self._private.sign(signed))).decode()

    def verify(self, token: str) -> Claims:
        """Read a token of this universe.

        Raises Untrusted for another signature or algorithm, `none` above all. Time is not
        looked at: the token's record knows the World's clock, the wall's does not matter.
        """
        options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._public, algorithms=[ALGORITHM], options=options)
        except jwt.InvalidTokenError as error:
            message = f"invalid jwt: {error}"
            raise Untrusted(message) from None
        side = next((s for s, claim in _SIDE_CLAIM.items() if claims.get(claim) is True), None)
        if side is None or claims.get(TENANT) != self._tenant:
            message = "invalid jwt: not a token of this server"
            raise Untrusted(message)
        return Claims(
            tenant=self._tenant, side=side, subject=str(claims["sub"]), jti=str(claims["jti"])
        )


def tenant_of(token: str) -> str:
    """Return the tenant that a token claims, before anything is verified.

    Raises Unauthorized for what is no token at all.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except jwt.InvalidTokenError as error:
        message = f"invalid jwt: {error}"
        raise Unauthorized(message) from None
    tenant = claims.get(TENANT)
    return tenant if isinstance(tenant, str) else ""
