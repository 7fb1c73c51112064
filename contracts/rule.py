"""What a rule is, and how a function becomes one.

A rule is one statement of the documents that can be observed from outside, with the function that
tries it. Its way: `@rule` puts it into `RULES`; `rules.load` sees to it that all modules with rules
have done so; `runner` decides for each whether it applies, calls it, and makes a verdict of it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from otakit.contracts.backend import Backend
from otakit.contracts.failures import SEVERITIES, Severity
from otakit.contracts.profiles import PROFILES

Plan = Literal["os", "professional", "enterprise"]
Effort = Literal["quick", "default", "thorough"]

PLANS: tuple[Plan, ...] = ("os", "professional", "enterprise")
EFFORTS: tuple[Effort, ...] = ("quick", "default", "thorough")

Check = Callable[[Backend], None]

_ID = re.compile(r"(MEN|MEN1|MEN2|JFC)-(DEV|MGT|API)-[A-Z0-9]{2,4}-\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One statement of the documents, and how to try it.

    `document` is the heading that it stands under. `operations` are those that it is about.
    `profiles` are those whose documents have it. `effort` is the least at which it is tried.
    """

    id: str
    sentence: str
    document: str
    operations: tuple[str, ...]
    severity: Severity
    profiles: tuple[str, ...]
    plan: Plan
    effort: Effort
    check: Check

    @property
    def edition(self) -> str:
        """The edition whose documents have the rule's operations."""
        return PROFILES[self.profiles[0]].edition

    @property
    def citation(self) -> str:
        """Where the statement stands."""
        return self.document


RULES: dict[str, Rule] = {}
"""All rules by id, once `rules.load` was called."""

_MENDER = tuple(name for name in PROFILES if name != "jfrog-connect")


def rule(  # noqa: PLR0913 - what there is to say about a statement
    rule_id: str,
    sentence: str,
    *,
    document: str,
    operations: Iterable[str],
    severity: Severity = "major",
    profiles: Iterable[str] = _MENDER,
    plan: Plan = "os",
    effort: Effort = "quick",
) -> Callable[[Check], Check]:
    """Make a rule of the function below; raises ValueError for what no rule can be.

    By default a rule is for every profile of Mender. For one whose edition has another document in
    place of the rule's, the rule is not applicable; nobody need name these.
    """

    def register(check: Check) -> Check:
        made = Rule(
            id=rule_id,
            sentence=sentence,
            document=document,
            operations=tuple(operations),
            severity=severity,
            profiles=tuple(profiles),
            plan=plan,
            effort=effort,
            check=check,
        )
        _check(made)
        RULES[rule_id] = made
        return check

    if rule_id in RULES:
        message = f"rule {rule_id!r} is there already"
        raise ValueError(message)
    return register


def _check(made: Rule) -> None:
    wrong = {
        f"{made.id!r} is not formed like MEN-DEV-AUT-001": not _ID.fullmatch(made.id),
        "the sentence is empty or ends with a full stop": not made.sentence.strip(". ")
        or made.sentence.endswith("."),
        "there is no operation": not made.operations,
        f"severity {made.severity!r} is none of {SEVERITIES}": made.severity not in SEVERITIES,
        f"plan {made.plan!r} is none of {PLANS}": made.plan not in PLANS,
        f"effort {made.effort!r} is none of {EFFORTS}": made.effort not in EFFORTS,
        f"a profile of {made.profiles} is unknown": not set(made.profiles) <= set(PROFILES),
        "there is no profile": not made.profiles,
    }
    if said := [text for text, holds in wrong.items() if holds]:
        message = f"rule {made.id}: {'; '.join(said)}"
        raise ValueError(message)
