"""The search for answers that are off the documents: requests are drawn from the OpenAPI files.

First each operation is asked for by itself, with valid and invalid requests; then operations follow
the documents' links, from what makes something to what reads, changes and deletes it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import SearchStrategy, none
from schemathesis.core.result import Ok

from otakit.contracts.backend import Backend
from otakit.contracts.errors import NoAnswer, TargetUnreachable
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotReached
from otakit.contracts.rule import Effort
from otakit.contracts.schema_checks import judged
from otakit.contracts.schema_line import Line
from otakit.contracts.schema_things import Things
from otakit.contracts.session import Session
from otakit.specs.catalogue import Api, resolved

Case = schemathesis.Case[Any]

_MANY, _MORE = 90, 8
"""Where fewer operations are asked for, there are more rounds, up to so many times as many."""

_PATIENCE = 8
"""How often a request is drawn for one that can be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is tried, and for how many seconds; the first round is gone through in any case.

    In each round an operation is asked for `valid` and `invalid` requests, and each API that has
    links for so many `chains` of `steps`.
    """

    rounds: int
    valid: int
    invalid: int
    chains: int
    steps: int
    seconds: float


BUDGETS: dict[Effort, Budget] = {
    "quick": Budget(rounds=1, valid=4, invalid=3, chains=2, steps=6, seconds=10.0),
    "default": Budget(rounds=5, valid=5, invalid=4, chains=5, steps=8, seconds=60.0),
    "thorough": Budget(rounds=40, valid=10, invalid=8, chains=20, steps=12, seconds=900.0),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An operation with an answer that is off the documents, and the requests that led to it."""

    operation: str
    failure: Failure
    exchanges: tuple[Exchange, ...]


class _Gone(BaseException):
    """The target is gone: Hypothesis must not take that for a finding."""


class _Enough(BaseException):
    """Hardly anything that is drawn can be sent: an operation that cannot be asked wrongly."""


