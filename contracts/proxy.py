"""A reverse proxy that passes on what devices and users say to a server, and has it looked at."""

import asyncio
import json
import secrets
import ssl
import uuid
from collections.abc import AsyncIterator

import httpx
from starlette.types import Receive, Scope, Send

from otakit.contracts.documents import Documents
from otakit.contracts.proxy_bodies import Allowance, Copy
from otakit.contracts.proxy_headers import HeaderRules, Headers, first, has_body
from otakit.contracts.proxy_inspection import Inspection, Passed
from otakit.mockserver.domain.clock import wall

BAD_REQUEST, BAD_GATEWAY, GATEWAY_TIMEOUT, LOOP = 400, 502, 504, 508

_KNOWN_STATUSES = range(200, 600)
_REPEATABLE = {"GET", "HEAD", "OPTIONS"}
_UNREADABLE = ("application/octet-stream", "application/vnd.mender-artifact", "image/", "font/")
_FEW_CONNECTIONS = httpx.Limits(
    max_connections=None, max_keepalive_connections=100, keepalive_expiry=4.0
)
"""Idle connections are given up before most servers do: uvicorn's own time is five seconds."""


class NoWholeAnswer(Exception):
    """The target gave no answer, or not all of it; `status` is what its client is told."""

    def __init__(self, status: int, what: str) -> None:
        """Say what went wrong in one line."""
        super().__init__(what)
        self.status = status


class ClientGone(Exception):
    """The client left in the middle of its request."""


