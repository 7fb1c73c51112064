"""Which deliberate bugs of a backend `otakit check` catches, by which phase, and how long it takes.

`python benchmarks/seeded_bugs.py [--sample N] [--seed N] [--named]` starts the mock with one bug of
the catalogue (tests/support/ota_bugs) at a time and checks it. Without more it runs, for each bug
of the sample (all, if none is given), the whole rules phase at default effort, and the other phases
where rules did not catch it: as a backend's CI would, without a word of what is broken. With
`--named` it tries only the verdicts that the catalogue names for each bug, which takes half a
second a bug. The table is written to benchmarks/SEEDED_BUGS.md; bugs that were missed stand first.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

from ota_bugs.catalogue import Bug, load  # noqa: E402 - found by the line above
from ota_bugs.server import served_with  # noqa: E402
from ota_support.checks import RUN, documents, target  # noqa: E402
from ota_support.connect_project import prepared  # noqa: E402
from otakit.contracts.choice import Choice  # noqa: E402
from otakit.contracts.events import RuleFinished  # noqa: E402
from otakit.contracts.phases import PHASES  # noqa: E402
from otakit.contracts.profiles import PROFILES  # noqa: E402
from otakit.contracts.rules import load as load_rules  # noqa: E402
from otakit.contracts.runner import Run  # noqa: E402
from otakit.contracts.session import Session  # noqa: E402
from otakit.contracts.verdicts import Verdict  # noqa: E402

TABLE = HERE / "SEEDED_BUGS.md"
HEAD = """# Seeded bugs

Written by `python benchmarks/seeded_bugs.py{options}`: the mock with one bug at a time, checked at
default effort. *verdict* is the first of those that failed; *more* says how many others did.

{summary}

| bug | what is wrong | caught by | verdict | more | seconds |
|---|---|---|---|---|---|
"""


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


def write(results: list[Caught], options: str) -> str:
    """Write the table; return its summary."""
    missed = [caught for caught in results if not caught.phase]
    phases = Counter(caught.phase for caught in results if caught.phase)
    by_phase = ", ".join(f"{phase} {count}" for phase, count in phases.most_common())
    share = 100 * (len(results) - len(missed)) / len(results)
    seconds = sum(caught.seconds for caught in results) / len(results)
    summary = (
        f"{len(results)} bugs: {len(results) - len(missed)} caught ({share:.1f} %): {by_phase};"
        f" {len(missed)} missed. {seconds:.1f} s a bug."
    )
    rows = [
        f"| `{c.bug.name}` | {one_line(c.bug.sentence)} | {c.phase or '**missed**'} |"
        f" {c.verdicts[0] if c.verdicts else ''} | {max(0, len(c.verdicts) - 1) or ''} |"
        f" {c.seconds:.1f} |"
        for c in [*missed, *(caught for caught in results if caught.phase)]
    ]
    head = HEAD.format(options=options, summary=summary)
    TABLE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return summary


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
    if chosen.sample:
        bugs = sorted(Random(chosen.seed).sample(bugs, chosen.sample), key=lambda bug: bug.name)
    results = []
    for number, bug in enumerate(bugs, 1):
        caught = tried(bug, named=chosen.named)
        results.append(caught)
        found = f"{caught.phase}: {', '.join(caught.verdicts[:4])}" if caught.phase else "MISSED"
        print(f"{number}/{len(bugs)} {bug.name} {found} {caught.seconds:.1f} s", flush=True)  # noqa: T201
    options = " --named" if chosen.named else ""
    options += f" --sample {chosen.sample} --seed {chosen.seed}" if chosen.sample else ""
    print(write(results, options))  # noqa: T201


if __name__ == "__main__":
    main()
