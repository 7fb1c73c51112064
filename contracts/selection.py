"""Which rules are looked at, and which of these the target does not claim."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache
from random import Random

from otakit.contracts.documents import Documents
from otakit.contracts.errors import UnknownRule
from otakit.contracts.forms import form_of
from otakit.contracts.profiles import Profile
from otakit.contracts.rule import EFFORTS, PLANS, Effort, Rule
from otakit.contracts.session import Session
from otakit.specs.catalogue import NAMES


def chosen(  # noqa: PLR0913 - what there is to choose by
    rules: dict[str, Rule],
    profile: Profile,
    documents: Documents,
    *,
    ids: Collection[str] = (),
    apis: Collection[str] = (),
    order: Random | None = None,
) -> list[Rule]:
    """Return the rules to look at: those of a profile's documents, or some of them.

    Behind them come the forms of the answers to the documented operations that they are about.
    `ids` and `apis` choose among all of these. Rules come by id, or in an order that `order` draws.
    Raises UnknownRule.
    """
    mine = {name: rule for name, rule in rules.items() if _of_documents(rule, profile)}
    operations = dict.fromkeys(o for rule in mine.values() for o in rule.operations)
    known = documents.operations
    forms = [form_of(known[o], profile) for o in operations if o in known and known[o].heading]
    if order is not None:
        mine = dict(order.sample(list(mine.items()), len(mine)))
    everything = {**mine, **{form.id: form for form in forms}}
    _check(ids, {**rules, **everything})
    return [
        rule
        for rule in everything.values()
        if (not ids or rule.id in ids)
        and (not apis or any(_api(documents, o) in apis for o in rule.operations))
    ]


def inapplicable(rule: Rule, session: Session, effort: Effort) -> str:
    """Say why a rule is not one for a target; empty if it is."""
    known = session.documents.operations
    if missing := [operation for operation in rule.operations if operation not in known]:
        return f"the dialect '{session.documents.dialect}' has no operation '{missing[0]}'"
    profile = session.profile
    needed = plan_of(rule, session.documents)
    if _rank(needed) > _rank(profile.plan):
        return f"it needs the plan '{needed}', and the profile claims '{profile.plan}'"
    if EFFORTS.index(rule.effort) > EFFORTS.index(effort):
        return f"it takes longer: --effort {rule.effort}"
    return ""


def plan_of(rule: Rule, documents: Documents) -> str:
    """Return the lowest plan that has all that a rule is about."""
    plans = {rule.plan, *(documents.operations[o].plan for o in rule.operations)}
    return max(plans, key=_rank)


def _rank(plan: str) -> int:
    return next(rank for rank, known in enumerate(PLANS) if known == plan)


def _of_documents(rule: Rule, profile: Profile) -> bool:
    """Say whether a profile's edition has the very documents that a rule's operations are in."""
    if profile.name not in rule.profiles:
        return False
    home = home_of(rule.edition)
    return all(home[operation] in NAMES[profile.edition] for operation in rule.operations)


@cache
def home_of(edition: str) -> dict[str, str]:
    """Return the name of the document that each operation of an edition is in."""
    return {name: op.api.name for name, op in Documents(edition).operations.items()}


def apis_of(documents: Documents) -> tuple[str, ...]:
    """Name all APIs of an edition as users do, companions too."""
    return tuple(sorted({_api(documents, operation) for operation in documents.operations}))


def _api(documents: Documents, operation: str) -> str:
    """Name the API of an operation as users do, without the edition; empty if it is in none."""
    found = documents.operations.get(operation)
    return found.api.name.partition("/")[2] if found else ""


def _check(ids: Iterable[str], known: Collection[str]) -> None:
    for name in ids:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            message = f"there is no rule '{name}'{hint}"
            raise UnknownRule(message)
