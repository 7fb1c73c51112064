"""Somebody who sends requests: a user, a device, or nobody in particular.

Every request is written down and its answer held against the documents, whatever the rule that sent
it looks at.
"""

import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from otakit.contracts.connection import Connection
from otakit.contracts.documents import Documents
from otakit.contracts.exchange import Exchange

Record = Callable[[Exchange], None]


class Caller:
    """Sends requests to paths below `base`, with a token if it has one."""

    def __init__(
        self, connection: Connection, documents: Documents, record: Record, base: str, token: str
    ) -> None:
        """Speak over a connection."""
        self.base = base
        self.token = token
        self._connection = connection
        self._documents = documents
        self._record = record

    def with_token(self, token: str) -> "Caller":
        """Return somebody who has another token; an empty one is none."""
        return Caller(self._connection, self._documents, self._record, self.base, token)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **parts: Any,
    ) -> Exchange:
        """Send a request and return it with its answer.

        `path` is below `base`; one that begins with `/` is the whole path, and a URL is itself.
        `parts` are httpx's: `params`, `json`, `content`, `data`, `files`. A header or login that is
        given takes the place of the token, which is sent to nobody but the target. Raises
        TargetUnreachable where no answer comes.
        """
        url = path if path.startswith(("/", "http:", "https:")) else f"{self.base}{path}"
        request = self._connection.build(method, url, headers=dict(headers or {}), **parts)
        if self.token and self._connection.is_target(request.url):
            request.headers.setdefault("Authorization", f"Bearer {self.token}")
        if auth is not None:
            request = next(httpx.BasicAuth(*auth).sync_auth_flow(request))
        request.read()
        began = self._connection.now()
        response = self._connection.send(request)
        exchange = self._judged(request, response, self._connection.now() - began, parts)
        self._record(exchange)
        return exchange

    def get(self, path: str, **parts: Any) -> Exchange:
        """Send a GET request."""
        return self.request("GET", path, **parts)

    def post(self, path: str, **parts: Any) -> Exchange:
        """Send a POST request."""
        return self.request("POST", path, **parts)

    def put(self, path: str, **parts: Any) -> Exchange:
        """Send a PUT request."""
        return self.request("PUT", path, **parts)

    def patch(self, path: str, **parts: Any) -> Exchange:
        """Send a PATCH request."""
        return self.request("PATCH", path, **parts)

    def delete(self, path: str, **parts: Any) -> Exchange:
        """Send a DELETE request."""
        return self.request("DELETE", path, **parts)

    def _judged(
        self,
        request: httpx.Request,
        response: httpx.Response,
        seconds: float,
        parts: dict[str, Any],
    ) -> Exchange:
        path = request.url.raw_path.decode().partition("?")[0]
        below = httpx.URL(self._connection.target.base).raw_path.decode().rstrip("/")
        operation = self._documents.find(request.method, path.removeprefix(below))
        violations: tuple[str, ...] = ()
        if operation is not None:
            violations = self._documents.violations(operation, request, response)
        return Exchange(
            request=request,
            response=response,
            seconds=seconds,
            operation=operation,
            violations=violations,
            shown_body=_form(parts),
        )


def in_path(text: str) -> str:
    """Write a value so that it can be one part of a path."""
    return quote(text, safe="")


def _form(parts: Mapping[str, Any]) -> str | None:
    """Write a form as curl takes it."""
    if not parts.get("files"):
        return None
    fields = [f"{name}={value}" for name, value in (parts.get("data") or {}).items()]
    files = [f"{name}=@{_file_name(file, name)}" for name, file in parts["files"].items()]
    return " ".join(f"-F {shlex.quote(field)}" for field in (*fields, *files))


def _file_name(file: Any, name: str) -> str:
    return str(file[0]) if isinstance(file, tuple) and file[0] else name
