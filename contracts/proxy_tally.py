"""What the proxy has seen, counted within bounds however long it runs."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from otakit.contracts.documents import Documents
from otakit.contracts.events import Reached
from otakit.contracts.exchange import hidden
from otakit.contracts.operation import Operation

Kind = Literal["request", "answer", "target"]
"""Whose the fault is: the client's, the target's, or the target's that gave no whole answer."""

MOST_VIOLATIONS = 1_000
MOST_STRANGERS = 500
"""Different violations, and requests that no document has, that are kept; more are counted."""

OTHERS = "(others)"

_LONG = 300
_INDEX = re.compile(r"\[\d+\]")
_VALUE = re.compile(
    r"^(\w+ parameter '[^']*': |the body: |\S+: ).*"
    r" (?=(?:is not|is too|is less|is greater|does not|should) )"
)
_UNREADABLE = re.compile(r"(Failed to (?:cast|deserialize) [^:]*: ).*")
_SECRET = re.compile(
    r"(password|secret|token|key)(['\"]\s*:\s*)(['\"])(?:(?!\3).)*\3?", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![a-zA-Z])\d+")
_ID = re.compile(r"(?=[^/]*\d)[0-9A-Za-z_.~%-]{16,}|\d+")
"""A part of a path that is an id, not a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that the documents do not allow: where it was seen first, and how often since.

    `status` is 0 where no answer came.
    """

    kind: Kind
    operation: str
    method: str
    path: str
    status: int
    what: str
    request_id: str
    first: float
    last: float
    count: int = 1


@dataclass(slots=True)
class Tally:
    """All that was seen. `unread` are bodies that were too long to keep, or packed unreadably.

    `missed` are exchanges that nobody had time to look at.
    """

    documents: Documents
    requests: int = 0
    unread: int = 0
    missed: int = 0
    unnamed: int = 0
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    strangers: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, ...], Violation] = field(default_factory=dict)

    @property
    def violations(self) -> list[Violation]:
        """What was found, in the order in which it was seen first."""
        return list(self._found.values())

    @property
    def total(self) -> int:
        """How many violations there were, with all repetitions."""
        return sum(violation.count for violation in self._found.values()) + self.unnamed

    @property
    def reached(self) -> tuple[Reached, ...]:
        """The operations that were asked for, and their statuses."""
        known = ((self.documents.operations[name], seen) for name, seen in self.statuses.items())
        ordered = sorted(known, key=lambda pair: (pair[0].path, pair[0].method))
        return tuple(
            Reached(
                operation=operation.id,
                name=operation.name,
                documented=operation.statuses,
                statuses=dict(sorted(seen.items())),
            )
            for operation, seen in ordered
        )

    def count(self, method: str, path: str, operation: Operation | None, status: int) -> None:
        """Count an exchange."""
        self.requests += 1
        if operation is not None:
            self.statuses.setdefault(operation.id, Counter())[status] += 1
            return
        parts = ("{…}" if _ID.fullmatch(part) else part for part in hidden(path).split("/"))
        name = f"{method} {'/'.join(parts)[:_LONG]}"
        full = len(self.strangers) >= MOST_STRANGERS and name not in self.strangers
        self.strangers[OTHERS if full else name] += 1

    def add(self, violation: Violation) -> Violation | None:
        """Count a violation; return it as it stands now, or None where too many are known."""
        violation = replace(violation, what=discreet(violation.what))
        key = (violation.kind, violation.operation, str(violation.status), alike(violation.what))
        known = self._found.get(key)
        if known is None and len(self._found) >= MOST_VIOLATIONS:
            self.unnamed += 1
            return None
        if known is not None:
            violation = replace(known, count=known.count + 1, last=violation.last)
        self._found[key] = violation
        return violation


def discreet(text: str) -> str:
    """Shorten a line, and leave out what opens something."""
    return _SECRET.sub(r"\1\2\3HIDDEN\3", hidden(text))[:_LONG]


def alike(text: str) -> str:
    """Return what two lines have in common that differ in the value and in its place in a list."""
    text = _VALUE.sub(r"\1… ", _INDEX.sub("[…]", _UNREADABLE.sub(r"\1", text)))
    return _NUMBER.sub("N", text)
