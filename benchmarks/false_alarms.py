"""Whether `otakit check` is silent where nothing is broken, over many seeds.

`python -m benchmarks.false_alarms [--seeds N] [--first N] [--effort quick|default|thorough]` starts
the mock for each profile, dialect and plan, and checks it with one seed after another, all phases.
What it finds is a false alarm, or a fault of the mock; either way it is printed as it is found, and
the command ends with 1. The table becomes part of benchmarks/RESULTS.md.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Section, Table, Target, read
from benchmarks.results import HERE, keep
from benchmarks.serving import OTAKIT, otakit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from ota_support.connect_project import prepared  # found by the line above
from ota_support.server import EMAIL, PASSWORD

CONNECT = "jfrog-connect"
METHOD = (
    "`otakit check --effort {effort}` with all phases against a mock that has no fault, each"
    " dialect held to its own documents and model, and as-built with the waivers of the cited rules"
    " that it departs from by design (`--waivers mender-server-4`). Verdicts, requests and"
    " seconds are means of a run; what is not applicable says why in the report."
)
SILENT = {"pass", "not applicable", "waived"}
HEAD = ("profile and dialect", "seeds", "silent", "hold", "not applicable", "requests", "seconds")


@dataclass(frozen=True, slots=True)
class Backend:
    """A mock, and what it is checked as."""

    profile: str
    plan: str = "enterprise"
    edition: str = "mender"
    dialect: str = "documented"

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.profile}, {self.dialect}"


BACKENDS = (
    Backend("mender-enterprise"),
    Backend("mender-professional", plan="professional"),
    Backend("mender-open-source", plan="os"),
    Backend("mender-enterprise", dialect="as-built"),
    Backend("mender-open-source", plan="os", dialect="as-built"),
    Backend("mender-1", edition="mender-1"),
    Backend("mender-2", edition="mender-2"),
    Backend(CONNECT),
)


NAMES = [backend.name for backend in BACKENDS]


@dataclass(slots=True)
class Tried:
    """What the runs against one backend have come to."""

    backend: Backend
    seeds: int = 0
    silent: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    seconds: float = 0.0

    def row(self) -> tuple[str, ...]:
        """Return the table's line."""
        n = max(1, self.seeds)
        return (
            self.backend.name,
            str(self.seeds),
            str(self.silent),
            str(self.verdicts["pass"] // n),
            str(self.verdicts["not applicable"] // n),
            f"{self.requests // n:,}",
            f"{self.seconds / n:.0f}",
        )


@contextmanager
def served(backend: Backend) -> Iterator[str]:
    """Run a mock of its own."""
    chosen = f"--edition {backend.edition} --dialect {backend.dialect} --plan {backend.plan}"
    with otakit(*chosen.split()) as server:
        yield f"http://127.0.0.1:{server.port}"


def check(url: str, backend: Backend, effort: str, seed: int) -> tuple[int, dict[str, Any], str]:
    """Run the command; return its exit code, its report and its errors."""
    if backend.profile == CONNECT:
        told = prepared(url).items()
        options = [word for name, value in told for word in (f"--{name.replace('_', '-')}", value)]
    else:
        options = ["--email", EMAIL, "--password", PASSWORD]
    if backend.dialect != "documented":
        options += ["--waivers", "mender-server-4"]
    command = [OTAKIT, "check", url, "--profile", backend.profile, "--dialect", backend.dialect]
    more = ["--effort", effort, "--seed", str(seed), "--json", *options]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def tried(backend: Backend, effort: str, seeds: Sequence[int]) -> Tried:
    """Check one backend with all seeds."""
    all_of_it = Tried(backend)
    with served(backend) as url:
        for seed in seeds:
            began = time.perf_counter()
            code, report, errors = check(url, backend, effort, seed)
            all_of_it.seconds += time.perf_counter() - began
            rules = report.get("rules", [])
            alarms = [r for r in rules if r["verdict"] not in SILENT]
            all_of_it.seeds += 1
            all_of_it.silent += code == 0 and not alarms
            all_of_it.verdicts.update(report.get("counts", {}))
            all_of_it.requests += report.get("requests", 0)
            print(f"{backend} seed {seed}: exit code {code}, {len(rules)} verdicts", flush=True)  # noqa: T201
            for alarm in alarms:
                print(json.dumps(alarm, indent=1)[:4000], flush=True)  # noqa: T201
            if code and not alarms:
                print(errors[-4000:], flush=True)  # noqa: T201
    return all_of_it


def section(rows: Mapping[str, tuple[str, ...]], effort: str, seeds: Sequence[int]) -> Section:
    """Write what was found, line by line."""
    ordered = tuple(rows[name] for name in NAMES if name in rows)
    runs, silent = (sum(int(row[column]) for row in ordered) for column in (1, 2))
    options = f"--seeds {len(seeds)} --first {seeds[0]} --effort {effort}"
    return Section(
        title="False alarms",
        method=METHOD.format(effort=effort),
        targets=(
            Target(
                what="runs with any",
                wanted="none",
                figure=f"{runs - silent} of {runs}",
                met=silent == runs,
            ),
        ),
        tables=(Table(head=HEAD, rows=ordered),),
        command=f"python -m benchmarks.false_alarms {options}",
    )


def kept() -> dict[str, tuple[str, ...]]:
    """Return the lines that earlier runs have left."""
    earlier = read(HERE).get("false_alarms")
    tables = earlier.section.tables if earlier is not None and earlier.section is not None else ()
    return {row[0]: row for table in tables for row in table.rows}


def main() -> None:
    """Check all backends, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument(
        "--only", action="append", choices=NAMES, help="try this line, and leave the others"
    )
    parser.add_argument("--effort", choices=("quick", "default", "thorough"), default="quick")
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    wanted = [one for one in BACKENDS if one.name in (chosen.only or NAMES)]
    found = [tried(backend, chosen.effort, seeds) for backend in wanted]
    rows = {**kept(), **{one.backend.name: one.row() for one in found}}
    keep("false_alarms", section(rows, chosen.effort, seeds), sum(one.seconds for one in found))
    sys.exit(any(one.silent < one.seeds for one in found))


if __name__ == "__main__":
    main()
