"""Filters of the journal: each against what one would write down in Python."""

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ota_support.exchanges import exchange
from otakit.mockserver.api import load_functions
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.journal.journal import Entry
from otakit.mockserver.journal.match import FILTERS, Match

NAMES = st.sampled_from(["", "a", "b"])
PATHS = st.sampled_from(["/", "/a", "/a/b", "/a/c", "/b/c"])
GLOBS = st.sampled_from(["/", "*", "/a", "/a/*", "/?", "*/c", "/[ab]/c"])
METHODS = st.sampled_from(["GET", "PUT"])
STATUSES = st.sampled_from([0, 101, 200, 204, 404, 409, 500])
MOMENTS = st.integers(0, 4).map(float)
TIMES = MOMENTS.map(rfc3339)
FAULTS = st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple)
SIDES = st.sampled_from(["devices", "management", ""])

WANTED = {
    "side": SIDES,
    "caller": NAMES,
    "method": st.sampled_from(["GET", "put"]),
    "path": GLOBS,
    "status": STATUSES | STATUSES.map(str) | st.sampled_from(["1xx", "2xx", "4xx", "5xx"]),
    "fault": st.sampled_from(["x", "y", "z"]),
    "request_id": NAMES,
    "since": st.integers(0, 5),
    "from": TIMES,
    "until": TIMES,
}
RECORDED = st.fixed_dictionaries(
    {
        "side": SIDES,
        "caller": NAMES,
        "method": METHODS,
        "path": PATHS,
        "status": STATUSES,
        "faults": FAULTS,
        "request_id": NAMES.map(str.encode),
    }
)


def plainly(entry: Entry, wanted: dict[str, Any]) -> bool:
    """Say whether an entry is meant, in the shortest words."""
    made, status = entry.exchange, str(wanted.get("status", ""))
    return (
        wanted.get("side", made.side) == made.side
        and wanted.get("caller", made.caller) == made.caller
        and wanted.get("method", made.method).upper() == made.method
        and fnmatchcase(made.path, wanted.get("path", "*"))
        and status in ("", str(made.status), f"{made.status // 100}xx")
        and ("fault" not in wanted or wanted["fault"] in made.faults)
        and wanted.get("request_id", made.request_id.decode()) == made.request_id.decode()
        and entry.number > wanted.get("since", 0)
        and wanted.get("from", "") <= rfc3339(entry.at) <= wanted.get("until", "9")
    )


@given(
    recorded=st.lists(st.tuples(RECORDED, MOMENTS), max_size=6),
    wanted=st.fixed_dictionaries({}, optional=WANTED),
)
def test_filters_find_what_they_say(
    recorded: list[tuple[dict[str, Any], float]], wanted: dict[str, Any]
) -> None:
    """Any of them, together."""
    entries = [Entry(n, at, exchange(**f)) for n, (f, at) in enumerate(recorded, 1)]
    found = list(Match(wanted).among(entries))
    assert found == [entry for entry in entries if plainly(entry, wanted)]


def test_each_filter_is_tried() -> None:
    """Operations are names that there are, and have a test of their own."""
    assert set(FILTERS) == WANTED.keys() | {"operation"}


def test_operation_has_to_be_one() -> None:
    """A slip would count as never asked for; the message helps."""
    load_functions()
    entries = [Entry(n, 0.0, exchange(operation=o)) for n, o in enumerate(("checkUpdate", ""), 1)]
    assert list(Match({"operation": "checkUpdate"}).among(entries)) == entries[:1]
    with pytest.raises(Invalid, match="'checkUpdat': did you mean checkUpdate"):
        Match({"operation": "checkUpdat"})


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "0"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=6,
)


def part_of(wanted: Any, got: Any) -> bool:
    """Say whether a value is as wanted: objects may have more."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(key in got and part_of(value, got[key]) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return all(part_of(one, other) for one, other in zip(wanted, got, strict=True))
    return type(wanted) is type(got) and bool(wanted == got)


@given(body=st.dictionaries(NAMES, VALUES, max_size=2) | st.lists(VALUES), wanted=VALUES)
def test_bodies_are_compared_in_part(body: Any, wanted: Any) -> None:
    """The request's and the answer's; each differs where it is not found."""
    entry = Entry(1, 0.0, exchange(body=body, answer=body))
    for name in ("body", "answer"):
        (criterion,) = Match({name: wanted}).criteria
        fits = criterion.fits(criterion.read(entry))
        assert fits is part_of(wanted, body)
        assert fits is not bool(criterion.differs(criterion.read(entry)))
        assert Match({name: body}).fits(entry)


def test_secrets_differ_without_being_shown() -> None:
    """Neither what was sent nor what is asked for."""
    entry = Entry(1, 0.0, exchange(body={"password": "sent", "email": "a"}))
    match = Match({"body": {"password": "asked", "email": "b"}})
    (criterion,) = match.criteria
    assert criterion.differs(criterion.read(entry)) == [
        "body.password: another one",
        "body.email: 'a' instead of 'b'",
    ]
    assert str(match) == 'body {"password":"...","email":"b"}'
    assert Match({"body": {"password": "sent"}}).fits(entry)


def test_text_is_compared_as_text() -> None:
    """A body that is no JSON object or list is its text; one that is cut is nothing."""
    entry = Entry(1, 0.0, exchange(answer=b"welcome"))
    assert Match({"answer": "welcome"}).fits(entry)
    assert not Match({"answer": {"welcome": True}}).fits(entry)
    assert Match({"body": ""}).fits(entry)
    cut = Entry(1, 0.0, exchange(body=b'{"a": "' + b"x" * (1 << 16) + b'"}'))
    (criterion,) = Match({"body": {"a": "y"}}).criteria
    assert criterion.differs(criterion.read(cut)) == [
        'body: what was not kept, or is no text, instead of {"a":"y"}'
    ]
