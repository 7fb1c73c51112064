"""Which deliberate bugs of a backend `otakit check` catches, by which phase, and how long it takes.

`python -m benchmarks.seeded_bugs [--sample N] [--seed N] [--named]` starts the mock with one bug of
the catalogue (tests/support/ota_bugs) at a time and checks it. Without more it runs, for each bug
of the sample (all, if none is given), the whole rules phase at default effort, and the other phases
where rules did not catch it: as a backend's CI would, without a word of what is broken. With
`--named` it tries only the verdicts that the catalogue names for each bug, which takes half a
second a bug. The table becomes part of benchmarks/RESULTS.md; bugs that were missed stand first.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.figures import Section, Table, Target
from benchmarks.results import keep

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from ota_bugs.catalogue import Bug, load  # found by the line above
from ota_bugs.server import served_with
from ota_support.checks import RUN, documents, target
from ota_support.connect_project import prepared
from otakit.contracts.choice import Choice
from otakit.contracts.events import RuleFinished
from otakit.contracts.phases import PHASES
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load as load_rules
from otakit.contracts.runner import Run
from otakit.contracts.session import Session
from otakit.contracts.verdicts import Verdict

METHOD = (
    "The mock with one deliberate bug at a time, checked by `otakit check` at default effort{how}:"
    " first the rules, then, where they found nothing, the other phases. *verdict* is the first of"
    " those that failed, *more* says how many others did. {count} of the {all} bugs of the"
    " catalogue (tests/support/ota_bugs), {choice}; those that only fleets find are left out."
)
HEAD = ("bug", "what is wrong", "caught by", "verdict", "more", "seconds")
LIMIT = 95.0
"""Percent of the bugs that are to be caught."""


@dataclass(frozen=True, slots=True)
class Caught:
    """One bug, the phase that caught it (empty: none did), and the verdicts that failed."""

    bug: Bug
    phase: str
    verdicts: tuple[str, ...]
    seconds: float


def tried(bug: Bug, *, named: bool) -> Caught:
    """Check a server with one bug, phase after phase until one catches it."""
    began = time.perf_counter()
    with served_with(bug) as url:
        for phase in PHASES:
            if failed := checked(url, bug, phase, bug.caught_by if named else ()):
                return Caught(bug, phase, failed, time.perf_counter() - began)
    return Caught(bug, "", (), time.perf_counter() - began)


def checked(url: str, bug: Bug, phase: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Run one phase at default effort; return the ids of the verdicts that failed."""
    claimed = PROFILES[bug.profile]
    mine = documents(claimed.edition)
    choice = Choice(claimed, mine, load_rules())
    rules = choice.rules((phase,), ids, (), None)
    others = choice.phases((phase,), ids, (), effort="default", seed=1)
    if not rules and not others:
        return ()
    to = target(url, **(prepared(url) if bug.profile == "jfrog-connect" else {}))
    session = Session(to, claimed, mine, f"{RUN}-{phase}")
    with Run(session, rules, phases=others, effort="default") as run:
        results = [event.result for event in run.events() if isinstance(event, RuleFinished)]
    return tuple(result.rule.id for result in results if result.verdict is Verdict.FAIL)


def section(results: list[Caught], *, of: int, named: bool, seed: int, command: str) -> Section:
    """Write what was found; what was missed stands first."""
    missed = [caught for caught in results if not caught.phase]
    share = 100 * (len(results) - len(missed)) / len(results)
    phases = Counter(caught.phase for caught in results if caught.phase)
    by_phase = ", ".join(f"{phase} {count}" for phase, count in phases.most_common())
    found = f"{share:.1f} % of {len(results)} ({by_phase})"
    choice = "all" if len(results) == of else f"drawn by the seed {seed}"
    how = ", only the verdicts that the catalogue names" if named else ""
    ordered = [*missed, *(caught for caught in results if caught.phase)]
    return Section(
        title="Seeded bugs",
        method=METHOD.format(how=how, count=len(results), all=of, choice=choice),
        targets=(Target(what="caught", wanted=f"≥ {LIMIT:g} %", figure=found, met=share >= LIMIT),),
        tables=(Table(head=HEAD, rows=tuple(row(caught) for caught in ordered), words=True),),
        command=command,
    )


def row(caught: Caught) -> tuple[str, ...]:
    """Write a bug's line."""
    first, *others = caught.verdicts or ("",)
    return (
        f"`{caught.bug.name}`",
        one_line(caught.bug.sentence),
        caught.phase or "**missed**",
        first,
        str(len(others) or ""),
        f"{caught.seconds:.1f}",
    )


def one_line(text: str) -> str:
    """Return the first paragraph of a text in one line, fit for a table's cell."""
    return " ".join(text.partition("\n\n")[0].split()).replace("|", "\\|")


def main() -> None:
    """Try the bugs, tell of each, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, help="only so many bugs, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--named", action="store_true", help="only the verdicts that are named")
    chosen = parser.parse_args()
    bugs = [bug for bug in load().values() if not bug.caught_by[0].startswith("FLEET-")]
    count = len(bugs)
    if chosen.sample:
        bugs = sorted(Random(chosen.seed).sample(bugs, chosen.sample), key=lambda bug: bug.name)
    began = time.perf_counter()
    results = []
    for number, bug in enumerate(bugs, 1):
        caught = tried(bug, named=chosen.named)
        results.append(caught)
        found = f"{caught.phase}: {', '.join(caught.verdicts[:4])}" if caught.phase else "MISSED"
        print(f"{number}/{len(bugs)} {bug.name} {found} {caught.seconds:.1f} s", flush=True)  # noqa: T201
    options = " --named" if chosen.named else ""
    options += f" --sample {chosen.sample} --seed {chosen.seed}" if chosen.sample else ""
    written = section(
        results,
        of=count,
        named=chosen.named,
        seed=chosen.seed,
        command=f"python -m benchmarks.seeded_bugs{options}",
    )
    keep("seeded_bugs", written, time.perf_counter() - began)
    print(written.targets[0].figure)  # noqa: T201


if __name__ == "__main__":
    main()
