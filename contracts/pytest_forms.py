"""Forms under pytest-xdist: workers tell what they were answered, and their leader judges it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import Rule
from otakit.contracts.waivers.waiver import Waiver

Noted = tuple[str, list[str], str]
"""An answer as it travels between processes: operation, what is wrong with it, curl command."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer that a worker has got, as far as a form looks at it."""

    operation_id: str
    violations: Sequence[str]
    command: str

    def curl(self) -> str:
        """Return the command that repeats the request."""
        return self.command


class Forms:
    """What all workers were answered; `wanted` are the forms to judge, by the test's id."""

    def __init__(self, waivers: Mapping[str, Waiver]) -> None:
        """Begin with nothing heard."""
        self.wanted: dict[str, Rule] = {}
        self._waivers = waivers
        self._heard: dict[tuple[str, tuple[str, ...]], Heard] = {}

    @staticmethod
    def noted(exchanges: Iterable[Exchange]) -> list[Noted]:
        """Note answers, those that are alike once."""
        noted: dict[tuple[str, tuple[str, ...]], Noted] = {}
        for one in exchanges:
            if one.operation_id and (key := (one.operation_id, one.violations)) not in noted:
                curl = one.curl() if one.violations else ""
                noted[key] = (one.operation_id, list(one.violations), curl)
        return list(noted.values())

    def hear(self, noted: Iterable[Noted]) -> None:
        """Hear of answers."""
        for operation, violations, curl in noted:
            key = (operation, tuple(violations))
            self._heard.setdefault(key, Heard(operation, violations, curl))

    def reports(self) -> Iterator[pytest.TestReport]:
        """Judge the forms that are wanted, and report each as a worker would."""
        for name, rule in self.wanted.items():
            judged = self._judged(rule)
            for when in ("setup", "call", "teardown"):
                more = judged if when == "call" else {"outcome": "passed", "longrepr": None}
                yield pytest.TestReport(
                    nodeid=name,
                    location=(name, None, rule.id),
                    keywords={},
                    when=cast("Any", when),
                    **more,
                )

    def _judged(self, rule: Rule) -> dict[str, Any]:
        """Judge one form: what pytest is told of it."""
        seen = SimpleNamespace(
            all_exchanges=list(self._heard.values()), has_thinned_out=lambda _: False
        )
        try:
            rule.check(cast("Backend", seen))
        except NotApplicable as error:
            return {"outcome": "skipped", "longrepr": (rule.id, 0, f"Skipped: {error}")}
        except Failure as failure:
            if waiver := self._waivers.get(rule.id):
                reason = waiver.sentence
                return {"outcome": "skipped", "longrepr": reason, "wasxfail": reason}
            return {"outcome": "failed", "longrepr": _lines(rule, failure)}
        return {"outcome": "passed", "longrepr": None}


def _lines(rule: Rule, failure: Failure) -> str:
    curl = failure.exchange.curl() if failure.exchange is not None else ""
    return "\n".join(
        [
            f"{rule.id} {rule.severity}: {rule.sentence}",
            f"  document  {rule.citation}",
            f"  expected  {failure.expected}",
            f"  got       {failure.actual}",
            f"  repeat    {curl}",
        ]
    )
