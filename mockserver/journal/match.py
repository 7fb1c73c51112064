"""Which entries of a journal are meant: each thing that is said of them is a criterion."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate
from typing import Any

from otakit.mockserver.answers import encode
from otakit.mockserver.documented import DOWNLOAD
from otakit.mockserver.domain.clock import from_rfc3339, rfc3339
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.journal.content import NOT_JSON, answer_of, json_of, request_size, text_of
from otakit.mockserver.journal.journal import Entry
from otakit.mockserver.journal.secrecy import names_secret, safe_text
from otakit.mockserver.operations import FUNCTIONS

MAX_SHOWN = 80
"""Letters that are shown of a value."""

MISSING = object()
"""What stands for the value of a key that an object has not."""

MAX_DIFFERENCES = 10
"""What is told at most of how a body differs."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is said of an entry.

    `read` takes out of an entry what it is about, `fits` says whether that is as it should be,
    `differs` what is not. The greater its `weight`, the more it says.
    """

    name: str
    wanted: Any
    weight: int
    read: Callable[[Entry], Any]
    fits: Callable[[Any], bool]
    differs: Callable[[Any], list[str]]

    def __str__(self) -> str:
        """Write it down in short."""
        return f"{self.name} {shown(self.wanted)}"


class Match:
    """What is said of the entries that are meant; without anything, all are."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        """Compile criteria by name; raises Invalid for a moment that there is not."""
        self.criteria = [_CRITERIA[name](name, value) for name, value in wanted.items()]
        self.criteria.sort(key=lambda criterion: criterion.name in BODIES)  # what is costly, last

    def __str__(self) -> str:
        """Write it down in short."""
        return ", ".join(str(criterion) for criterion in self.criteria) or "anything"

    def fits(self, entry: Entry) -> bool:
        """Say whether an entry is meant."""
        return all(criterion.fits(criterion.read(entry)) for criterion in self.criteria)

    def among(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Go through those that are meant."""
        return (entry for entry in entries if self.fits(entry))


def shown(value: Any) -> str:
    """Write a value down in short, without secrets."""
    if value is MISSING:
        return "missing"
    if value is NOT_JSON:
        return "what was not kept, or is no text,"
    text = safe_text(repr(value) if isinstance(value, str) else encode(value).decode())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _criterion(
    weight: int,
    read: Callable[[Entry], Any],
    fits: Callable[[Any, Any], bool] = lambda wanted, got: bool(got == wanted),
    *,
    prepare: Callable[[Any], Any] = lambda wanted: wanted,
    show: Callable[[Any], str] = shown,
) -> Callable[[str, Any], Criterion]:
    """Return what makes a criterion of its name and of what is wanted."""

    def compiled(name: str, wanted: Any) -> Criterion:
        prepared = prepare(wanted)
        return Criterion(
            name=name,
            wanted=wanted,
            weight=weight,
            read=read,
            fits=lambda got: fits(prepared, got),
            differs=lambda got: [f"{name}: {show(got)} instead of {shown(wanted)}"],
        )

    return compiled


def _content(weight: int, read: Callable[[Entry], Any]) -> Callable[[str, Any], Criterion]:
    def compiled(name: str, wanted: Any) -> Criterion:
        def differs(got: Any) -> list[str]:
            found: list[str] = []
            _compare(wanted, got, name, found)
            return found

        return Criterion(
            name=name,
            wanted=wanted,
            weight=weight,
            read=read,
            fits=lambda got: not differs(got),
            differs=differs,
        )

    return compiled


def _compare(wanted: Any, got: Any, place: str, found: list[str]) -> None:
    """Write down what of a wanted value is not so: an object may have more, a list may not.

    A secret differs without being shown.
    """
    if len(found) >= MAX_DIFFERENCES:
        return
    parts = _parts(wanted, got, place)
    if parts is not None:
        for inner in parts:
            _compare(*inner, found)
    elif isinstance(wanted, bool) is not isinstance(got, bool) or wanted != got:
        hidden = names_secret(place.rpartition(".")[2])
        told = "another one" if hidden else f"{shown(got)} instead of {shown(wanted)}"
        found.append(f"{place}: {told}")


def _parts(wanted: Any, got: Any, place: str) -> list[tuple[Any, Any, str]] | None:
    """Return what is compared one by one: wanted, got and its place; None where it is all one."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [(w, got.get(key, MISSING), f"{place}.{key}") for key, w in wanted.items()]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return [(w, got[number], f"{place}[{number}]") for number, w in enumerate(wanted)]
    return None


def _body(entry: Entry) -> Any:
    return _value(entry.exchange.body, request_size(entry.exchange))


def _answer(entry: Entry) -> Any:
    return _value(answer_of(entry.exchange), entry.exchange.answer_size)


def _value(raw: bytes, size: int) -> Any:
    value = json_of(raw, size)
    text = text_of(raw) if value is NOT_JSON and len(raw) >= size else None
    return value if text is None else text


def _known(operation: str) -> str:
    """Refuse an operation that there is not: that nobody asked for it would say nothing."""
    names = [*FUNCTIONS, DOWNLOAD]
    if operation in names:
        return operation
    near = get_close_matches(operation, names, n=3)
    way_out = f": did you mean {', '.join(near)}?" if near else ""
    message = f"operation: there is no '{operation:.80}'{way_out}"
    raise Invalid(message)


def _glob(pattern: str) -> Callable[[str], Any]:
    return re.compile(translate(pattern)).match


def _statuses(wanted: int | str) -> range:
    text = str(wanted)
    first = int(text.replace("x", "0"))
    return range(first, first + (100 if "x" in text else 1))


def _moment(text: str) -> float:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        message = f"'{text:.80}' is no date-time with an offset, like 2026-11-20T19:13:53Z"
        raise Invalid(message) from None


BODIES = ("body", "answer")

_CRITERIA: dict[str, Callable[[str, Any], Criterion]] = {
    "request_id": _criterion(9, lambda entry: entry.exchange.request_id.decode("latin-1")),
    "operation": _criterion(8, lambda entry: entry.exchange.operation, prepare=_known),
    "path": _criterion(
        7,
        lambda entry: entry.exchange.path,
        lambda matches, path: matches(path) is not None,
        prepare=_glob,
    ),
    "caller": _criterion(6, lambda entry: entry.exchange.caller),
    "body": _content(5, _body),
    "fault": _criterion(
        5,
        lambda entry: entry.exchange.faults,
        lambda fault, faults: fault in faults,
        show=lambda faults: ", ".join(faults) or "none",
    ),
    "answer": _content(4, _answer),
    "status": _criterion(
        3,
        lambda entry: entry.exchange.status,
        lambda statuses, status: status in statuses,
        prepare=_statuses,
    ),
    "method": _criterion(2, lambda entry: entry.exchange.method, prepare=str.upper),
    "side": _criterion(1, lambda entry: entry.exchange.side),
    "since": _criterion(
        1,
        lambda entry: entry.number,
        lambda number, got: got > number,
        show=lambda number: f"number {number}",
    ),
    "from": _criterion(
        1,
        lambda entry: entry.at,
        lambda moment, at: at >= moment,
        prepare=_moment,
        show=rfc3339,
    ),
    "until": _criterion(
        1,
        lambda entry: entry.at,
        lambda moment, at: at <= moment,
        prepare=_moment,
        show=rfc3339,
    ),
}
"""How each criterion is compiled; the weights order those who are asked for the nearest miss."""

FILTERS = tuple(name for name in _CRITERIA if name not in BODIES)
"""What a list can be filtered by."""