class SchemaSearch:
    """The search at one target; `findings` yields them as they are found."""

    def __init__(
        self,
        session: Session,
        operations: Sequence[Operation],
        allowed: Sequence[Operation],
        budget: Budget,
        seed: int,
    ) -> None:
        """Make ready to judge some operations of those that may be asked for; nothing is sent."""
        self.backend = Backend(session)
        self.rounds = budget.rounds * min(_MORE, max(1, _MANY // max(1, len(operations))))
        self.budget = budget
        self.asked: set[str] = set()
        self.done = 0
        self._session = session
        self._seed = seed
        self._operations = {operation.id: operation for operation in operations}
        self._allowed = [operation.id for operation in allowed]
        self._found: dict[str, Finding] = {}
        self._gone: TargetUnreachable | None = None
        chance = Random(seed)  # noqa: S311 - repeatable, not secret
        self._line = Line(Things(self.backend, chance), chance)

    @property
    def of(self) -> int:
        """How much there is to be done."""
        return self.rounds * len(self._operations)

    def findings(self) -> Iterator[Finding | None]:
        """Search until the budget is used up; None means that it goes on.

        Raises TargetUnreachable.
        """
        now = self._session.connection.now
        deadline = now() + self.budget.seconds
        told: set[str] = set()
        schemas = self._schemas()
        for number in range(self.rounds):
            for work in self._round(schemas, number):
                if (number and now() > deadline) or len(self._found) == len(self._operations):
                    return
                since = len(self._session.exchanges)
                work()
                if self._gone is not None:
                    raise self._gone
                self._session.thin_out(since)
                self.backend.exchanges.clear()
                yield from (f for name, f in self._found.items() if name not in told)
                told |= set(self._found)
                yield None

    def _schemas(self) -> dict[Api, schemathesis.BaseSchema]:
        apis = dict.fromkeys(operation.api for operation in self._operations.values())
        config = schemathesis.Config  # a file in the user's folder is none of ours
        return {api: schemathesis.openapi.from_dict(resolved(api), config=config()) for api in apis}

    def _round(
        self, schemas: dict[Api, schemathesis.BaseSchema], number: int
    ) -> Iterator[Callable[[], None]]:
        for schema in schemas.values():
            schema.config.generation.update(with_security_parameters=False)
            for result in schema.get_all_operations():
                if not isinstance(result, Ok):
                    continue  # no operation of a valid file
                found = result.ok()
                name = found.definition.raw["operationId"]
                if name in self._operations and name not in self._found:
                    yield partial(self._ask, found, number)
                    self.done += 1
        for schema in schemas.values():
            yield partial(self._follow_links, schema, number)

    # Asking

    def _ask(self, operation: Any, number: int) -> None:
        """Ask for one operation, as its document allows it and otherwise."""
        modes = schemathesis.GenerationMode
        budget = {modes.POSITIVE: self.budget.valid}
        if operation.body or operation.query:  # any text will do for a part of a path
            budget[modes.NEGATIVE] = self.budget.invalid
        for mode, most in budget.items():

            @seed(self._seed * 1000 + number)
            @settings(_plan(max_examples=most))
            @given(case=_drawn(operation.as_strategy(generation_mode=mode), most))
            def ask(case: Case) -> None:
                self._try(case)

            try:
                ask()
            except (_Gone, Unsatisfiable, Flaky):
                return
            except _Enough:
                continue

    def _follow_links(self, schema: Any, number: int) -> None:
        """Go from one operation to the next, as an API's links say."""
        wanted = [name for name in self._allowed if name not in self._found]
        chosen = schema.include(operation_id=wanted)
        if not chosen.statistic.transitions.selected:
            return
        search = self

        left = count(2 * self.budget.chains * self.budget.steps, -1)

        def call(machine: Any, case: Case, **_: Any) -> schemathesis.Response:
            if next(left) <= 0 or len(search._found) == len(search._operations):
                raise _Enough
            return search._try(case, machine.recorder)

        machine = type(
            "Chain",
            (chosen.as_state_machine(),),
            {"call": call, "validate_response": lambda *_, **__: None},
        )
        seed(self._seed * 1000 + number)(machine)
        plan = _plan(max_examples=self.budget.chains, stateful_step_count=self.budget.steps)
        try:
            run_state_machine_as_test(machine, settings=plan)
        except (_Gone, _Enough, Unsatisfiable, Flaky):
            return

    def _try(self, case: Case, recorder: Any = None) -> schemathesis.Response:
        """Send a case, and look at its answer."""
        name = case.operation.definition.raw["operationId"]
        try:
            sent = self._line.send(case)
        except NoAnswer as error:
            self._silent(name, error)
            raise _Gone from None
        except (TargetUnreachable, NotReached) as error:
            self._gone = error if isinstance(error, TargetUnreachable) else None
            raise _Gone from None
        self.asked.add(name)
        if recorder is not None:
            recorder.record_response(case_id=case.id, response=sent.response)
        if name not in self._operations or name in self._found:
            return sent.response
        failure = judged(case, sent, self._operations[name], recorder)
        if failure is not None:
            exchanges = tuple(self.backend.exchanges) if recorder is not None else (sent.exchange,)
            self._found[name] = Finding(operation=name, failure=failure, exchanges=exchanges)
        return sent.response

    def _silent(self, name: str, error: NoAnswer) -> None:
        """Take down that there was no answer, or that there will be none any more."""
        try:
            self._session.ask_for_life()
        except TargetUnreachable as gone:
            self._gone = gone
        failure = Failure(title="No answer", expected="an answer", actual=str(error))
        if name in self._operations:
            self._found.setdefault(name, Finding(operation=name, failure=failure, exchanges=()))


def _drawn(cases: SearchStrategy[Case], wanted: int) -> SearchStrategy[Case]:
    """Draw cases, but do not go on for ever where none comes out."""
    tries = count(1)

    def counted(_: None) -> SearchStrategy[Case]:
        if next(tries) > _PATIENCE * wanted:
            raise _Enough
        return cases

    return none().flatmap(counted)


def _plan(**more: Any) -> settings:
    return settings(
        deadline=None,  # the target's slowness is its own affair
        database=None,  # nothing is left on the user's disk
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # they judge tests of code, not of servers
        verbosity=Verbosity.quiet,
        print_blob=False,
        **more,
    )
