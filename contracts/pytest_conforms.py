"""Whether an answer that a test got is as the documents describe it."""

from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from otakit.contracts.documents import Documents
from otakit.contracts.exchange import Exchange

if TYPE_CHECKING:
    import aiohttp
    import requests

CONNECT = "jfrog-connect"

_ENCODED = {"content-encoding", "transfer-encoding", "content-length"}
"""Headers about how a body came: here it is as it was meant."""

documents = cache(Documents)


class AssertConforms:
    """Asserts that answers are as the documents of an edition describe them."""

    def __init__(self, edition: str, dialect: str) -> None:
        """Hold answers against this edition, and against JFrog Connect's."""
        self._edition = edition
        self._dialect = dialect

    def __call__(
        self,
        response: "httpx.Response | requests.Response | aiohttp.ClientResponse",
        *,
        edition: str | None = None,
        dialect: str | None = None,
    ) -> None:
        """Raise AssertionError with each line of an answer that its document does not allow.

        Raises ValueError for an answer to something that no document has, or whose body has not
        been read; TypeError for what is no answer of httpx, requests or aiohttp.
        """
        __tracebackhide__ = True
        asked, answer = _as_httpx(response)
        mine = documents(edition or self._edition, dialect or self._dialect)
        exchange = _judged(asked, answer, [mine, documents(CONNECT)])
        operation = exchange.operation
        if exchange.violations and operation is not None:
            lines = [
                f"{operation.name} ({operation.id}) is not answered as its document has it",
                f"  document  {mine.edition}: {operation.heading or operation.summary}",
                *(f"  {line}" for line in exchange.violations),
                f"  repeat    {exchange.curl()}",
            ]
            raise AssertionError("\n".join(lines))


def _judged(asked: httpx.Request, answer: httpx.Response, known: list[Documents]) -> Exchange:
    """Find the operation that was asked for, whatever comes before its path; raises ValueError."""
    path = asked.url.raw_path.decode().partition("?")[0]
    for one in known:
        at = path.find("/api/")
        while at >= 0:
            if operation := one.find(asked.method, path[at:]):
                there = httpx.Request(
                    asked.method,
                    asked.url.copy_with(raw_path=path[at:].encode()),
                    headers=asked.headers,
                    content=asked.content,
                )
                violations = one.violations(operation, there, answer)
                return Exchange(
                    request=asked,
                    response=answer,
                    seconds=0.0,
                    operation=operation,
                    violations=violations,
                )
            at = path.find("/api/", at + 1)
    editions = " or ".join(f"'{one.edition}'" for one in known)
    message = f"no document of {editions} has {asked.method} {path}"
    raise ValueError(message)


def _as_httpx(response: Any) -> tuple[httpx.Request, httpx.Response]:
    """Return question and answer of whichever library as httpx's; raises TypeError, ValueError."""
    home = type(response).__module__.partition(".")[0]
    if isinstance(response, httpx.Response):
        return _of_httpx(response)
    if home == "requests" and hasattr(response, "request"):
        asked = response.request
        body = asked.body if isinstance(asked.body, str | bytes) else b""
        request = httpx.Request(asked.method, asked.url, headers=dict(asked.headers), content=body)
        return request, _answer(response.status_code, response.headers.items(), response.content)
    if hasattr(response, "request_info"):
        body = response._body  # noqa: SLF001 - aiohttp has no other way to ask without waiting
        if body is None:
            message = "the answer's body has not been read: await response.read() first"
            raise ValueError(message)
        info = response.request_info
        request = httpx.Request(info.method, str(info.url), headers=list(info.headers.items()))
        return request, _answer(response.status, response.headers.items(), body)
    message = f"{type(response).__name__} is no answer of httpx, requests or aiohttp"
    raise TypeError(message)


def _of_httpx(response: httpx.Response) -> tuple[httpx.Request, httpx.Response]:
    try:
        content = response.content
    except httpx.ResponseNotRead:
        message = "the answer's body has not been read: call response.read() first"
        raise ValueError(message) from None
    asked = response.request
    try:
        body = asked.content
    except httpx.RequestNotRead:  # it was sent as a stream
        body = b""
    request = httpx.Request(asked.method, asked.url, headers=asked.headers, content=body)
    return request, _answer(response.status_code, response.headers.items(), content)


def _answer(status: int, headers: Any, content: bytes) -> httpx.Response:
    kept = [(name, value) for name, value in headers if name.lower() not in _ENCODED]
    return httpx.Response(status, headers=kept, content=content)
