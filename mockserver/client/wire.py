"""How the client talks to the control API: JSON over HTTP, and errors as exceptions."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from otakit.mockserver.client.errors import ControlError, Unreachable

if TYPE_CHECKING:
    import httpx

BASE = "/otakit/v1/"

Verify = bool | str | Path | ssl.SSLContext
"""How a server with TLS proves itself: by the machine's authorities, a file of them, or not."""

IDLE = 2.0
"""Seconds after which an unused connection is not used again: the server closes it after five."""

SILENCE = 60.0
"""Seconds without a byte after which a stream is given up; the server sends one each fifteen."""

T = TypeVar("T")


class Wire:
    """One server's control API."""

    def __init__(self, url: str, token: str | None, verify: Verify, timeout: float) -> None:
        """Connect when something is asked; proxies of the environment are not."""
        import httpx  # noqa: PLC0415 - it takes long, and not all who could ask do

        self.url = url.rstrip("/")
        self._timeout = timeout
        try:
            self._http = httpx.Client(
                base_url=self.url + BASE,
                headers={"Authorization": f"Bearer {token}"} if token else {},
                verify=_context(self.url, verify),
                timeout=timeout,
                trust_env=False,
                limits=httpx.Limits(keepalive_expiry=IDLE),
            )
        except httpx.InvalidURL as error:
            raise Unreachable(url, str(error).lower()) from None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def ask(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        """Send a request and return what its answer says; raises ControlError, Unreachable."""
        content = None if body is None else msgspec.json.encode(body)
        answer = self.send(method, path, content)
        try:
            return msgspec.json.decode(answer, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"{method} {path} has an answer that no otakit server gives: {error}"
            raise ControlError(200, message) from None

    def tell(self, method: str, path: str, body: Any = None) -> None:
        """Send a request whose answer says nothing; raises as `ask` does."""
        self.send(method, path, None if body is None else msgspec.json.encode(body))

    def send(self, method: str, path: str, content: bytes | None = None) -> bytes:
        """Send a request with a body of JSON and return the answer's; raises as `ask` does."""
        headers = {} if content is None else {"Content-Type": "application/json"}
        with self._reaching():
            answer = self._http.request(method, path, content=content, headers=headers)
            _check(answer)
        return answer.content

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[str]]:
        """Read an endless answer line by line; raises as `ask` does."""
        import httpx  # noqa: PLC0415 - as above

        timeout = httpx.Timeout(self._timeout, read=SILENCE)
        with self._reaching(), self._http.stream("GET", path, timeout=timeout) as answer:
            if not answer.is_success:
                answer.read()
            _check(answer)
            yield self._lines(answer)

    def _lines(self, answer: "httpx.Response") -> Iterator[str]:
        with self._reaching():
            yield from answer.iter_lines()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Say what is the matter where the server cannot be reached."""
        import httpx  # noqa: PLC0415 - as above

        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(self.url, reason) from None


def below(*parts: str) -> str:
    """Return a path of these parts, whatever is in them."""
    return "/".join(quote(part, safe="") for part in parts)


def query(given: Mapping[str, Any]) -> str:
    """Return the query of a path with these parameters."""
    return f"?{urlencode({name: _text(value) for name, value in given.items()})}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _context(url: str, verify: Verify) -> ssl.SSLContext | bool:
    """Return what httpx verifies with; plain HTTP needs no authorities, which take long to load."""
    if not url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if isinstance(verify, str | Path):
        return ssl.create_default_context(cafile=verify)
    return verify


def _check(answer: "httpx.Response") -> None:
    """Raise ControlError for an answer that is none of success."""
    if answer.is_success:
        return
    request_id = answer.headers.get("x-men-requestid", "")
    try:
        message = msgspec.json.decode(answer.content)["error"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        message = f"no answer of an otakit server: {answer.text[:200]!r}"
    raise ControlError(answer.status_code, message, request_id)
