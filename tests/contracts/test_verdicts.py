"""How each ending of a rule becomes a verdict, and a run's verdicts an outcome."""

import socket
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from ota_support.checks import RUN, documents, target
from ota_support.odd_servers import odd_server, saying
from otakit.contracts.backend import Backend
from otakit.contracts.events import CleanedUp, Event, RuleFinished, RunFinished
from otakit.contracts.expectations import expect_equal, expect_status
from otakit.contracts.outcomes import NotApplicable, NotReached
from otakit.contracts.profiles import PROFILES
from otakit.contracts.report.outcome import Outcome
from otakit.contracts.rule import Rule
from otakit.contracts.runner import Run
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict
from otakit.contracts.waivers.waiver import Waiver

Check = Callable[[Backend], None]

WAIVER = Waiver(rule="A", reason="we know", owner="ann", expires=date(2999, 1, 1))


def a_rule(check: Check, **more: Any) -> Rule:
    """Return a rule about nothing in particular."""
    given: dict[str, Any] = {
        "id": "A",
        "sentence": "It holds",
        "document": "Device APIs / A / B",
        "operations": ("listDevices",),
        "severity": "major",
        "profiles": ("mender-enterprise",),
        "plan": "os",
        "effort": "quick",
    }
    return Rule(check=check, **{**given, **more})


def told(url: str, *rules: Rule, profile: str = "mender-enterprise", **more: Any) -> list[Event]:
    """Try rules, and return all that the run tells."""
    session = Session(target(url, timeout=1.0), PROFILES[profile], documents("mender"), RUN)
    with Run(session, rules, **more) as run:
        return list(run.events())


def result_of(events: list[Event]) -> Result:
    """Return the first verdict."""
    return next(event.result for event in events if isinstance(event, RuleFinished))


def holds(backend: Backend) -> None:
    """Hold."""
    expect_status(backend.management.get("v2/devauth/devices/count"), 200)


def fails(backend: Backend) -> None:
    """Expect what does not come."""
    expect_status(backend.management.get("v2/devauth/devices/count"), 418)


def needs_what_fails(backend: Backend) -> None:
    """Never come to the point."""
    with backend.building("a teapot"):
        fails(backend)


def unreached(_: Backend) -> None:
    """Say that it cannot be tried."""
    message = "no teapot"
    raise NotReached(message)


def inapplicable(_: Backend) -> None:
    """Say that it is not about this target."""
    message = "no tea"
    raise NotApplicable(message)


def stumbles(backend: Backend) -> None:
    """Be surprised by an answer."""
    backend.management.get("v2/devauth/devices/count").json()["number"]


@pytest.mark.parametrize(
    ("check", "verdict", "reason"),
    [
        (holds, Verdict.PASS, ""),
        (fails, Verdict.FAIL, ""),
        (needs_what_fails, Verdict.NOT_REACHED, "it needs a teapot, but GET /api/management/v2"),
        (unreached, Verdict.NOT_REACHED, "no teapot"),
        (inapplicable, Verdict.NOT_APPLICABLE, "no tea"),
        (stumbles, Verdict.NOT_REACHED, "the rule stumbled: KeyError: 'number' (stumbles, line"),
    ],
)
def test_ending_becomes_a_verdict(server: Any, check: Check, verdict: Verdict, reason: str) -> None:
    """Each way in which a rule can end."""
    result = result_of(told(server.url, a_rule(check)))
    assert result.verdict == verdict
    assert result.reason.startswith(reason)
    assert bool(reason) == bool(result.reason)
    assert (result.failure is not None) == (verdict == Verdict.FAIL)


def test_failure_knows_whose_it_is(server: Any) -> None:
    """Operation, severity and citation are there, and the requests that led to it."""
    rule = a_rule(fails, operations=("countDevices",), severity="critical")
    result = result_of(told(server.url, rule))
    failure = result.failure
    assert failure is not None
    assert (failure.operation, failure.severity) == ("countDevices", "critical")
    assert failure.citation == "Device APIs / A / B"
    assert (failure.expected, failure.actual) == ("418 I'm a Teapot", '200 OK {"count":0}')
    assert [e.operation_id for e in result.exchanges] == ["countDevices"]


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        (holds, Verdict.PASS),
        (fails, Verdict.WAIVED),
        (unreached, Verdict.WAIVED),
        (inapplicable, Verdict.NOT_APPLICABLE),
    ],
)
def test_waiver_is_for_what_is_broken(server: Any, check: Check, verdict: Verdict) -> None:
    """A rule that holds is not waived; the failure stays to be seen."""
    result = result_of(told(server.url, a_rule(check), waivers={"A": WAIVER}))
    assert result.verdict == verdict
    assert (result.failure is not None) == (check is fails)
    if verdict == Verdict.WAIVED:
        assert result.reason == "we know (ann, until 2999-01-01)"


