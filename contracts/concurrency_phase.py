"""The concurrency phase: races at a target, each with a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from otakit.contracts.acts import load
from otakit.contracts.bench import Bench
from otakit.contracts.capsule import Capsule
from otakit.contracts.documents import Documents
from otakit.contracts.edition_words import EditionWords
from otakit.contracts.events import Event, RuleFinished, RuleStarted
from otakit.contracts.exchange import Exchange, hidden
from otakit.contracts.failures import Failure
from otakit.contracts.ledger import Cleaned
from otakit.contracts.linearisability import run_race
from otakit.contracts.observations import operation_of
from otakit.contracts.outcomes import NotReached
from otakit.contracts.phases import CONCURRENCY
from otakit.contracts.profiles import Profile
from otakit.contracts.races import RACES, Race
from otakit.contracts.rule import Effort, Rule
from otakit.contracts.selection import inapplicable
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict
from otakit.mockserver.domain.clock import rfc3339, wall

PREFIX = "CON-"
ROUNDS: dict[Effort, int] = {"quick": 3, "default": 12, "thorough": 100}
"""How often each race is run: who wins is a matter of chance."""


def race_rules(profile: Profile, documents: Documents) -> list[Rule]:
    """Return a rule for each race in which nothing is asked that the documents do not know."""
    load()
    words = EditionWords(documents)
    return [_rule(race, profile, documents) for race in RACES if _is_known(race, words)]


def _is_known(race: Race, words: EditionWords) -> bool:
    steps = [*race.before, *(step for lane in race.lanes for step in lane)]
    return all(words.knows(type(step)) and words.asked(step) == step for step in steps)


def _rule(race: Race, profile: Profile, documents: Documents) -> Rule:
    kinds = [type(step) for lane in race.lanes for step in lane]
    found = [operation for kind in kinds if (operation := operation_of(kind, documents))]
    operations = {operation.id: operation for operation in found}
    first = next(iter(operations.values()))
    return Rule(
        id=f"{PREFIX}{race.name}",
        sentence=race.sentence,
        document=first.heading or f"Companion APIs / {first.summary}",
        operations=tuple(operations),
        severity="major",
        profiles=(profile.name,),
        plan=race.plan,
        effort="quick",
        check=lambda _: None,
    )


class ConcurrencyPhase:
    """Races at a target; each has a verdict."""

    name = CONCURRENCY

    def __init__(self, rules: Sequence[Rule], effort: Effort, seed: int) -> None:
        """Judge these races: `race_rules`, or some of them."""
        self.rules = rules
        self._effort: Effort = effort
        self._seed = seed
        self._bench: Bench | None = None

    def events(self, session: Session) -> Iterator[Event]:
        """Run each race some times, and tell what became of it."""
        self._bench = Bench(session)
        races = {f"{PREFIX}{race.name}": race for race in RACES}
        for rule in self.rules:
            yield RuleStarted(rule=rule)
            if reason := inapplicable(rule, session, self._effort):
                result = Result(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason)
            else:
                result = self._result(rule, races[rule.id], session)
            yield RuleFinished(result=result)

    def clear(self) -> Cleaned:
        """Remove what a race has made."""
        if self._bench is None:
            return Cleaned()
        self._bench.clear()
        cleaned, self._bench.cleaned = self._bench.cleaned, Cleaned()
        return cleaned

    def _result(self, rule: Rule, race: Race, session: Session) -> Result:
        assert self._bench is not None  # noqa: S101 - made before the first race
        now = session.connection.now
        began = now()
        try:
            for number in range(ROUNDS[self._effort]):
                failure, exchanges = run_race(self._bench, race, self._seed + number)
                if failure is not None:
                    result = self._failed(rule, race, session, failure, exchanges)
                    return replace(result, seconds=now() - began)
        except NotReached as error:
            self._bench.clear()
            return Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=str(error))
        return Result(rule=rule, verdict=Verdict.PASS, seconds=now() - began)

    def _failed(
        self, rule: Rule, race: Race, session: Session, failure: Failure, seen: Sequence[Exchange]
    ) -> Result:
        failure.cite(rule.severity, rule.citation)
        capsule = Capsule(
            id=rule.id,
            title=failure.title,
            expected=failure.expected,
            actual=hidden(failure.actual),
            answer=failure.exchange.answer() if failure.exchange else "",
            profile=session.profile.name,
            dialect=session.documents.dialect,
            seed=self._seed,
            clock=rfc3339(wall()),
            url=session.target.base,
            steps=race.before,
            lanes=race.lanes,
        )
        return Result(
            rule=rule,
            verdict=Verdict.FAIL,
            failure=failure,
            exchanges=tuple(seen),
            steps=_told(race),
            capsule=capsule.as_json(),
        )


def _told(race: Race) -> tuple[str, ...]:
    lines = [f"{number}. {step}" for number, step in enumerate(race.before, start=1)]
    lines += [f"at the same time: {'; then '.join(map(str, lane))}" for lane in race.lanes]
    return tuple(lines)
