"""The way to the target: requests go out politely, and what goes wrong has one name each."""

import ssl
import time
from collections.abc import Callable
from importlib.metadata import version

import httpx

from otakit.contracts.errors import NoAnswer, TargetUnreachable, TlsFailure
from otakit.contracts.target import MAX_BODY, Target

_PAUSE = 0.2
"""Seconds before a connection is tried again; twice as long each time."""

_STEP = 0.2
_LONGEST_WAIT = 60.0
_OBEYED = 3
"""How often one request is repeated because the target is too busy, and how long each wait is."""

TOO_MANY = 429

USER_AGENT = f"otakit-check/{version('otakit')}"
"""Who asks, as the target's logs have it."""


class Connection:
    """An open way to one target.

    Only a connection that never came about is tried again: then the server has seen nothing of the
    request. A target that answers 429 is left alone for as long as it says, since the documents
    require its clients to slow down.

    Who sets `stopping` has the next request raise KeyboardInterrupt. The one under way is waited
    for, so that nothing is made at the target which we do not know of.
    """

    def __init__(
        self,
        target: Target,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Get ready; nothing is sent yet."""
        self.target = target
        self.now = now
        self.stopping = False
        self._sleep = sleep
        self._next = 0.0
        self._http = httpx.Client(
            verify=target.trust(),
            timeout=target.timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*"},
            limits=httpx.Limits(keepalive_expiry=4.0),  # uvicorn's own is five seconds
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def build(self, method: str, url: str, **parts: object) -> httpx.Request:
        """Make a request of httpx's arguments; a path goes to the target, a URL where it says."""
        whole = url if url.startswith(("http://", "https://")) else f"{self.target.base}{url}"
        return self._http.build_request(method, whole, **parts)  # type: ignore[arg-type]  # httpx's

    def is_target(self, url: httpx.URL) -> bool:
        """Say whether a URL is one of the target's, which may know our token."""
        own = httpx.URL(self.target.base)
        return (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its whole answer; raises TargetUnreachable or one below it."""
        answer = self._send(request)
        for _ in range(_OBEYED):
            if answer.status_code != TOO_MANY:
                break
            self.pause(_wait_of(answer))
            answer = self._send(request)
        return answer

    def pause(self, seconds: float) -> None:
        """Wait, in steps that do not keep anybody waiting who wants to stop."""
        end = self.now() + seconds
        while not self.stopping and (left := end - self.now()) > 0:
            self._sleep(min(left, _STEP))

    def _send(self, request: httpx.Request) -> httpx.Response:
        if self.stopping:
            raise KeyboardInterrupt
        for tried in range(self.target.retries + 1):
            self._keep_the_rate()
            try:
                return self._exchange(request)
            except httpx.ConnectError as error:
                if (failure := _tls_failure(error)) or tried == self.target.retries:
                    raise failure or self._unreachable(error) from None
                self.pause(_PAUSE * 2**tried)
            except httpx.TimeoutException:
                raise self._silent(request) from None
            except httpx.TransportError as error:
                message = f"{_named(request)}: the connection ended without an answer: {error}"
                raise NoAnswer(message) from None
        raise AssertionError  # the last try returns or raises

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        """Read the answer for no longer than the time-out, also if it comes in drops."""
        deadline = self.now() + self.target.timeout
        answer = self._http.send(request, stream=True)
        content = bytearray()
        try:
            for chunk in answer.iter_raw():
                content += chunk
                if self.now() > deadline:
                    raise self._silent(request)
                if len(content) > MAX_BODY:
                    message = f"{_named(request)}: the answer has more than {MAX_BODY} bytes"
                    raise NoAnswer(message)
        finally:
            answer.close()
        try:
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=bytes(content), request=request
            )
        except httpx.DecodingError as error:
            message = f"{_named(request)}: the answer's body cannot be unpacked: {error}"
            raise NoAnswer(message) from None

    def _keep_the_rate(self) -> None:
        if self.target.rate:
            self.pause(self._next - self.now())
            self._next = self.now() + 1 / self.target.rate

    def _silent(self, request: httpx.Request) -> NoAnswer:
        return NoAnswer(f"{_named(request)}: no answer within {self.target.timeout:g} s")

    def _unreachable(self, error: httpx.ConnectError) -> TargetUnreachable:
        return TargetUnreachable(f"nobody answers at {self.target.base}: {_reason(error)}")


def _named(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path}"


def _wait_of(answer: httpx.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), _LONGEST_WAIT) if said.isdecimal() else 1.0


def _tls_failure(error: httpx.ConnectError) -> TlsFailure | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TlsFailure(
            f"the certificate of {error.request.url.host} is not trusted:"
            f" {cause.verify_message.lower()}; --authority names a file to trust"
        )
    return TlsFailure(f"no TLS with {error.request.url.host}: {cause.reason or cause}")


def _reason(error: Exception) -> str:
    text = str(error)
    return text.partition("] ")[2].lower() if text.startswith("[Errno") else text
