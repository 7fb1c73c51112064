"""Request bodies: read whole but bounded, also when chunked, decoded, checked by the spec."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.exchange import header
from otakit.mockserver.problems import Refused
from otakit.mockserver.schemas import Validator

JSON = "application/json"
NOTHING = "EOF"
"""What is met in place of a body that is missing."""

MULTIPART = ("multipart/form-data", "multipart/mixed")

MAX_DEPTH = 500
"""Levels of objects and lists in a JSON body."""

_decode = msgspec.json.Decoder().decode


async def read(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read a request's body, of at most `limit` bytes; raises Refused (413) above that."""
    check_length(scope, limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_length(scope: Scope, limit: int) -> None:
    """Refuse a body that announces more than `limit` bytes before any of it is read."""
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)


def too_large(limit: int) -> Refused:
    """Say that a body is too large (413)."""
    return Refused(413, f"request body too large: at most {limit} bytes are read here")


def check_type(scope: Scope, expected: tuple[str, ...], body: bytes | None) -> None:
    """Refuse another Content-Type (415), or none at all (400); an empty body needs none."""
    if body == b"":
        return
    kind = _media_type(header(scope, b"content-type"))
    if not kind:
        message = "Invalid value for Content-Type header: mime: no media type"
        raise Invalid(message)
    if kind not in expected:
        wanted = ", ".join(f"'{name}'" for name in expected)
        raise Refused(415, f"Bad Content-Type, expected {wanted}")


def _media_type(value: bytes) -> str:
    """Read a Content-Type header's media type."""
    if value == b"application/json":  # as nearly all are
        return JSON
    return value.decode("latin-1").partition(";")[0].strip().lower()


class Undecodable(Invalid):
    """A body that is not JSON, or missing; `reason` says what was met instead."""

    def __init__(self, reason: str) -> None:
        """Refuse for this reason."""
        super().__init__(f"failed to decode request body: {reason}")
        self.reason = reason


def decode_json(raw: bytes) -> Any:
    """Decode JSON; raises Undecodable, also for what is nested over 500 levels deep.

    How deep the interpreter itself can go depends on its version.
    """
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Undecodable(str(error)) from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and is_too_deep(value):
        message = f"it is nested over {MAX_DEPTH} levels deep"
        raise Undecodable(message)
    return value


def is_too_deep(value: Any) -> bool:
    """Say whether JSON is nested over 500 levels deep."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, (dict, list)) for inner in level)


class JsonBody:
    """The JSON body of one operation."""

    def __init__(self, request_body: dict[str, Any]) -> None:
        """Compile the request body object of an OpenAPI operation."""
        self._required = request_body.get("required", False)
        self._validator = Validator(request_body["content"][JSON]["schema"])

    def decode(self, raw: bytes) -> Any:
        """Decode and check a body; None where an optional one is empty. Raises Invalid."""
        if not raw:
            if self._required:
                raise Undecodable(NOTHING)
            return None
        value = decode_json(raw)
        self._validator.check(value)
        return value
