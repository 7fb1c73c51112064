"""The schema phase: all that the OpenAPI files allow, and some that they do not, is asked for.

    files → requests drawn by Schemathesis → bound to the run's own → answers held to the files

Each operation has one verdict: `SCHEMA-<operationId>`.
"""

from collections.abc import Iterator, Sequence

from otakit.contracts.backend import Backend
from otakit.contracts.documents import Documents
from otakit.contracts.events import Event, Progressed, RuleFinished
from otakit.contracts.ledger import Cleaned
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotReached
from otakit.contracts.phases import SCHEMA
from otakit.contracts.profiles import Profile
from otakit.contracts.rule import Effort, Rule
from otakit.contracts.schema_bounds import why_left_out
from otakit.contracts.selection import inapplicable
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Result, Verdict

PREFIX = "SCHEMA-"


def schema_rules(profile: Profile, documents: Documents) -> list[Rule]:
    """Return a rule for each operation of the documents, those that are left out too."""
    return [_rule(operation, profile) for operation in documents.operations.values()]


def _rule(operation: Operation, profile: Profile) -> Rule:
    return Rule(
        id=f"{PREFIX}{operation.id}",
        sentence=f"Whatever {operation.name} is asked, it answers as documented",
        document=operation.heading or f"Companion APIs / {operation.summary}",
        operations=(operation.id,),
        severity="major",
        profiles=(profile.name,),
        plan="os",
        effort="quick",
        check=_alone,
    )


def _alone(backend: Backend) -> None:
    del backend
    message = "nothing was drawn for it"
    raise NotReached(message)


class SchemaPhase:
    """Requests drawn from the files; each operation has a verdict."""

    name = SCHEMA

    def __init__(self, rules: Sequence[Rule], effort: Effort, seed: int) -> None:
        """Judge these operations: `schema_rules`, or some of them."""
        self.rules = rules
        self._effort: Effort = effort
        self._seed = seed
        self._backend: Backend | None = None

    def events(self, session: Session) -> Iterator[Event]:
        """Ask for everything, and tell what became of each operation."""
        mine: dict[str, Rule] = {}
        for rule in self.rules:
            (name,) = rule.operations
            operation = session.documents.operations[name]
            if reason := inapplicable(rule, session, self._effort) or why_left_out(operation):
                result = Result(rule=rule, verdict=Verdict.NOT_APPLICABLE, reason=reason)
                yield RuleFinished(result=result)
            else:
                mine[name] = rule
        if mine:
            yield from self._search(session, mine)

    def clear(self) -> Cleaned:
        """Remove what the requests have made."""
        backend, self._backend = self._backend, None
        return Cleaned() if backend is None else backend.ledger.clear(backend.management)

    def _allowed(self, session: Session) -> list[Operation]:
        """Return all that may be asked for: what is judged may need what comes before it."""
        return [
            operation
            for operation in session.documents.operations.values()
            if not why_left_out(operation)
            and not inapplicable(_rule(operation, session.profile), session, self._effort)
        ]

    def _search(self, session: Session, mine: dict[str, Rule]) -> Iterator[Event]:
        # It takes half a second, which nobody shall wait for who does without.
        from otakit.contracts.schema_search import BUDGETS, SchemaSearch  # noqa: PLC0415

        operations = [session.documents.operations[name] for name in mine]
        search = SchemaSearch(
            session, operations, self._allowed(session), BUDGETS[self._effort], self._seed
        )
        self._backend = search.backend
        for finding in search.findings():
            if finding is None:
                yield Progressed(phase=SCHEMA, done=min(search.done, search.of), of=search.of)
                continue
            rule = mine.pop(finding.operation)
            finding.failure.cite(rule.severity, rule.citation)
            yield RuleFinished(
                result=Result(
                    rule=rule,
                    verdict=Verdict.FAIL,
                    failure=finding.failure,
                    exchanges=finding.exchanges,
                )
            )
        for name, rule in mine.items():
            yield RuleFinished(result=_unbroken(rule, asked=name in search.asked))


def _unbroken(rule: Rule, *, asked: bool) -> Result:
    if asked:
        return Result(rule=rule, verdict=Verdict.PASS)
    reason = "no request could be made for it: a device of the run's own is needed"
    return Result(rule=rule, verdict=Verdict.NOT_REACHED, reason=reason)
