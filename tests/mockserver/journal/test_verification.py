"""What is asked of a journal, and how its answers help."""

from typing import Any

import pytest

from ota_support.exchanges import exchange
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.journal.journal import Journal
from otakit.mockserver.journal.verification import Verdict, verify

REPORT, ABORT, POLL = "/status", "/abort", "/next"


@pytest.fixture
def journal() -> Journal:
    """Return the journal of two devices, and of a user who aborts what the first one does."""
    journal = Journal()
    for fields in (
        {"caller": "17", "path": POLL, "method": "GET"},
        {"caller": "17", "path": REPORT, "body": {"status": "success"}, "status": 204},
        {"caller": "user", "path": ABORT, "body": {"status": "aborted"}, "status": 204},
        {"caller": "18", "path": REPORT, "body": {"status": "success"}, "status": 204},
        {"caller": "17", "path": REPORT, "body": {"status": "failure"}, "status": 409},
        {"caller": "17", "path": POLL, "method": "GET"},
        {"caller": "user", "path": ABORT, "body": {"status": "aborted"}, "status": 409},
    ):
        journal.add(exchange(**{"method": "PUT", **fields}), 0.0)
    return journal


def asked(journal: Journal, match: dict[str, Any], **more: Any) -> Verdict:
    """Ask a journal."""
    return verify(journal, {"match": match, **more})


def numbers(verdict: Verdict) -> list[int]:
    """Return the numbers of what fitted."""
    return [entry.number for entry in verdict.matches]


@pytest.mark.parametrize(
    ("times", "verified"),
    [
        (None, True),
        ({"exactly": 3}, True),
        ({"exactly": 2}, False),
        ({"at_least": 3}, True),
        ({"at_least": 4}, False),
        ({"at_most": 2}, False),
        ({"at_least": 1, "at_most": 3}, True),
    ],
)
def test_how_often(journal: Journal, times: dict[str, int] | None, verified: bool) -> None:  # noqa: FBT001
    """Once at least, unless something else is said."""
    verdict = asked(journal, {"path": REPORT}, **({"times": times} if times else {}))
    assert (verdict.verified, numbers(verdict)) == (verified, [2, 4, 5])
    assert verdict.message.startswith("verified: 3" if verified else "not verified: 3")


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"after": {"path": ABORT}}, [4, 5]),
        ({"before": {"path": ABORT}}, [2]),
        ({"after": {"path": POLL}, "before": {"path": POLL}}, [2, 4, 5]),
        ({"after": {"path": ABORT}, "before": {"path": POLL}}, [4, 5]),
        ({"after": {"path": REPORT, "caller": "18"}, "before": {"path": ABORT}}, [5]),
    ],
)
def test_windows(journal: Journal, more: dict[str, Any], found: list[int]) -> None:
    """After the first that fits; before the first one behind that."""
    assert numbers(asked(journal, {"path": REPORT}, **more)) == found


def test_window_that_never_opened(journal: Journal) -> None:
    """Then nothing is verified, not even that something never happened."""
    verdict = asked(
        journal,
        {"path": REPORT},
        times={"exactly": 0},
        after={"path": ABORT, "status": "5xx"},
    )
    assert not verdict.verified
    assert "nothing matches 'after' (path '/abort', status '5xx')" in verdict.message
    assert verdict.nearest is not None
    assert verdict.nearest.entry.number == 7


@pytest.mark.parametrize(
    ("question", "nearest", "differs"),
    [
        (
            {"match": {"caller": "17", "path": REPORT, "body": {"status": "rebooting"}}},
            5,
            ["body.status: 'failure' instead of 'rebooting'"],
        ),
        (
            {"match": {"caller": "17", "path": REPORT, "status": 200}},
            5,
            ["status: 409 instead of 200"],
        ),
        (
            {"match": {"caller": "19", "path": REPORT, "status": 204}},
            4,
            ["caller: '18' instead of '19'"],
        ),
        (
            {
                "match": {"caller": "17", "path": REPORT, "body": {"status": "success"}},
                "after": {"path": ABORT},
            },
            2,
            ["after: it did not come after entry 3"],
        ),
        (
            {
                "match": {"caller": "17", "path": REPORT, "body": {"status": "installing"}},
                "after": {"path": ABORT},
            },
            5,
            ["body.status: 'failure' instead of 'installing'"],
        ),
        (
            {"match": {"path": POLL, "side": "devices"}, "times": {"at_least": 2}},
            6,
            ["side: '' instead of 'devices'"],
        ),
        (
            {"match": {"caller": "18"}, "before": {"path": ABORT}},
            4,
            ["before: it did not come before entry 3"],
        ),
    ],
)
def test_nearest_miss(
    journal: Journal, question: dict[str, Any], nearest: int, differs: list[str]
) -> None:
    """What fits in most of what is said; of equals what says more, then the newest."""
    verdict = verify(journal, question)
    assert verdict.nearest is not None
    assert (verdict.nearest.entry.number, verdict.nearest.differs) == (nearest, differs)
    assert f"nearest is entry {nearest} (" in verdict.message
    assert differs[0] in verdict.message


def test_nothing_comes_near(journal: Journal) -> None:
    """Where nothing that is said is so, nothing is shown."""
    verdict = asked(journal, {"caller": "nobody"})
    assert verdict.nearest is None
    assert verdict.message == (
        "not verified: 0 matching (caller 'nobody'), at least 1 wanted; nothing comes near it"
    )


def test_too_many_are_named(journal: Journal) -> None:
    """At most ten of them."""
    verdict = asked(journal, {"path": POLL}, times={"exactly": 1})
    assert verdict.message.endswith(
        "exactly 1 wanted: entry 1 (GET /next: 200), entry 6 (GET /next: 200)"
    )
    for _ in range(20):
        journal.add(exchange(path=POLL), 0.0)
    assert asked(journal, {"path": POLL}, times={"at_most": 1}).message.endswith("and 12 more")


def test_forgotten_requests_are_told_of(journal: Journal) -> None:
    """How often something happened is not known for sure then."""
    journal.shrink(journal.weight // 2)
    verdict = asked(journal, {"path": POLL}, times={"exactly": 1})
    assert verdict.verified
    assert verdict.message.endswith("; the journal has forgotten the 4 oldest requests")


@pytest.mark.parametrize(
    ("times", "says"),
    [({"exactly": 1, "at_most": 2}, "stands alone"), ({"at_least": 2, "at_most": 1}, "more than")],
)
def test_senseless_times(journal: Journal, times: dict[str, int], says: str) -> None:
    """The message says why."""
    with pytest.raises(Invalid, match=says):
        asked(journal, {}, times=times)


def test_long_values_and_secrets_are_shortened(journal: Journal) -> None:
    """A message stays readable, and can be shown to anybody."""
    token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    journal.add(exchange(path="/login", answer=token.encode()), 0.0)
    message = asked(journal, {"path": "/login", "answer": "x" * 1000}).message
    assert f"answer: 'eyJ...({len(token)})' instead of 'xxx" in message
    assert len(message) < 500