class Proxy:
    """Passes on to one target; an ASGI application for HTTP.

    Bodies stream through in both directions: no more of them is kept than what is to be looked
    at, and never more than the bounds of `proxy_bodies`.
    """

    def __init__(
        self,
        target: str,
        documents: Documents,
        inspection: Inspection,
        *,
        trust: ssl.SSLContext | bool = True,
        timeout: float = 60.0,
    ) -> None:
        """Get ready to pass on to a URL; the target may be silent for `timeout` seconds."""
        base = httpx.URL(target)
        self.rules = HeaderRules(target, secrets.token_hex(4))
        self._documents = documents
        self._inspection = inspection
        self._base = base.copy_with(raw_path=b"/")
        self._prefix = base.raw_path.rstrip(b"/")
        self._timeout = timeout
        self._allowance = Allowance()
        self._client = httpx.AsyncClient(
            verify=trust,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
            limits=_FEW_CONNECTIONS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request and its answer."""
        if scope["type"] == "http":
            await _Relay(self, scope, receive, send).run()

    async def close(self) -> None:
        """Give the target's connections back."""
        await self._client.aclose()

    def passed(self, method: str, target: bytes, headers: Headers) -> Passed:
        """Begin to take a request down."""
        raw_path, _, query = target.partition(b"?")
        path = raw_path.decode("latin-1")
        operation = self._documents.find(method, path)
        return Passed(
            method=method,
            path=path,
            query=query.decode("latin-1"),
            headers=headers,
            body=self._copy(headers, wanted=operation is not None),
            answer=self._copy([], wanted=False),
            operation=operation,
            begun=wall(),
            answer_headers=[],
        )

    async def send(
        self,
        passed: Passed,
        target: bytes,
        headers: Headers,
        body: AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """Send a request as it is and return the beginning of its answer; raises NoWholeAnswer."""
        if self.rules.went_round(passed.headers):
            raise NoWholeAnswer(LOOP, "the target passes requests on to this proxy again")
        again = body is None and passed.method in _REPEATABLE
        while True:
            request = httpx.Request(
                passed.method,
                self._base,
                headers=headers,
                content=body,
                extensions={"target": self._prefix + target},
            )
            try:
                answer = await self._client.send(request, stream=True, auth=None)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                if not again:  # an idle connection that the target has just closed
                    raise self.failure(error) from None
                again = False
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self.failure(error) from None
            else:
                self._client.cookies.clear()  # which are the clients', not ours
                return self._taken_down(passed, answer)

    def failure(self, error: Exception) -> NoWholeAnswer:
        """Put into one line what keeps the target from answering."""
        if isinstance(error, httpx.LocalProtocolError):
            return NoWholeAnswer(BAD_REQUEST, f"this cannot be passed on: {error}")
        if isinstance(error, httpx.ConnectTimeout):
            return NoWholeAnswer(GATEWAY_TIMEOUT, "the target takes no connection in time")
        if isinstance(error, httpx.TimeoutException):
            what = f"the target was silent for {self._timeout:g} s"
            return NoWholeAnswer(GATEWAY_TIMEOUT, what)
        if isinstance(error, httpx.ConnectError):
            return NoWholeAnswer(BAD_GATEWAY, f"the target cannot be reached: {error}")
        if isinstance(error, httpx.TransportError):
            what = str(error) or "the connection was lost"
            return NoWholeAnswer(BAD_GATEWAY, f"the target gave no whole answer: {what}")
        return NoWholeAnswer(BAD_GATEWAY, f"this cannot be passed on: {error}")

    def finish(self, passed: Passed) -> None:
        """Have what has passed looked at."""
        self._inspection.offer(passed)

    def _taken_down(self, passed: Passed, answer: httpx.Response) -> httpx.Response:
        passed.answer_headers = [(n.lower(), v) for n, v in answer.headers.raw]
        wanted = passed.operation is not None
        passed.answer = self._copy(passed.answer_headers, wanted=wanted)
        passed.status = answer.status_code
        return answer

    def _copy(self, headers: Headers, *, wanted: bool) -> Copy:
        kind = first(headers, b"content-type").decode("latin-1").lower()
        return Copy(self._allowance, wanted=wanted and not kind.startswith(_UNREADABLE))


class _Relay:
    """One request on its way through."""

    def __init__(self, proxy: Proxy, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
        query = scope["query_string"]
        self._proxy = proxy
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers = headers
        self._target = scope["raw_path"] + (b"?" + query if query else b"")
        self._passed = proxy.passed(scope["method"], self._target, headers)
        self._asked = asyncio.Event()
        self._begun = self._ended = False

    async def run(self) -> None:
        """Pass the request and its answer on, unless the client leaves meanwhile."""
        passing = asyncio.create_task(self._pass_on())
        leaving = asyncio.create_task(self._until_client_leaves())
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if passing.done() or self._ended:
                await passing
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
            self._proxy.finish(self._passed)

    async def _pass_on(self) -> None:
        passed = self._passed
        try:
            await self._exchange()
        except NoWholeAnswer as failure:
            passed.failure = str(failure)
            if not self._begun:  # else the connection ends without the rest, which says it all
                await self._say(*problem(failure, self._headers))
        except ClientGone:
            pass

    async def _exchange(self) -> None:
        proxy, passed = self._proxy, self._passed
        client, server = self._scope.get("client"), self._scope.get("server")
        headers = proxy.rules.for_target(
            self._headers,
            client=client[0] if client else "unknown",
            address=server[0] if server else "",
            upgrade=False,
        )
        body = self._body() if has_body(self._headers) else None
        if body is None:
            passed.body.end()
            self._asked.set()
        answer = await proxy.send(passed, self._target, headers, body)
        self._asked.set()
        try:
            await self._answer(answer)
        finally:
            await answer.aclose()

    async def _answer(self, answer: httpx.Response) -> None:
        passed, status = self._passed, answer.status_code
        if status not in _KNOWN_STATUSES:
            what = f"the target gave no whole answer: {status} is no status"
            raise NoWholeAnswer(BAD_GATEWAY, what)
        await self._start(status, self._proxy.rules.for_client(passed.answer_headers, status))
        try:
            async for chunk in answer.aiter_raw():
                passed.answer.add(chunk)
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except httpx.HTTPError as error:
            raise self._proxy.failure(error) from None
        passed.answer.end()
        self._ended = True
        await self._send({"type": "http.response.body", "body": b""})

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            if chunk := message.get("body", b""):
                self._passed.body.add(chunk)
                yield chunk
            if not message.get("more_body", False):
                break
        self._passed.body.end()
        self._asked.set()

    async def _until_client_leaves(self) -> None:
        await self._asked.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _say(self, status: int, headers: Headers, body: bytes) -> None:
        await self._start(status, headers)
        await self._send({"type": "http.response.body", "body": body})

    async def _start(self, status: int, headers: Headers) -> None:
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


def problem(failure: NoWholeAnswer, headers: Headers) -> tuple[int, Headers, bytes]:
    """Return the answer in place of one that did not come: the documented error object."""
    given = first(headers, b"x-men-requestid").decode("latin-1")
    request_id = given or str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    body = json.dumps({"error": f"otakit proxy: {failure}", "request_id": request_id}).encode()
    told = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-men-requestid", request_id.encode("latin-1")),
    ]
    return failure.status, told, body
