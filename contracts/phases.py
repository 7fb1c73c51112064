"""Phases: parts of a run that come to verdicts in their own way, besides trying rule after rule."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from otakit.contracts.events import Event, RuleFinished
from otakit.contracts.ledger import Cleaned
from otakit.contracts.rule import Rule
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict

RULES, SEQUENCES, CONCURRENCY, SCHEMA = "rules", "sequences", "concurrency", "schema"
PHASES = (RULES, SEQUENCES, CONCURRENCY, SCHEMA)
"""All phases, in the order in which they are gone through."""


class Phase(Protocol):
    """One phase; `rules` are those that it gives verdicts about."""

    @property
    def name(self) -> str:
        """Say which of `PHASES` it is."""

    @property
    def rules(self) -> Sequence[Rule]:
        """Say what there will be verdicts about."""

    def events(self, session: Session) -> Iterator[Event]:
        """Work at a target, and tell of it; raises TargetUnreachable."""

    def clear(self) -> Cleaned:
        """Remove what the phase has made, if something is still there; say what was removed."""


class AbsentPhase:
    """A phase that has nothing to do with a profile's documents: its verdicts say why."""

    def __init__(self, name: str, rules: Sequence[Rule], reason: str) -> None:
        """Say so of these rules."""
        self.name = name
        self.rules = rules
        self._reason = reason

    def events(self, session: Session) -> Iterator[Event]:
        """Tell why; nothing is sent."""
        del session
        for rule in self.rules:
            result = Result(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=self._reason)
            yield RuleFinished(result=result)

    def clear(self) -> Cleaned:
        """Remove nothing."""
        return Cleaned()


def among(rules: Sequence[Rule], ids: Collection[str], operations: Collection[str]) -> list[Rule]:
    """Return those of some rules that are wanted: by id, and by operation; empty stands for all."""
    return [
        rule
        for rule in rules
        if (not ids or rule.id in ids)
        and (not operations or not set(rule.operations).isdisjoint(operations))
    ]
