"""A journal as an HTTP Archive (HAR 1.2), which browsers, proxies and load generators open."""

import base64
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.exchange import Exchange, Headers
from otakit.mockserver.journal.content import answer_of, header, request_size, text_of
from otakit.mockserver.journal.detail import named, shown_headers, url_of
from otakit.mockserver.journal.journal import Entry
from otakit.mockserver.journal.secrecy import safe_text

UNKNOWN = -1
"""What stands for a size that is not known."""

_HTTP = "HTTP/1.1"


def har(entries: Iterable[Entry], *, secrets: bool) -> Iterator[bytes]:
    """Write an archive of these entries, piece by piece; without `secrets` they are shortened."""
    creator = {"name": "otakit", "version": version("otakit")}
    yield b'{"log":{"version":"1.2","creator":%s,"entries":[' % encode(creator)
    comma = b""
    for entry in entries:
        yield comma + encode(har_entry(entry, secrets=secrets))
        comma = b","
    yield b"]}}"


def har_entry(entry: Entry, *, secrets: bool) -> dict[str, Any]:
    """Write one entry; what HAR has no place for stands under `_otakit`."""
    exchange = entry.exchange
    milliseconds = max(0.0, round(exchange.took * 1000, 3))
    told = entry.summary()
    ours = ("number", "at", "side", "caller", "operation", "faults", "request_id")
    return {
        "startedDateTime": rfc3339(exchange.began),
        "time": milliseconds,
        "request": _request(exchange, secrets=secrets),
        "response": _response(exchange, secrets=secrets),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_otakit": {name: told[name] for name in ours},
    }


def _request(exchange: Exchange, *, secrets: bool) -> dict[str, Any]:
    headers = list(shown_headers(exchange.headers, secrets=secrets))
    url = url_of(exchange, secrets=secrets)
    query = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    written: dict[str, Any] = {
        "method": exchange.method,
        "url": url,
        "httpVersion": _HTTP,
        "cookies": named(_cookies(headers, "cookie")),
        "headers": named(headers),
        "queryString": named(query),
        "headersSize": UNKNOWN,
        "bodySize": request_size(exchange),
    }
    if exchange.body or written["bodySize"]:
        kind = header(exchange.headers, b"content-type") or "application/octet-stream"
        text = _text(exchange.body, written["bodySize"], secrets=secrets)
        written["postData"] = {"mimeType": kind, **text}
    return written


def _response(exchange: Exchange, *, secrets: bool) -> dict[str, Any]:
    headers = list(shown_headers(exchange.answer_headers, secrets=secrets))
    kind = header(exchange.answer_headers, b"content-type") or "x-unknown"
    text = _text(answer_of(exchange), exchange.answer_size, secrets=secrets)
    return {
        "status": exchange.status,
        "statusText": _reason(exchange.status),
        "httpVersion": _HTTP,
        "cookies": named(_cookies(headers, "set-cookie")),
        "headers": named(headers),
        "content": {"size": exchange.answer_size, "mimeType": kind, **text},
        "redirectURL": _location(exchange.answer_headers, secrets=secrets),
        "headersSize": UNKNOWN,
        "bodySize": exchange.answer_size,
    }


def _text(kept: bytes, size: int, *, secrets: bool) -> dict[str, str]:
    """Write what was kept of a body, and say so where that is not all of it."""
    text = text_of(kept)
    if text is None:
        written = {"text": base64.b64encode(kept).decode(), "encoding": "base64"}
    else:
        written = {"text": text if secrets else safe_text(text)} if kept else {}
    if len(kept) != size:
        written["comment"] = f"{len(kept)} bytes of it were kept"
    return written


def _cookies(headers: list[tuple[str, str]], name: str) -> Iterator[tuple[str, str]]:
    for given, value in headers:
        if given == name:
            pairs = value.split("; ") if name == "cookie" else [value.partition(";")[0]]
            yield from (_pair(pair) for pair in pairs)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _location(headers: Headers, *, secrets: bool) -> str:
    location = header(headers, b"location")
    return location if secrets else safe_text(location)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
