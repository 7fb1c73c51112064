"""Forms: for each operation the rule that all its answers are as its document describes them.

Every rule's requests count. So a field of the wrong type is one broken rule, that of the operation,
however many rules have seen it.
"""

from otakit.contracts.backend import Backend
from otakit.contracts.failures import Failure
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.profiles import Profile
from otakit.contracts.rule import Rule

_SHOWN = 5


def is_form(rule: Rule) -> bool:
    """Say whether a rule is about the form of all answers to an operation."""
    return rule.id.startswith("FORM-")


def form_of(operation: Operation, profile: Profile) -> Rule:
    """Return the rule about an operation's answers."""

    def check(backend: Backend) -> None:
        _check(operation, backend)

    return Rule(
        id=f"FORM-{operation.id}",
        sentence=f"All answers of {operation.name} have a documented status and form",
        document=operation.heading,
        operations=(operation.id,),
        severity="major",
        profiles=(profile.name,),
        plan="os",
        effort="quick",
        check=check,
    )


def _check(operation: Operation, backend: Backend) -> None:
    answers = [e for e in backend.all_exchanges if e.operation_id == operation.id]
    if not answers and not backend.has_thinned_out(operation.id):
        message = "no rule that was tried has asked for it"
        raise NotApplicable(message)
    wrong = [e for e in answers if e.violations]
    if wrong:
        lines = dict.fromkeys(line for e in wrong for line in e.violations)
        more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        raise Failure(
            title=f"the form of {operation.name}",
            expected="answers of a documented status and form",
            actual="; ".join([*lines][:_SHOWN]) + more,
            exchange=wrong[0],
        )
