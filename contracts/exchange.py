"""One request with its answer, as rules look at it and as reports show it."""

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx

from otakit.contracts.operation import Operation

Json = Any

_LONG = 2000
"""Characters of a body that are shown."""

_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]+")
_SIGNED = re.compile(r"((?:signature|credential)=)[^&\"\s]+", re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAID = ("host", "accept", "accept-encoding", "connection", "user-agent", "content-length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request, the answer that it got, and what of the answer the document does not allow.

    `violations` are one line each; `operation` is None for what no document has, such as links.
    """

    request: httpx.Request = field(repr=False)
    response: httpx.Response = field(repr=False)
    seconds: float
    operation: Operation | None = None
    violations: tuple[str, ...] = ()
    shown_body: str | None = None

    @property
    def status(self) -> int:
        """The answer's status code."""
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The answer's headers; names are found in any case."""
        return self.response.headers

    @property
    def content(self) -> bytes:
        """The answer's body."""
        return self.response.content

    @property
    def text(self) -> str:
        """The answer's body as text."""
        return self.response.text

    @property
    def operation_id(self) -> str:
        """The operation that was asked for; empty for what no document has."""
        return self.operation.id if self.operation else ""

    @property
    def name(self) -> str:
        """The request in a few words: method, and path with query."""
        return f"{self.request.method} {hidden(self.request.url.raw_path.decode())}"

    def absolute(self, reference: str) -> str:
        """Return the URL that a header of the answer refers to, also where it is a relative one."""
        return urljoin(str(self.request.url), reference)

    def json(self) -> Json:
        """Read the answer's body as JSON; raises ValueError where it is none."""
        return json.loads(self.content)

    def answer(self) -> str:
        """Return the answer as a reader wants it: status and the beginning of the body."""
        reason = self.response.reason_phrase
        body = self.text if _is_text(self.content) else f"({len(self.content)} bytes)"
        return f"{self.status} {reason} {_cut(hidden(body))}".rstrip()

    def curl(self) -> str:
        """Return the command that repeats the request, with `$…` in place of what is secret."""
        parts = ["curl", "-i"]
        if self.request.method != "GET":
            parts += ["-X", self.request.method]
        for name, value in self.request.headers.items():
            parts += _header(name, value)
        parts += self._data()
        return " ".join([*parts, shlex.quote(hidden(str(self.request.url)))])

    def _data(self) -> list[str]:
        if self.shown_body is not None:
            return [self.shown_body]
        body = self.request.content
        if not body:
            return []
        if not _is_text(body):
            return ["--data-binary", f"@BODY_OF_{len(body)}_BYTES"]
        return ["--data-raw", shlex.quote(_cut(hidden(body.decode())))]


def hidden(text: str) -> str:
    """Replace tokens and signatures of links in a text."""
    return printable(_SIGNED.sub(r"\1HIDDEN", _TOKEN.sub("TOKEN", text)))


def printable(text: str) -> str:
    """Escape what a terminal would obey, and what no file in UTF-8 can have."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _header(name: str, value: str) -> list[str]:
    if name in _UNSAID or value.startswith("multipart/"):
        return []
    if name == "authorization" and value.startswith("Basic "):
        return ["-u", '"$EMAIL:$PASSWORD"']
    if name == "authorization" and _TOKEN.search(value):
        return ["-H", '"Authorization: Bearer $TOKEN"']
    if name == "cookie":
        return ["-H", '"Cookie: $COOKIE"']
    return ["-H", shlex.quote(f"{name}: {hidden(value)}")]


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} characters)"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text
