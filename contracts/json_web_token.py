"""JSON web tokens taken apart and put together again, with signatures that no server has made."""

import base64
import json
from typing import Any

from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect


def claims_of(answer: Exchange) -> dict[str, Any]:
    """Return the claims of the token that an answer has as its body; fail where it is none."""
    claims = _claims(answer.text)
    expect(
        claims is not None,
        "the answer is a signed JSON web token",
        expected="header, claims and signature, in base64url with dots between them",
        actual=answer.answer(),
        answer=answer,
    )
    return claims or {}


def claims_in(token: str) -> dict[str, Any]:
    """Return the claims of a token; none where it is no signed one."""
    return _claims(token) or {}


def altered(token: str, **claims: Any) -> str:
    """Return a token with other claims under the signature of the old ones."""
    header, told, signature = token.split(".")
    return ".".join((header, _written({**(_read(told) or {}), **claims}), signature))


def unsigned(token: str) -> str:
    """Return a token that says of itself that it is not signed."""
    header, told, _ = token.split(".")
    return ".".join((_written({**(_read(header) or {}), "alg": "none"}), told, ""))


def signed_anew(token: str, sign: Any) -> str:
    """Return a token with the signature of another key, that `sign` makes in base64."""
    header, told, _ = token.split(".")
    signature = str(sign(f"{header}.{told}".encode())).rstrip("=")
    return ".".join((header, told, signature.replace("+", "-").replace("/", "_")))


def _claims(token: str) -> dict[str, Any] | None:
    pieces = token.strip().split(".")
    return _read(pieces[1]) if len(pieces) == 3 and pieces[2] else None  # noqa: PLR2004


def _read(piece: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _written(content: dict[str, Any]) -> str:
    text = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
