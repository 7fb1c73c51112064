"""The sequences phase: random sequences, done to a target and to the oracle, until they differ.

    tour, then machine → difference → shrunk → repeated → verdict

An observation, such as a deployment's statistics, has one verdict: `SEQ-deployments-statistics`. It
fails with the shortest sequence after which it is not what the oracle says. After that the search
goes on for others; a sequence that comes upon a known difference ends there, since target and
oracle have parted.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from otakit.contracts import draws
from otakit.contracts.acts import load
from otakit.contracts.acts.step import STEPS, Step
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.bench import Bench
from otakit.contracts.errors import NoAnswer, TargetUnreachable
from otakit.contracts.exchange import Exchange
from otakit.contracts.machine import Machine
from otakit.contracts.observations import operation_of
from otakit.contracts.rule import PLANS, Effort
from otakit.contracts.session import Session
from otakit.contracts.shrinking import shrunk
from otakit.contracts.trial import Difference, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is tried: sequences of how many acts, and for how many seconds at most."""

    sequences: int
    acts: int
    seconds: float


BUDGETS: dict[Effort, Budget] = {
    "quick": Budget(sequences=40, acts=14, seconds=25.0),
    "default": Budget(sequences=200, acts=16, seconds=120.0),
    "thorough": Budget(sequences=1000, acts=30, seconds=1800.0),
}

_MOST_FINDINGS = 8
_AT_ONCE = 10
"""Sequences that are drawn in one go: of more, Hypothesis makes most by repeating parts."""
_SHRINKING = 30.0
"""Seconds for which one finding is made shorter, at most."""
_SHORT_PATIENCE = 0.3
"""Seconds to wait, while a finding is made shorter, for what may come later."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sequence after which a target differs from the oracle.

    `repeated` says whether it did so when the very same was done again; `seconds` is how long it
    took to make the sequence shorter.
    """

    difference: Difference
    steps: tuple[Step, ...]
    exchanges: tuple[Exchange, ...]
    repeated: bool
    seconds: float


class _Found(BaseException):
    """The search has found something: it ends here, past Hypothesis, which would repeat it all."""


class _Gone(BaseException):
    """The target is gone: Hypothesis must not take that for a finding."""


class _OutOfTime(BaseException):
    """The search has had its time."""


