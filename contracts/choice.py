"""What a run consists of: rules and phases, chosen by what a user has asked for."""

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from random import Random

from otakit.contracts.backend import Backend
from otakit.contracts.concurrency_phase import ConcurrencyPhase, race_rules
from otakit.contracts.documents import Documents
from otakit.contracts.errors import UnknownRule
from otakit.contracts.observations import observation_rules
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.phases import (
    CONCURRENCY,
    RULES,
    SCHEMA,
    SEQUENCES,
    AbsentPhase,
    Phase,
    among,
)
from otakit.contracts.profiles import Profile
from otakit.contracts.rule import Effort, Rule
from otakit.contracts.schema import SchemaPhase, schema_rules
from otakit.contracts.selection import chosen
from otakit.contracts.sequences_phase import SequencesPhase

_PREFIXES = {SEQUENCES: "SEQ-", CONCURRENCY: "CON-", SCHEMA: "SCHEMA-"}
_KINDS: dict[str, Callable[[Sequence[Rule], Effort, int], Phase]] = {
    SEQUENCES: SequencesPhase,
    CONCURRENCY: ConcurrencyPhase,
    SCHEMA: SchemaPhase,
}
_WITHOUT = {
    SEQUENCES: "Random sequences of acts agree with the model",
    CONCURRENCY: "What is done at the same time looks as if it came one after the other",
}
_NOTHING_OWN = (
    "the documents have no operation that makes devices or update flows: there is nothing of the"
    " run's own to act on"
)


class Choice:
    """What there is to try of a profile's documents, and what of it is wanted."""

    def __init__(self, profile: Profile, documents: Documents, rules: dict[str, Rule]) -> None:
        """Look at all that there is."""
        self._profile = profile
        self._documents = documents
        self._everything = rules
        self._of_phase = {
            SEQUENCES: observation_rules(profile, documents),
            CONCURRENCY: race_rules(profile, documents),
            SCHEMA: schema_rules(profile, documents),
        }
        self._absent = [phase for phase in _WITHOUT if not self._of_phase[phase]]
        for phase in self._absent:
            self._of_phase[phase] = [_absent_rule(phase, profile)]

    @property
    def names(self) -> set[str]:
        """All ids that a verdict can have."""
        forms = (f"FORM-{operation}" for operation in self._documents.operations)
        found = (rule.id for rules in self._of_phase.values() for rule in rules)
        return {*self._everything, *forms, *found}

    def rules(
        self, phases: Collection[str], ids: Sequence[str], apis: Sequence[str], order: Random | None
    ) -> list[Rule]:
        """Return the rules to be tried one after the other; raises UnknownRule."""
        mine = [name for name in ids if not name.startswith(tuple(_PREFIXES.values()))]
        if RULES not in phases or (ids and not mine):
            return []
        return chosen(
            self._everything, self._profile, self._documents, ids=mine, apis=apis, order=order
        )

    def phases(
        self,
        phases: Collection[str],
        ids: Sequence[str],
        apis: Sequence[str],
        *,
        effort: Effort,
        seed: int,
    ) -> list[Phase]:
        """Return the other phases that have something to judge; raises UnknownRule."""
        self._check(ids)
        found: list[Phase] = []
        for phase, kind in _KINDS.items():
            mine = self._among(phase, phases, ids, apis)
            if mine and phase in self._absent:
                found.append(AbsentPhase(phase, mine, _NOTHING_OWN))
            elif mine:
                found.append(kind(mine, effort, seed))
        return found

    def _among(
        self, phase: str, phases: Collection[str], ids: Iterable[str], apis: Collection[str]
    ) -> list[Rule]:
        mine = [name for name in ids if name.startswith(_PREFIXES[phase])]
        if phase not in phases or (ids and not mine):
            return []
        known = self._documents.operations.values()
        operations = {o.id for o in known if o.api.name.partition("/")[2] in apis}
        return among(self._of_phase[phase], mine, operations) if operations or not apis else []

    def _check(self, ids: Iterable[str]) -> None:
        for phase, prefix in _PREFIXES.items():
            known = [rule.id for rule in self._of_phase[phase]]
            for name in ids:
                if name.startswith(prefix) and name not in known:
                    near = get_close_matches(name, known, 1)
                    hint = f"; did you mean '{near[0]}'?" if near else ""
                    message = f"there is no rule '{name}'{hint}"
                    raise UnknownRule(message)


def _absent_rule(phase: str, profile: Profile) -> Rule:
    """Return the one rule of a phase that has nothing to do with a profile's documents."""
    return Rule(
        id=f"{_PREFIXES[phase]}{profile.edition}",
        sentence=_WITHOUT[phase],
        document="Introduction",
        operations=(),
        severity="major",
        profiles=(profile.name,),
        plan="os",
        effort="quick",
        check=_not_applicable,
    )


def _not_applicable(backend: Backend) -> None:
    del backend
    raise NotApplicable(_NOTHING_OWN)
