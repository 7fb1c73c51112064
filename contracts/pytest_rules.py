"""A rule as a test of pytest's: its markers, its outcome, what is said of it where it is broken."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from otakit.contracts.documents import Documents
from otakit.contracts.errors import TargetUnreachable
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import SEVERITIES
from otakit.contracts.rule import PLANS, Rule
from otakit.contracts.selection import plan_of
from otakit.contracts.verdicts import Result, Verdict

if TYPE_CHECKING:
    from otakit.contracts.pytest_check import Check

_MOST = 50
"""Requests of a broken rule that are shown."""


class Broken(Exception):
    """A rule does not hold."""


class NotShown(Exception):
    """A rule could not be tried: whether it holds is not known."""


class RuleCollector(pytest.Collector):
    """All rules, as one group of tests."""

    def __init__(self, *, check: "Check", **node: Any) -> None:
        """Have those of a check."""
        super().__init__(**node)
        self._check = check

    def collect(self) -> Iterator["RuleItem"]:
        """Make a test of each."""
        for rule in self._check.rules:
            yield RuleItem.from_parent(self, name=rule.id, rule=rule, check=self._check)


class RuleItem(pytest.Item):
    """One rule; its severity, plan and services are markers, its operations keywords."""

    def __init__(self, *, rule: Rule, check: "Check", **node: Any) -> None:
        """Be a test of a rule."""
        super().__init__(**node)
        self.rule = rule
        self.result: Result | None = None
        self.exchanges: list[Exchange] = []
        self._check = check
        for name in _markers_of(rule, check.documents):
            self.add_marker(name)
        self.extra_keyword_matches.update(rule.operations)

    def runtest(self) -> None:
        """Try it, and let pytest have the verdict."""
        try:
            self.result, self.exchanges = self._check.tried(self.rule)
        except TargetUnreachable as error:  # as we logged in
            self.session.shouldfail = str(error)
            raise NotShown(str(error)) from None
        match self.result.verdict:
            case Verdict.FAIL:
                raise Broken
            case Verdict.NOT_REACHED:
                raise NotShown(self.result.reason)
            case Verdict.WAIVED:
                pytest.xfail(self.result.reason)
            case Verdict.NOT_APPLICABLE:
                pytest.skip(self.result.reason)
            case Verdict.PASS:
                pass

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what does not hold, or could not be tried."""
        if isinstance(excinfo.value, NotShown):
            return f"{_title(self.rule)}\n  not reached  {excinfo.value}"
        if isinstance(excinfo.value, Broken) and self.result is not None:
            return broken_lines(self.result)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the rule stands."""
        code = self.rule.check.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.rule.id


def broken_lines(result: Result) -> str:
    """Say what does not hold."""
    failure = result.failure
    lines = [_title(result.rule)]
    if failure is not None:
        if failure.title != result.rule.sentence:
            lines.append(f"  what      {failure.title}")
        lines += [f"  expected  {failure.expected}", f"  got       {failure.actual}"]
        if failure.exchange is not None:
            lines.append(f"  repeat    {failure.exchange.curl()}")
    return "\n".join(lines)


def _title(rule: Rule) -> str:
    return f"{rule.id} {rule.severity}: {rule.sentence}\n  document  {rule.citation}"


def told(exchanges: list[Exchange]) -> str:
    """Say what was asked, the last of it."""
    left_out = len(exchanges) - _MOST
    lines = [f"(and {left_out} before)"] if left_out > 0 else []
    for exchange in exchanges[-_MOST:]:
        lines += [f"{exchange.name} -> {exchange.status}", f"    {exchange.curl()}"]
    return "\n".join(lines)


def _markers_of(rule: Rule, documents: Documents) -> list[str]:
    known = documents.operations
    mine = [known[name].api.name for name in rule.operations if name in known]
    services = {name.rpartition("/")[2].rpartition("-v")[0] for name in mine}
    plan = plan_of(rule, documents) if len(mine) == len(rule.operations) else rule.plan
    return [rule.severity, plan, *sorted(services)]


def declare_markers(config: pytest.Config, documents: Documents) -> None:
    """Tell pytest of what rules are marked with."""
    names = [api.name for api in {o.api for o in documents.operations.values()}]
    services = sorted({name.rpartition("/")[2].rpartition("-v")[0] for name in names})
    for kind, known in (("severity", SEVERITIES), ("plan", PLANS), ("service", services)):
        for name in known:
            config.addinivalue_line("markers", f"{name}: otakit's rules of this {kind}")