class Search:
    """The search for differences at one target: `findings` yields them as they are found.

    `wanted` are the observations whose differences are findings; the others are not told of.
    """

    def __init__(
        self,
        session: Session,
        *,
        wanted: Collection[str],
        budget: Budget,
        seed: int = 0,
    ) -> None:
        """Make ready; nothing is sent yet."""
        load()
        draws.load()
        self.bench = Bench(session)
        self.bench.known = set(STEPS) - set(wanted)
        self.tried = 0
        self.budget = budget
        self._session = session
        self._seed = seed
        self._found: tuple[Difference, list[Step]] | None = None
        self._gone: TargetUnreachable | None = None
        self._deadline = 0.0

    @property
    def seen(self) -> set[str]:
        """The observations that were compared so far."""
        return self.bench.seen

    def findings(self) -> Iterator[Finding | None]:
        """Search until the budget is used up; None means that it goes on.

        Raises TargetUnreachable.
        """
        now = self._session.connection.now
        self._deadline = now() + self.budget.seconds
        found = 0
        self._tour()
        for number in count(1):
            if self._found is not None:
                yield self._shortened(*self._found)
                self._found = None
                found += 1
            yield None
            nothing_wanted = self.bench.known >= set(STEPS)
            if found >= _MOST_FINDINGS or nothing_wanted or self._is_over():
                return
            self._round(number)

    def knows(self, kind: type[Step]) -> bool:
        """Say whether the target claims what a kind of step needs."""
        operation = operation_of(kind, self._session.documents)
        if operation is None:
            return False
        plan = self._session.profile.plan
        ranks = [str(known) for known in PLANS]
        return ranks.index(operation.plan) <= ranks.index(plan)

    def _is_over(self) -> bool:
        late = self._session.connection.now() >= self._deadline
        return late or self.tried >= self.budget.sequences

    # Searching

    def _tour(self) -> None:
        steps = [step for step in TOUR if self.knows(type(step))]
        try:
            with self.bench.trial() as trial:
                driver = _Driver(self, trial)
                for step in steps:
                    driver.take(step)
                driver.end()
        except _Found:
            self.bench.clear()
        except _Gone:
            raise self._gone or AssertionError from None

    def _round(self, number: int) -> None:
        """Let Hypothesis draw some sequences, until one differs."""
        plan = settings(
            max_examples=min(_AT_ONCE, self.budget.sequences - self.tried),
            stateful_step_count=self.budget.acts,
            deadline=None,  # the target's slowness is its own affair
            database=None,  # nothing is left on the user's disk
            phases=[Phase.generate],  # what is found is made shorter by steps, in bounded time
            suppress_health_check=list(HealthCheck),  # they judge tests of code, not of servers
            verbosity=Verbosity.quiet,
            print_blob=False,
        )

        def machine() -> _Sequence:
            if self._session.connection.now() >= self._deadline:
                raise _OutOfTime
            self.tried += 1
            return _Sequence(self)

        seed(self._seed * 1000 + number)(machine)
        try:
            run_state_machine_as_test(machine, settings=plan)  # type: ignore[arg-type]  # or a function
        except (_Found, _OutOfTime, _Gone, Flaky):
            # What ends a search comes from the target, which Hypothesis may take for flakiness.
            if self._gone is not None:
                raise self._gone from None
            if self._found is None and not self._is_over():
                raise
            self.bench.clear()

    def found(self, trial: Trial, difference: Difference) -> None:
        """Hear of a difference: the search ends here, unless it is known."""
        if isinstance(difference.__cause__, NoAnswer):
            self._session.ask_for_life()
        self._found = difference, list(trial.steps)
        raise _Found

    def gone(self, error: TargetUnreachable) -> None:
        """Hear that the target is gone: the search ends here."""
        self._gone = error
        raise _Gone

    # What is found

    def _shortened(self, difference: Difference, steps: list[Step]) -> Finding:
        now = self._session.connection.now
        began, observation = now(), difference.observation

        def differs(part: Sequence[Step]) -> bool:
            found = self.bench.run(part, observation).difference
            return found is not None and found.observation == observation

        self.bench.patience = min(_SHORT_PATIENCE, self._session.target.patience)
        try:
            shortest = shrunk(
                steps,
                differs,
                may_go_on=lambda: now() < began + _SHRINKING,
                simpler=lambda step: step.simpler(),
            )
        finally:
            self.bench.patience = None
        again = self.bench.run(shortest, observation)
        repeated = again.difference is not None and again.difference.observation == observation
        self.bench.known.add(observation)
        seconds = now() - began
        self._deadline += seconds
        return Finding(
            seconds=seconds,
            difference=again.difference if repeated and again.difference else difference,
            steps=tuple(shortest),
            exchanges=again.exchanges,
            repeated=repeated,
        )


class _Driver:
    """Does one sequence step by step.

    One that meets a known difference goes on at the oracle alone: so what Hypothesis may draw never
    depends on the target.
    """

    def __init__(self, search: Search, trial: Trial) -> None:
        self.trial = trial
        self._search = search
        self._over = False

    def take(self, step: Step) -> bool:
        if not self._over:
            return self._guarded(step)
        step = self.trial.words.asked(step)
        if step.possible(self.trial.oracle):
            step.expect(self.trial.oracle)
        return False

    def end(self) -> None:
        if not self._over:
            self._guarded(None)

    def _guarded(self, step: Step | None) -> bool:
        try:
            if step is not None:
                return self.trial.perform(step)
            self.trial.audit()
        except Difference as difference:
            self._over = True
            if difference.observation not in self._search.bench.known:
                self._search.bench.seen |= self.trial.seen
                self._search.found(self.trial, difference)
        except TargetUnreachable as error:
            self._over = True
            self._search.gone(error)
        except BaseException:
            self._over = True
            raise
        return False


class _Sequence(Machine):
    """One sequence that Hypothesis draws."""

    def __init__(self, search: Search) -> None:
        self._context = search.bench.trial()
        trial = self._context.__enter__()
        self._driver = _Driver(search, trial)
        plan = search.bench.session.profile.plan
        super().__init__(trial, self._driver.take, search.knows, phased=plan != PLANS[0])

    def teardown(self) -> None:
        """Look at everything once more, and clear away."""
        self._driver.end()
        self._context.__exit__(None, None, None)
