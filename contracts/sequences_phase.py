"""The sequences phase: what the search finds, as verdicts about observations."""

from collections.abc import Iterator, Sequence

from otakit.contracts.capsule import Capsule
from otakit.contracts.events import Event, Progressed, RuleFinished
from otakit.contracts.exchange import hidden
from otakit.contracts.ledger import Cleaned
from otakit.contracts.phases import SEQUENCES
from otakit.contracts.rule import Effort, Rule
from otakit.contracts.selection import inapplicable
from otakit.contracts.sequences import BUDGETS, Finding, Search
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict
from otakit.mockserver.domain.clock import rfc3339, wall

PREFIX = "SEQ-"


class SequencesPhase:
    """Random sequences at a target; each observation has a verdict."""

    name = SEQUENCES

    def __init__(self, rules: Sequence[Rule], effort: Effort, seed: int) -> None:
        """Judge these observations: `observation_rules`, or some of them."""
        self.rules = rules
        self._effort: Effort = effort
        self._seed = seed
        self._search: Search | None = None

    def events(self, session: Session) -> Iterator[Event]:
        """Search for differences, and tell what became of each observation."""
        mine: dict[str, Rule] = {}
        for rule in self.rules:
            if reason := inapplicable(rule, session, self._effort):
                result = Result(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason)
                yield RuleFinished(result=result)
            else:
                mine[rule.id.removeprefix(PREFIX)] = rule
        if not mine:
            return
        search = self._search = Search(
            session, wanted=mine, budget=BUDGETS[self._effort], seed=self._seed
        )
        yield Progressed(phase=SEQUENCES, done=0, of=search.budget.sequences)
        for finding in search.findings():
            if finding is None:
                of = search.budget.sequences
                yield Progressed(phase=SEQUENCES, done=min(search.tried, of), of=of)
            else:
                rule = mine.pop(finding.difference.observation)
                yield RuleFinished(result=self._failed(rule, finding, session))
        for name, rule in mine.items():
            yield RuleFinished(result=_unbroken(rule, seen=name in search.seen))

    def clear(self) -> Cleaned:
        """Remove what the search has made."""
        if self._search is None:
            return Cleaned()
        bench = self._search.bench
        bench.clear()
        cleaned, bench.cleaned = bench.cleaned, Cleaned()
        return cleaned

    def _failed(self, rule: Rule, finding: Finding, session: Session) -> Result:
        difference = finding.difference
        difference.cite(rule.severity, rule.citation)
        exchange = difference.exchange
        capsule = Capsule(
            id=rule.id,
            title=difference.title,
            expected=difference.expected,
            actual=hidden(difference.actual),
            answer=exchange.answer() if exchange else "",
            profile=session.profile.name,
            dialect=session.documents.dialect,
            seed=self._seed,
            clock=rfc3339(wall()),
            url=session.target.base,
            steps=finding.steps,
        )
        return Result(
            rule=rule,
            verdict=Verdict.FAIL,
            failure=difference,
            exchanges=finding.exchanges,
            seconds=finding.seconds,
            steps=numbered(finding.steps, repeated=finding.repeated),
            capsule=capsule.as_json(),
        )


def numbered(steps: Sequence[object], *, repeated: bool) -> tuple[str, ...]:
    """Return steps as a reader wants them."""
    lines = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    if not repeated:
        lines.append("It did not differ again when the same was done once more.")
    return tuple(lines)


def _unbroken(rule: Rule, *, seen: bool) -> Result:
    if seen:
        return Result(rule=rule, verdict=Verdict.PASS)
    reason = "no sequence came so far: those before it are broken"
    return Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=reason)
