"""The run as a program reads it."""

from typing import Any

from otakit.contracts.events import Reached
from otakit.contracts.exchange import Exchange
from otakit.contracts.report.outcome import Outcome
from otakit.contracts.verdicts import Result

FORMAT = 1
"""Goes up when a field changes its meaning or is taken away."""

MOST_EXCHANGES = 50
"""Of a rule's requests, the last ones are shown."""


def json_report(outcome: Outcome) -> dict[str, Any]:
    """Return a whole run as JSON values; secrets are left out."""
    started, finished = outcome.started, outcome.finished
    return {
        "format": FORMAT,
        "held": outcome.held,
        "sentence": outcome.sentence(),
        "run": started.run if started else "",
        "url": started.url if started else "",
        "profile": started.profile.name if started else "",
        "dialect": started.dialect if started else "",
        "seconds": round(finished.seconds, 3) if finished else None,
        "requests": finished.requests if finished else None,
        "counts": {str(verdict): count for verdict, count in outcome.counts.items()},
        "rules": [_rule(r) for r in sorted(outcome.results, key=lambda r: r.rule.id)],
        "operations": [_operation(reached) for reached in finished.reached] if finished else [],
        "cleaned": outcome.cleaned.removed if outcome.cleaned else None,
        "left": list(outcome.cleaned.left) if outcome.cleaned else [],
    }


def _rule(result: Result) -> dict[str, Any]:
    rule, failure = result.rule, result.failure
    shown: dict[str, Any] = {
        "id": rule.id,
        "verdict": str(result.verdict),
        "sentence": rule.sentence,
        "document": rule.document,
        "operations": list(rule.operations),
        "severity": rule.severity,
        "reason": result.reason,
        "seconds": round(result.seconds, 4),
    }
    if failure is not None:
        shown["failure"] = {
            "title": failure.title,
            "operation": failure.operation,
            "expected": failure.expected,
            "actual": failure.actual,
            "request": _exchange(failure.exchange) if failure.exchange else None,
        }
        if result.steps:
            shown["steps"] = list(result.steps)
        if result.capsule is not None:
            shown["capsule"] = dict(result.capsule)
        shown["exchanges"] = [_exchange(e) for e in result.exchanges[-MOST_EXCHANGES:]]
    return shown


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "operation": exchange.operation_id,
        "curl": exchange.curl(),
        "status": exchange.status,
        "answer": exchange.answer(),
        "violations": list(exchange.violations),
        "seconds": round(exchange.seconds, 4),
    }


def _operation(reached: Reached) -> dict[str, Any]:
    return {
        "operation": reached.operation,
        "name": reached.name,
        "documented": list(reached.documented),
        "reached": {str(status): count for status, count in reached.statuses.items()},
        "phases": {str(status): list(phases) for status, phases in reached.phases.items()},
    }
