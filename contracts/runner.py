"""A rule's way from the registry to its verdict.

    chosen (selection) → applicable? → tried → verdict → waived? → … → cleaned up

`Run.events` is that way; `_judge` is where exceptions become verdicts. Nothing here prints.
"""

import traceback
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from otakit.contracts.backend import Backend
from otakit.contracts.errors import NoAnswer, TargetUnreachable
from otakit.contracts.events import (
    CleanedUp,
    Event,
    Reached,
    RuleFinished,
    RuleStarted,
    RunFinished,
    RunStarted,
)
from otakit.contracts.failures import Failure
from otakit.contracts.forms import is_form
from otakit.contracts.ledger import Cleaned, remove_leftovers
from otakit.contracts.outcomes import NotApplicable, NotReached
from otakit.contracts.phases import RULES, Phase
from otakit.contracts.rule import Effort, Rule
from otakit.contracts.selection import inapplicable
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict
from otakit.contracts.waivers.waiver import Waiver


class Run:
    """Tries rules at a target: `with Run(…) as run: for event in run.events(): …`.

    What it has made at the target is removed in any case: by `events` when all is done, else, as
    after Ctrl-C, when the block ends; `cleaned` says then what came of it.
    """

    def __init__(
        self,
        session: Session,
        rules: Iterable[Rule],
        *,
        phases: Sequence[Phase] = (),
        waivers: Mapping[str, Waiver] | None = None,
        effort: Effort = "quick",
    ) -> None:
        """Make ready to try these rules, and go through these phases; nothing is sent yet.

        Forms come last, since all requests count for them.
        """
        self.cleaned = Cleaned()
        self._session = session
        everything = list(rules)
        self._rules = [rule for rule in everything if not is_form(rule)]
        self._forms = [rule for rule in everything if is_form(rule)]
        self._phases = list(phases)
        self._waivers = waivers or {}
        self._effort = effort
        self._common = Backend(session)
        self._current: Backend | None = None
        self._unsure = False  # whether something may have come about whose answer nobody has read
        self._over = True
        self._aborted = ""
        self._counted: Counter[tuple[str, int]] = Counter()
        self._phases_of: dict[tuple[str, int], list[str]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Remove what is still there."""
        try:
            if not self._over:
                self._unsure = True
                self._clean_up()
        finally:
            self._session.close()

    def events(self) -> Iterator[Event]:
        """Try one rule after the other."""
        session = self._session
        began = session.connection.now()
        self._over = False
        yield RunStarted(
            run=session.run,
            url=session.target.base,
            profile=session.profile,
            dialect=session.documents.dialect,
            rules=len(self._rules) + len(self._forms) + sum(len(p.rules) for p in self._phases),
        )
        aborted = yield from self._tried(self._rules, "")
        self._take_down(RULES)
        for phase in self._phases:
            aborted = yield from self._gone_through(phase, aborted)
            self._take_down(phase.name)
        aborted = yield from self._tried(self._forms, aborted)
        self._clean_up()
        yield CleanedUp(removed=self.cleaned.removed, left=tuple(self.cleaned.left))
        yield RunFinished(
            seconds=session.connection.now() - began,
            requests=len(session.exchanges) + session.thinned.total(),
            reached=self._reached(),
            aborted=aborted,
        )

    def tried(self, rule: Rule) -> Result:
        """Try one rule now, for those who go through them in their own way; `finish` comes last.

        Once the target is gone, no other rule is reached.
        """
        self._over = False
        if self._aborted:
            result = Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=self._aborted)
        else:
            result, self._aborted = self._result(rule)
        return self._waived(result)

    def finish(self) -> None:
        """Remove all that was made, when the last rule was tried."""
        if not self._over:
            self._clean_up()

    def _tried(self, rules: Iterable[Rule], aborted: str) -> Generator[Event, None, str]:
        """Try one rule after the other, and return why no more can be tried, if that is so."""
        for rule in rules:
            yield RuleStarted(rule=rule)
            if aborted:
                result = Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=aborted)
            else:
                result, aborted = self._result(rule)
            yield RuleFinished(result=self._waived(result))
        return aborted

    def _gone_through(self, phase: Phase, aborted: str) -> Generator[Event, None, str]:
        """Go through a phase, and return why no more can be tried, if that is so."""
        missing = {rule.id: rule for rule in phase.rules}
        try:
            for event in () if aborted else phase.events(self._session):
                if isinstance(event, RuleFinished):
                    del missing[event.result.rule.id]
                    yield RuleFinished(result=self._waived(event.result))
                else:
                    yield event
        except TargetUnreachable as error:
            aborted = str(error)
        for rule in missing.values():
            result = Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=aborted)
            yield RuleFinished(result=self._waived(result))
        return aborted

    def _result(self, rule: Rule) -> tuple[Result, str]:
        """Give a rule its verdict; say, too, why no other one can be tried, if that is so."""
        if reason := inapplicable(rule, self._session, self._effort):
            return Result(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason), ""
        now = self._session.connection.now
        began = now()
        backend = self._current = Backend(self._session, self._common)
        aborted = ""
        try:
            verdict, reason, failure = _judge(rule, backend)
        except TargetUnreachable as error:
            verdict, reason, failure = Verdict.NOT_REACHED, str(error), None
            aborted = self._dead(error)
            self._unsure = True
            if isinstance(error, NoAnswer):  # of a target that answers other requests
                verdict, reason, failure = Verdict.FAIL, "", _silence(rule, error)
        seconds = now() - began
        if not aborted:
            self.cleaned.add(backend.ledger.clear(self._common.management))
            self._current = None
        result = Result(
            rule=rule,
            verdict=verdict,
            reason=reason,
            failure=failure,
            exchanges=tuple(backend.exchanges),
            seconds=seconds,
        )
        return result, aborted

    def _dead(self, error: TargetUnreachable) -> str:
        """Say why the target cannot be reached any more; empty if it can."""
        if not isinstance(error, NoAnswer):
            return str(error)
        try:
            self._session.ask_for_life()
        except TargetUnreachable as found:
            return str(found)
        return ""

    def _waived(self, result: Result) -> Result:
        """Waive what somebody answers for."""
        waiver = self._waivers.get(result.rule.id)
        if waiver is None or not result.broken:
            return result
        return replace(result, verdict=Verdict.WAIVED, reason=waiver.sentence, waiver=waiver)

    def _clean_up(self) -> None:
        """Remove what is known, and what is called by the run's name where more may be there."""
        self._session.connection.stopping = False
        management = self._common.management
        for phase in self._phases:
            self.cleaned.add(phase.clear())
        for backend in (self._current, self._common):
            if backend is not None:
                self.cleaned.add(backend.ledger.clear(management))
        if self._unsure and not self.cleaned.left:
            self.cleaned.add(remove_leftovers(management, self._session.run))
        self._over = True

    def _answers(self) -> Counter[tuple[str, int]]:
        """Count all answers so far by operation and status."""
        counts = Counter({key: n for key, n in self._session.thinned.items() if key[0]})
        counts.update((e.operation_id, e.status) for e in self._session.exchanges if e.operation)
        return counts

    def _take_down(self, phase: str) -> None:
        """Take down which answers have come since the last phase."""
        counts = self._answers()
        for key in counts - self._counted:
            self._phases_of.setdefault(key, []).append(phase)
        self._counted = counts

    def _reached(self) -> tuple[Reached, ...]:
        """Count which operation has answered with which status."""
        operations = self._session.documents.operations
        statuses: dict[str, dict[int, int]] = {name: {} for name in operations}
        for (operation_id, status), number in sorted(self._answers().items()):
            statuses[operation_id][status] = number
        return tuple(
            Reached(
                operation=operation.id,
                name=operation.name,
                documented=operation.statuses,
                statuses=statuses[operation.id],
                phases={
                    status: tuple(self._phases_of.get((operation.id, status), ()))
                    for status in statuses[operation.id]
                },
            )
            for operation in operations.values()
            if operation.heading
        )


def _judge(rule: Rule, backend: Backend) -> tuple[Verdict, str, Failure | None]:
    """Try a rule: what it raises becomes its verdict."""
    try:
        rule.check(backend)
    except Failure as failure:
        failure.cite(rule.severity, rule.citation)
        return Verdict.FAIL, "", failure
    except NotReached as error:
        return Verdict.NOT_REACHED, str(error), None
    except NotApplicable as error:
        return Verdict.NOT_APPLICABLE, str(error), None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        return _stumbled(rule, backend, error)
    return Verdict.PASS, "", None


def _stumbled(
    rule: Rule, backend: Backend, error: Exception
) -> tuple[Verdict, str, Failure | None]:
    """Judge a rule that could not make sense of an answer, which may be the answer's fault."""
    for exchange in backend.exchanges:
        if exchange.violations:
            failure = Failure(
                title=rule.sentence,
                expected="answers of the documented form",
                actual=f"{exchange.name}: {exchange.violations[0]}",
                exchange=exchange,
            )
            failure.cite(rule.severity, rule.citation)
            return Verdict.FAIL, "", failure
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{where.name}, line {where.lineno}"
    reason = f"the rule stumbled: {type(error).__name__}: {error} ({place})"
    return Verdict.NOT_REACHED, reason, None


def _silence(rule: Rule, error: NoAnswer) -> Failure:
    failure = Failure(title=rule.sentence, expected="an answer", actual=str(error))
    failure.cite(rule.severity, rule.citation)
    return failure
