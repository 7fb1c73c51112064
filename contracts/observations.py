"""Observations: what sequences compare, each as a rule with a verdict of its own."""

from functools import cache

from otakit.contracts.acts import load
from otakit.contracts.acts.step import Step
from otakit.contracts.backend import Backend
from otakit.contracts.documents import Documents
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotReached
from otakit.contracts.profiles import Profile
from otakit.contracts.rule import Rule
from otakit.specs.catalogue import DEFAULT_EDITION


@cache
def _documented() -> dict[str, Operation]:
    return Documents(DEFAULT_EDITION).operations


def operation_of(kind: type[Step], documents: Documents) -> Operation | None:
    """Return the operation that a kind of step asks for; None where an edition has none.

    Another dialect may have another operation at the same place.
    """
    known = documents.operations
    if kind.operation in known:
        return known[kind.operation]
    meant = _documented()[kind.operation]
    same = (o for o in known.values() if (o.method, o.path) == (meant.method, meant.path))
    return next(same, None)


def observation_rules(profile: Profile, documents: Documents) -> list[Rule]:
    """Return a rule for each observation of sequences of which the documents have the operation.

    They are judged by the sequences phase: none of them can be tried alone.
    """
    return [
        observation_rule(kind, operation, profile)
        for kind in load().values()
        if (operation := operation_of(kind, documents)) is not None
    ]


def observation_rule(kind: type[Step], operation: Operation, profile: Profile) -> Rule:
    """Return the rule of one observation."""
    return Rule(
        id=f"SEQ-{kind.name}",
        sentence=f"{kind.sentence}, whatever came before",
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
    message = "no sequence came so far"
    raise NotReached(message)