@pytest.mark.parametrize(
    ("more", "profile", "reason"),
    [
        ({"plan": "enterprise"}, "mender-professional", "it needs the plan 'enterprise', and the"),
        (
            {"operations": ("listAuditLogs",)},
            "mender-open-source",
            "it needs the plan 'enterprise'",
        ),
        ({"effort": "thorough"}, "mender-enterprise", "it takes longer: --effort thorough"),
        ({"operations": ("nothing",)}, "mender-enterprise", "the dialect 'documented' has no oper"),
    ],
)
def test_rule_that_is_not_claimed_is_not_tried(
    server: Any, more: dict[str, Any], profile: str, reason: str
) -> None:
    """And says why."""
    result = result_of(told(server.url, a_rule(fails, **more), profile=profile))
    assert result.verdict == Verdict.NOT_APPLICABLE
    assert result.reason.startswith(reason)


@pytest.fixture
def fading() -> Iterator[tuple[str, list[str]]]:
    """Run a server that lets everybody in; it is silent about each path that is listed."""
    silent: list[str] = []
    token = saying(b"a.b.c", kind="application/jwt")

    def answer(connection: socket.socket, head: bytes) -> None:
        if not any(path in head.decode() for path in silent):
            token(connection, head)

    with odd_server(answer) as url:
        yield url, silent


def test_silence_of_one_operation_is_its_failure(fading: tuple[str, list[str]]) -> None:
    """While the target answers others, the next rule is tried."""
    url, silent = fading
    silent.append("/v2/devauth/devices?")

    def asks(backend: Backend) -> None:
        backend.management.get("v2/devauth/devices", params={"page": 1})

    events = told(url, a_rule(asks), a_rule(lambda _: None, id="B"))
    first, second = (e.result for e in events if isinstance(e, RuleFinished))
    assert (first.verdict, second.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert first.failure is not None
    assert first.failure.actual == "GET /api/management/v2/devauth/devices: no answer within 1 s"


def test_silence_of_the_target_ends_the_run(fading: tuple[str, list[str]]) -> None:
    """What is left is not reached, and the run says why it is over."""
    url, silent = fading

    def asks(backend: Backend) -> None:
        silent.append("/")
        backend.management.get("v2/devauth/devices")

    events = told(url, a_rule(asks), a_rule(lambda _: None, id="B"))
    verdicts = [e.result.verdict for e in events if isinstance(e, RuleFinished)]
    assert verdicts == [Verdict.FAIL, Verdict.NOT_REACHED]
    assert isinstance(events[-1], RunFinished)
    assert (
        events[-1].aborted == "GET /api/management/v2/devauth/devices/count: no answer within 1 s"
    )
    outcome = Outcome()
    for event in events:
        outcome.add(event)
    assert not outcome.held
    assert outcome.sentence().startswith("the target went away: ")


def test_rules_things_are_gone_before_the_next_one(server: Any) -> None:
    """What was made for one rule is not there for another; what is lent stays to the end."""
    seen: list[int] = []

    def makes(backend: Backend) -> None:
        backend.lent_device()
        backend.accepted_device()
        seen.append(backend.management.get("v2/devauth/devices/count").json()["count"])

    events = told(server.url, a_rule(makes), a_rule(makes, id="B"))
    cleaned = next(event for event in events if isinstance(event, CleanedUp))
    assert seen == [2, 2]
    assert (cleaned.removed, cleaned.left) == (3, ())


def test_later_is_soon_enough(server: Any) -> None:
    """What the documents do not promise at once is asked for again, for a while."""
    tries: list[int] = []

    def look() -> None:
        tries.append(1)
        expect_equal(None, len(tries), 3, "how often it was tried")

    assert result_of(told(server.url, a_rule(lambda b: b.eventually(look)))).verdict == Verdict.PASS
    assert len(tries) == 3


def test_never_is_too_late(server: Any) -> None:
    """The last failure counts when the patience is over."""
    result = result_of(told(server.url, a_rule(lambda b: b.eventually(lambda: fails(b)))))
    assert result.verdict == Verdict.FAIL
