"""Which documented statuses `otakit check` reaches at the mock, and by which phase.

`python -m benchmarks.reach [--effort quick] [--profile NAME …]` starts a mock for each profile,
checks it with all phases and writes benchmarks/REACH.md; what is not reached stands there with its
reason from reach_reasons.yaml. Profiles that are not named stay as they are there. It ends with 1
if anything fails or has no reason.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.serving import otakit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from ota_support.checks import RUN, documents, target  # found by the line above
from ota_support.connect_project import prepared
from ota_support.reach import PAGE, PARTS, Seen, read, render, seen_of
from otakit.contracts.choice import Choice
from otakit.contracts.events import RuleFinished, RunFinished
from otakit.contracts.phases import PHASES
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rule import EFFORTS, Effort
from otakit.contracts.rules import load
from otakit.contracts.runner import Run
from otakit.contracts.session import Session

LIMITED = ("--device-limit", "0")
"""A server that nobody is accepted at: what a limit is answered with is reached there only."""
LIMITED_RULES = ("MEN-MGT-AUT-016",)


def checked(profile: str, effort: Effort, *ids: str, server: tuple[str, ...] = ()) -> Seen:
    """Check a mock with one profile, or with some of its rules; fail for what does not hold."""
    claimed = PROFILES[profile]
    mine = documents(claimed.edition)
    choice = Choice(claimed, mine, load())
    served = "mender" if profile == "jfrog-connect" else claimed.edition
    with otakit("--edition", served, *server) as mock:
        url = f"http://127.0.0.1:{mock.port}"
        to = target(url, **(prepared(url) if profile == "jfrog-connect" else {}))
        session = Session(to, claimed, mine, RUN)
        phases = choice.phases(PHASES, ids, (), effort=effort, seed=1)
        rules = choice.rules(PHASES, ids, (), None)
        with Run(session, rules, phases=phases, effort=effort) as run:
            told = list(run.events())
    broken = [e.result.rule.id for e in told if isinstance(e, RuleFinished) and e.result.broken]
    if broken:
        sys.exit(f"{profile}: {', '.join(broken)} should hold at the mock")
    return seen_of(next(e for e in told if isinstance(e, RunFinished)).reached)


def main() -> None:
    """Check with each profile, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--effort", choices=EFFORTS, default="default")
    parser.add_argument("--profile", action="append", choices=[*PARTS], default=[])
    asked = parser.parse_args()
    effort: Effort = asked.effort
    runs = read(PAGE.read_text(encoding="utf-8")) if asked.profile else {}
    for profile in asked.profile or PARTS:
        runs[profile] = checked(profile, effort)
        if profile == "mender-enterprise":
            limited = checked(profile, effort, *LIMITED_RULES, server=LIMITED)
            runs[profile] |= {n: seen | runs[profile][n] for n, seen in limited.items()}
        print(f"{profile}: done", flush=True)  # noqa: T201
    page = render(runs, effort)
    PAGE.write_text(page, encoding="utf-8")
    print(page.partition("\n## ")[0])  # noqa: T201
    sys.exit("nobody knows why" in page)


if __name__ == "__main__":
    main()
