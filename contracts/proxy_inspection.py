"""What has passed through the proxy is looked at in a thread of its own; nobody waits for it."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx

from otakit.contracts.documents import Documents
from otakit.contracts.exchange import hidden
from otakit.contracts.operation import Operation
from otakit.contracts.proxy_bodies import Copy
from otakit.contracts.proxy_headers import Headers, first
from otakit.contracts.proxy_requests import Asked, RequestRules
from otakit.contracts.proxy_tally import Kind, Tally, Violation

MOST_WAITING = 2_000
"""Exchanges that may wait to be looked at; what comes while so many wait is only counted."""

_LONG = 200
_SOMETHING = b"-"
"""Stands for a body that is not looked at."""


@dataclass(slots=True, kw_only=True)
class Passed:
    """One request that has passed, and what came of it.

    `path` is percent-encoded and has no prefix of the target's. `status` is 0 where no answer
    came; `failure` says why, and also why one broke off.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: Copy
    answer: Copy
    operation: Operation | None
    begun: float
    status: int = 0
    answer_headers: Headers
    failure: str = ""

    @property
    def shown_path(self) -> str:
        """The path with its query as a report may show it: short, and without secrets."""
        whole = f"{self.path}?{self.query}" if self.query else self.path
        shown = hidden(whole)
        return shown if len(shown) <= _LONG else f"{shown[:_LONG]}…"


class Inspection:
    """Judges what has passed, in the order in which it came."""

    def __init__(
        self, documents: Documents, tally: Tally, heard: Callable[[Violation], None]
    ) -> None:
        """Count in a tally, which nobody else may touch until the end; `heard` hears of each."""
        self._documents = documents
        self._requests = RequestRules(documents)
        self._tally = tally
        self._heard = heard
        self._waiting: queue.Queue[Passed | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._missed = 0

    def start(self) -> None:
        """Begin to look at what comes."""
        self._thread.start()

    def offer(self, passed: Passed) -> None:
        """Have something looked at, unless too much waits already."""
        try:
            self._waiting.put_nowait(passed)
        except queue.Full:
            self._missed += 1
            passed.body.drop()
            passed.answer.drop()

    def finish(self) -> None:
        """Wait until all is looked at."""
        self._waiting.put(None)
        self._thread.join()
        self._tally.missed += self._missed

    def _run(self) -> None:
        while (passed := self._waiting.get()) is not None:
            try:
                self._look_at(passed)
            except Exception:  # noqa: BLE001 - whatever it is, the next one is to be looked at
                self._tally.missed += 1
            finally:
                passed.body.drop()
                passed.answer.drop()

    def _look_at(self, passed: Passed) -> None:
        operation = passed.operation
        self._tally.count(passed.method, passed.path, operation, passed.status)
        if passed.failure:
            self._tell(passed, "target", passed.failure)
        if operation is None:
            return
        for line in self._mistakes(operation, passed):
            self._tell(passed, "request", line)
        if passed.status:
            for line in dict.fromkeys(self._violations(operation, passed)):
                self._tell(passed, "answer", line.removeprefix(f"{passed.status}: "))

    def _tell(self, passed: Passed, kind: Kind, what: str) -> None:
        told = self._tally.add(
            Violation(
                kind=kind,
                operation=passed.operation.id if passed.operation else "",
                method=passed.method,
                path=passed.shown_path,
                status=passed.status,
                what=what,
                request_id=first(passed.answer_headers, b"x-men-requestid").decode("latin-1"),
                first=passed.begun,
                last=passed.begun,
            )
        )
        if told is not None:
            with suppress(OSError):  # nobody reads any more; the summary is still to come
                self._heard(told)

    def _mistakes(self, operation: Operation, passed: Passed) -> Iterator[str]:
        packing = first(passed.headers, b"content-encoding").decode("latin-1").lower()
        body = passed.body.content(packing)
        self._tally.unread += passed.body.too_long
        asked = Asked(passed.method, passed.path, passed.query, passed.headers, body)
        yield from self._requests.mistakes(operation, asked)

    def _violations(self, operation: Operation, passed: Passed) -> Iterator[str]:
        packing = first(passed.answer_headers, b"content-encoding").decode("latin-1").lower()
        content = passed.answer.content(packing)
        request = httpx.Request(passed.method, f"http://target{passed.path}")
        packed = {b"content-encoding", b"content-length"}
        response = httpx.Response(
            passed.status,
            headers=[(name, value) for name, value in passed.answer_headers if name not in packed],
            content=_SOMETHING if content is None else content,
            request=request,
        )
        self._tally.unread += passed.answer.too_long
        yield from self._documents.violations(
            operation, request, response, whole=content is not None
        )
