"""The catalogue of rules: each with its sentence, and the heading that it stands under."""

from collections import defaultdict
from collections.abc import Iterable

from ota_reference.markdown import cell, code, table
from otakit.contracts.rule import Rule
from otakit.contracts.rules import load

_HEAD = """# Rules

The {count} rules that `otakit check` tries, made from the registry. Each is one statement of a
document, with the heading that it stands under. Besides, each operation has a rule `FORM-…`: all
its answers have a documented status and form.

The severity says how much depends on it. A rule whose plan is above what the profile has booked
is not applicable.
"""

_DOCUMENTS = {
    "MEN": "Mender API reference, current",
    "MEN1": "Mender Deployments, first edition",
    "MEN2": "Mender Deployments, second edition",
    "JFC": "JFrog Connect Deployments API v2",
}


def text() -> str:
    """Return the page."""
    rules = load()
    by_document: dict[str, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules.values():
        by_document[rule.id.split("-")[0]][rule.id.rpartition("-")[0]].append(rule)
    parts = [_HEAD.format(count=len(rules))]
    for document, services in sorted(by_document.items(), key=lambda d: [*_DOCUMENTS].index(d[0])):
        parts.append(f"## {_DOCUMENTS[document]}\n")
        for service, its in services.items():
            parts.append(f"### {service}: {_service(its)} {{ #{service.lower()} }}\n")
            parts.append(table(("rule", "what holds", "severity", "plan"), map(_row, its)))
    return "\n".join(parts)


def _service(rules: Iterable[Rule]) -> str:
    """Name what most of these rules stand under: the first two headings."""
    named = [" / ".join(rule.document.split(" / ")[:2]) for rule in rules]
    return max(dict.fromkeys(named), key=named.count)


def _row(rule: Rule) -> tuple[str, str, str, str]:
    anchor = f'<span id="{rule.id.lower()}"></span>'
    source = f'<br><small class="source">{cell(rule.document)}</small>'
    return f"{anchor}{code(rule.id)}", f"{cell(rule.sentence)}.{source}", rule.severity, rule.plan
