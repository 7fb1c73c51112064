"""One entry of a journal in full, and the command that repeats its request."""

import base64
import binascii
import re
import shlex
from collections.abc import Iterable
from typing import Any

from otakit.mockserver.exchange import Exchange, Headers
from otakit.mockserver.journal.content import (
    answer_of,
    header,
    request_size,
    shown_body,
    text_of,
)
from otakit.mockserver.journal.journal import Entry
from otakit.mockserver.journal.secrecy import path_of, safe_headers, safe_path, safe_text, texts

_OWN = {
    "host",
    "content-length",
    "connection",
    "accept-encoding",
    "transfer-encoding",
    "user-agent",
}
"""Headers that curl makes itself."""


def detail(entry: Entry, *, secrets: bool) -> dict[str, Any]:
    """Show all that is known of a request and its answer; without `secrets` they are shortened."""
    exchange = entry.exchange
    return {
        **entry.summary(),
        "request": {
            "client": ":".join(map(str, exchange.client or ())),
            "url": url_of(exchange, secrets=secrets),
            "headers": named(shown_headers(exchange.headers, secrets=secrets)),
            "body": shown_body(exchange.body, request_size(exchange), secrets=secrets),
        },
        "answer": {
            "headers": named(shown_headers(exchange.answer_headers, secrets=secrets)),
            "body": shown_body(answer_of(exchange), exchange.answer_size, secrets=secrets),
        },
        "curl": curl(exchange, secrets=secrets),
    }


def url_of(exchange: Exchange, *, secrets: bool) -> str:
    """Return the URL that a request was sent to, as its client named the server."""
    host = header(exchange.headers, b"host") or "localhost"
    path = path_of(exchange) if secrets else safe_path(exchange)
    return f"{exchange.scheme}://{host}{path}"


def shown_headers(headers: Headers, *, secrets: bool) -> Iterable[tuple[str, str]]:
    """Go through headers as texts."""
    return texts(headers) if secrets else safe_headers(headers)


def named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Write pairs as a list of objects, since a name may come more than once."""
    return [{"name": name, "value": value} for name, value in pairs]


def curl(exchange: Exchange, *, secrets: bool) -> str:
    """Return the command that repeats a request.

    Without `secrets` it takes the token from the variable TOKEN, and asks for a password.
    """
    url = re.sub("^ws", "http", url_of(exchange, secrets=secrets))
    parts = ["curl", "--globoff", "-X", exchange.method, shlex.quote(url)]
    if exchange.method == "HEAD":
        parts[2:4] = ["--head"]
    plain = texts(exchange.headers)
    for (name, value), (_, safe) in zip(plain, safe_headers(exchange.headers), strict=True):
        if name in _OWN:
            continue
        if name == "authorization" and not secrets:
            parts += _credential(value, safe)
        else:
            parts += ["-H", shlex.quote(f"{name}: {value if secrets else safe}")]
    size = request_size(exchange)
    text = text_of(exchange.body) if len(exchange.body) == size else None
    if size and text is not None:
        parts += ["--data-raw", shlex.quote(text if secrets else safe_text(text))]
    elif size:
        parts += ["--data-binary", "@FILE"]  # was not kept, or is no text
    return " ".join(parts)


def _credential(value: str, safe: str) -> list[str]:
    scheme, _, secret = value.partition(" ")
    if scheme.lower() == "bearer":
        return ["-H", '"Authorization: Bearer $TOKEN"']
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(secret).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            user = ""
        if user:
            return ["--user", shlex.quote(user)]
    return ["-H", shlex.quote(f"authorization: {safe}")]
