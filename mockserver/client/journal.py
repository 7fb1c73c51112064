"""What was asked of a universe, from outside."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict

from msgspec import Struct

from otakit.mockserver.client.wire import Wire, query

PAGE = 500
"""Requests that are fetched at once."""

Filter = TypedDict(
    "Filter",
    {
        "side": str,
        "caller": str,
        "operation": str,
        "method": str,
        "path": str,
        "status": int | str,
        "fault": str,
        "request_id": str,
        "since": int,
        "from": datetime,
        "until": datetime,
    },
    total=False,
)
"""Which requests: all that is given has to fit; `since` is a number, `status` 404 or "4xx"."""


class Match(Filter, total=False):
    """The same, and what their bodies have to have, or the answers'."""

    body: Any
    answer: Any


class Entry(Struct, frozen=True):
    """One request in a line; `at` is the universe's time, `wall` the time outside."""

    number: int
    at: datetime
    wall: datetime
    milliseconds: float
    side: str
    caller: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    faults: list[str]
    request_id: str
    size: int


class Exchange(Entry, frozen=True):
    """One request with all that is known of it and its answer, as JSON, and as a curl command."""

    request: dict[str, Any]
    answer: dict[str, Any]
    curl: str


class Nearest(Struct, frozen=True):
    """The request that fits best, and how it differs."""

    entry: Entry
    differs: list[str]


class Verdict(Struct, frozen=True):
    """Whether something was asked as often as wanted; true or false itself."""

    verified: bool
    count: int
    matches: list[int]
    nearest: Nearest | None
    message: str
    forgotten: int

    def __bool__(self) -> bool:
        """Say whether it was."""
        return self.verified


class Journal:
    """The journal of a universe; it forgets the oldest requests when they are many."""

    def __init__(self, wire: Wire, path: str) -> None:
        """Read the journal at this path."""
        self._wire = wire
        self._path = path

    def entries(self, match: Filter | None = None) -> Iterator[Entry]:
        """Go through the requests that fit, newest first; they are fetched as they are wanted.

        ```python
        for entry in universe.journal.entries({"side": "devices", "status": "4xx"}):
            print(entry.method, entry.path, entry.status)
        ```
        """
        last, number = None, 1
        while True:
            asked = query({**(match or {}), "page": number, "per_page": PAGE})
            page = self._wire.ask(list[Entry], "GET", self._path + asked)
            for entry in page:
                if last is None or entry.number < last:  # a new one moves the rest to later pages
                    last = entry.number
                    yield entry
            if len(page) < PAGE:
                return
            number += 1

    def entry(self, number: int, *, secrets: bool = False) -> Exchange:
        """Return one request whole; tokens, passwords and signatures only with `secrets`."""
        path = f"{self._path}/{number}{query({'secrets': secrets})}"
        return self._wire.ask(Exchange, "GET", path)

    def verify(  # noqa: PLR0913 - all that can be said of how often and when
        self,
        match: Match,
        *,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        after: Match | None = None,
        before: Match | None = None,
    ) -> Verdict:
        """Say whether requests came that fit: at least one, or as many as is said.

        ```python
        verdict = universe.journal.verify(
            {"operation": "reportDeploymentStatus", "body": {"status": "success"}},
            exactly=1,
            after={"operation": "setDeploymentStatus", "body": {"status": "aborted"}},
        )
        assert verdict, verdict.message
        ```
        """
        times = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        wanted = {name: count for name, count in times.items() if count is not None}
        places = {"times": wanted, "after": after, "before": before}
        question = {"match": match} | {name: said for name, said in places.items() if said}
        return self._wire.ask(Verdict, "POST", f"{self._path}/verification", question)

    def har(self, match: Filter | None = None, *, secrets: bool = False) -> dict[str, Any]:
        """Return the requests that fit as an HTTP Archive, which browsers' tools open."""
        asked = query({**(match or {}), "secrets": secrets})
        return self._wire.ask(dict[str, Any], "GET", f"{self._path}/har{asked}")

    def clear(self) -> None:
        """Forget all requests; numbers go on."""
        self._wire.tell("DELETE", self._path)
