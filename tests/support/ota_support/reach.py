"""What `otakit check` reaches of the documents: the page about it, and the reasons for the rest."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from otakit.contracts.events import Reached

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "benchmarks" / "REACH.md"
REASONS = ROOT / "benchmarks" / "reach_reasons.yaml"
LISTED = ROOT / "tests" / "specs" / "documented" / "operations.json"

PARTS = {
    "mender-enterprise": ("Mender API reference, current", ("003",)),
    "mender-2": ("Mender deployments, second edition of v1 and first of v2", ("001", "002")),
    "mender-1": ("Mender deployments, first edition", ("000",)),
    "jfrog-connect": ("JFrog Connect deployments", ("004",)),
}
"""For each profile: its title, and its documents by the beginning of their names."""

LETTERS = {"rules": "r", "sequences": "s", "concurrency": "c", "schema": "d"}
"""How the page names the phases that reach a status."""

HEAD = """# What the suite reaches of the documents

Written by `python -m benchmarks.reach`: `otakit check --effort {effort}` at the mock, with each
profile. Behind a status stand the phases that were answered so: **r** cited rules, **s** random
sequences, **c** what is done at the same time, **d** requests drawn from the OpenAPI files. A
status in (parentheses) none was answered with, for the reason below.

{count} operations with {statuses} documented statuses: {reached} are reached, {reasoned} are not.
"""

CUT_OFF = "none is listed: the document is cut off here"

Seen = dict[str, dict[int, tuple[str, ...]]]
"""The phases that reached a status of an operation, told by its method and path."""


def seen_of(reached: Iterable[Reached]) -> Seen:
    """Return what a run has told."""
    return {operation.name: dict(operation.phases) for operation in reached}


def listed_in(documents: Iterable[str]) -> Iterator[tuple[str, list[int]]]:
    """Go through the operations of documents with the statuses that are listed there."""
    wanted = tuple(documents)
    for o in json.loads(LISTED.read_text(encoding="utf-8")):
        if o["document"].startswith(wanted):
            yield f"{o['method']} {o['base']}{o['path']}", sorted(map(int, o["responses"]))


class Reasons:
    """Why statuses are not reached; `used` are the entries that were needed so far."""

    def __init__(self) -> None:
        """Read the file."""
        entries: list[dict[str, Any]] = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
        self.entries = {(e.get("operation", ""), e["status"]): str(e["reason"]) for e in entries}
        assert len(self.entries) == len(entries), "an entry is there twice"
        self.used: set[tuple[str, int]] = set()

    def of(self, operation: str, status: int) -> str:
        """Return the reason of a status that was not reached; empty if there is none."""
        for key in ((operation, status), ("", status)):
            if key in self.entries:
                self.used.add(key)
                return self.entries[key]
        return ""


def render(runs: Mapping[str, Seen], effort: str) -> str:
    """Render the page: what was seen by profile."""
    reasons, lines = Reasons(), []
    everything = reached = operations = 0
    for profile, (title, documents) in PARTS.items():
        lines += ["", f"## {title}: `{profile}`", "", "| operation | statuses |", "|---|---|"]
        notes: dict[str, list[str]] = {}
        for name, statuses in listed_in(documents):
            seen = runs[profile].get(name, {})
            missing = [status for status in statuses if status not in seen]
            for status in missing:
                reason = reasons.of(name, status) or "**nobody knows why**"
                notes.setdefault(f"{status}: {reason}", []).append(name)
            cells = [_cell(status, seen) for status in statuses]
            lines.append(f"| `{name}` | {' '.join(cells) or CUT_OFF} |")
            operations += 1
            everything += len(statuses)
            reached += len(statuses) - len(missing)
        lines += ["", *(f"- {note}{_whose(names)}" for note, names in notes.items())]
    head = HEAD.format(
        effort=effort,
        count=operations,
        statuses=everything,
        reached=reached,
        reasoned=everything - reached,
    )
    return head + "\n".join(lines) + "\n"


def _cell(status: int, seen: Mapping[int, tuple[str, ...]]) -> str:
    if status not in seen:
        return f"({status})"
    return f"**{status}** {''.join(LETTERS[phase] for phase in seen[status])}"


def _whose(names: list[str]) -> str:
    return f" (`{names[0]}`)" if len(names) == 1 else ""


def read(page: str) -> dict[str, Seen]:
    """Read a page: what was seen by profile."""
    phases = {letter: phase for phase, letter in LETTERS.items()}
    runs: dict[str, Seen] = {}
    seen: Seen = {}
    for line in page.splitlines():
        if heading := re.fullmatch(r"## .*: `(.*)`", line):
            seen = runs[heading[1]] = {}
        elif row := re.fullmatch(r"\| `(.*)` \| (.*) \|", line):
            cells = re.findall(r"\*\*(\d+)\*\* ([a-z]+)", row[2])
            seen[row[1]] = {int(s): tuple(phases[c] for c in letters) for s, letters in cells}
    return runs
