"""Bodies as a journal shows them: JSON, else text, else Base64."""

import base64
from typing import Any

from otakit.mockserver.bodies import Undecodable, decode_json
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.exchange import MAX_BODY, Exchange, Headers
from otakit.mockserver.journal.secrecy import safe_text

UNKNOWN = -1
"""The size of a body of which nobody knows it."""

NOT_JSON = object()
"""What stands for the value of a body that is no JSON, or not kept whole."""


def header(headers: Headers, name: bytes) -> str:
    """Return a header, or an empty text."""
    return next((v.decode("latin-1") for k, v in headers if k.lower() == name), "")


def answer_of(exchange: Exchange) -> bytes:
    """Return what is kept of an answer's body."""
    return b"".join(exchange.answer)


def request_size(exchange: Exchange) -> int:
    """Return the size of a request's body: as it was read, else as its header says."""
    if exchange.body_size != UNKNOWN:
        return exchange.body_size
    announced = header(exchange.headers, b"content-length")
    if announced.isdecimal():
        return int(announced[:18])
    return UNKNOWN if header(exchange.headers, b"transfer-encoding") else 0


def json_of(raw: bytes, size: int) -> Any:
    """Return a body's JSON value, or NOT_JSON."""
    if len(raw) < size or raw.lstrip()[:1] not in (b"{", b"["):
        return NOT_JSON
    try:
        return decode_json(raw)
    except (Undecodable, Invalid):
        return NOT_JSON


def shown_body(raw: bytes, size: int, *, secrets: bool) -> dict[str, Any]:
    """Show a body as a JSON object: its `size`, and `json`, `text` or `base64` if it was kept.

    One that is longer than what is kept is `truncated`. Without `secrets` they are shortened.
    """
    shown: dict[str, Any] = {"size": None if size == UNKNOWN else size}
    if not raw:
        return shown
    if len(raw) < size:
        shown["truncated"] = True
    text = text_of(raw)
    if text is None:
        return shown | {"base64": base64.b64encode(raw).decode()}
    if not secrets:
        text = safe_text(text)
    value = json_of(text.encode(), 0) if len(raw) >= size else NOT_JSON
    return shown | ({"text": text} if value is NOT_JSON else {"json": value})


def text_of(raw: bytes) -> str | None:
    """Return the text that a body is, also where it is cut within a letter; None for bytes."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        is_cut = len(raw) == MAX_BODY and error.start > MAX_BODY - 4
        return raw[: error.start].decode() if is_cut else None
