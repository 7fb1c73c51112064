"""Bugs in who is let into which API."""

from typing import Any

import jwt

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver import security, station
from otakit.mockserver.domain.errors import Untrusted
from otakit.mockserver.security import Security
from otakit.mockserver.tokens import Side, TokenSigner


@bug("MEN-API-AUT-001", "MEN-API-AUT-003")
def storage_limit_is_open() -> None:
    """One operation of the management APIs was forgotten when the others were closed."""
    _open("getStorageLimit")


@bug("MEN-API-AUT-002", "MEN-API-AUT-004")
def alerts_are_open() -> None:
    """One operation of the device APIs was forgotten when the others were closed."""
    _open("reportAlerts")


@bug("MEN-API-AUT-003", "MEN-API-AUT-004")
def sides_are_not_told_apart() -> None:
    """A good token opens the APIs of both sides."""

    @instead_of(Security, "caller")
    def _(real: Any, guard: Security, authorization: bytes, side: Side) -> Any:
        try:
            return real(guard, authorization, side)
        except Untrusted:
            other: Side = "devices" if side == "management" else "management"
            return real(guard, authorization, other)


@bug("MEN-API-AUT-005", "MEN-API-AUT-006", "MEN-API-AUT-007", "MEN-API-AUT-008")
def tokens_are_believed() -> None:
    """What a token says is believed: nobody looks at its signature, or whether it was issued."""
    _verify_nothing()
    security._is_living = lambda *_: True


@bug("MEN-API-AUT-006", "MEN-API-AUT-007", "MEN-API-AUT-008")
def signatures_are_not_verified() -> None:
    """The signature of a token is not verified; that it was issued once is enough."""
    _verify_nothing()


@bug("MEN-API-AUT-008")
def unsigned_tokens_are_genuine() -> None:
    """A token that says that its algorithm is 'none' is not verified."""

    @instead_of(TokenSigner, "verify")
    def _(real: Any, signer: TokenSigner, token: str) -> Any:
        return _believed(real, signer, token) if _is_unsigned(token) else real(signer, token)


@bug("MEN-API-AUT-009")
def odd_tokens_are_fatal() -> None:
    """What is no token leads to an internal error."""

    @instead_of(security, "tenant_of")
    def _(real: Any, token: str) -> Any:
        jwt.get_unverified_header(token)
        return real(token)


@bug("MEN-API-AUT-010")
def scheme_is_not_looked_at() -> None:
    """The last word of the Authorization header is the token, whatever stands before."""

    @instead_of(security, "_bearer")
    def _(real: Any, authorization: bytes) -> Any:
        words = authorization.split()
        return real(b"Bearer " + words[-1] if words else b"")


def _open(name: str) -> None:
    @instead_of(station, "_side")
    def _(real: Any, operation_id: str, *more: Any) -> Any:
        return None if operation_id == name else real(operation_id, *more)


def _verify_nothing() -> None:
    @instead_of(TokenSigner, "verify")
    def _(real: Any, signer: TokenSigner, token: str) -> Any:
        return _believed(real, signer, token)


def _believed(real: Any, signer: TokenSigner, token: str) -> Any:
    """Sign what a token says, whoever has signed it, and verify that."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return real(signer, jwt.encode(claims, signer._private, algorithm="EdDSA"))


def _is_unsigned(token: str) -> bool:
    return bool(jwt.get_unverified_header(token).get("alg") == "none")
