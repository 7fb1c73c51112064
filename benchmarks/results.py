"""RESULTS.md, written whole from what was measured."""

import re
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Measured, Section, Table
from benchmarks.machine import machine, today, versions
from benchmarks.serving import CHECKOUT

HERE = Path(__file__).parent

PARTS = {
    "requests": 300,
    "growth": 420,
    "start": 180,
    "plugin": 90,
    "universes": 60,
    "memory": 150,
    "upload": 180,
    "logins": 60,
    "fleets": 1200,
}
"""The parts of `python -m benchmarks`, in their order; the seconds after which each is stopped."""

SUITE = ("seeded_bugs", "false_alarms")
"""What is measured of the conformance suite, by commands of their own: it takes hours."""

HEAD = """# Measured

Written by `python -m benchmarks`; do not edit. All of it is measured on one machine, in alternating
rounds where servers are compared; figures are medians, with least and most beside them. Peers run
as their users run them. `python -m benchmarks --help` tells how to run parts of it. What the
conformance suite reaches of the documents stands in [REACH.md](REACH.md).
"""
QUICK = "**A quick run: it shows that the benchmarks work, and its figures mean nothing.**\n"
VERDICTS = {True: "met", False: "**not met**", None: "not measured"}
ORDER = {False: 0, None: 1, True: 2}
"""Bad news first."""

FOLDERS = (tempfile.gettempdir(), sys.prefix, CHECKOUT, Path.home())
OWN_PATH = re.compile(rf"(?:{'|'.join(re.escape(str(folder)) for folder in FOLDERS)})[\w./@+-]*/")
"""A folder of this machine, as errors name them; what is left is the file's name."""


def write(folder: Path, measured: dict[str, Measured]) -> None:
    """Write the page, its pictures, and the figures for the next time."""
    folder.mkdir(parents=True, exist_ok=True)
    figures.write(folder, measured)
    for name, found in measured.items():
        if found.section is not None and found.section.picture:
            (folder / f"{name}.svg").write_text(found.section.picture, encoding="utf-8")
    (folder / "RESULTS.md").write_text(render(measured), encoding="utf-8")


def keep(name: str, found: Section, seconds: float) -> None:
    """Put what a command of its own has measured onto the page, beside the parts."""
    measured = figures.read(HERE)
    measured[name] = Measured(
        day=today(),
        machine=machine(),
        versions=versions(),
        seconds=seconds,
        quick=False,
        section=found,
    )
    write(HERE, measured)


def render(measured: Mapping[str, Measured]) -> str:
    """Write the page."""
    names = (*PARTS, *SUITE)
    known = [name for name in names if name in measured]
    pieces = [HEAD]
    if any(measured[name].quick for name in known):
        pieces.append(QUICK)
    pieces += [_circumstances([measured[name] for name in known]), _targets(measured, known)]
    pieces += [section(name, measured[name]) for name in known]
    never = [name for name in names if name not in measured]
    if never:
        pieces.append(f"Not measured yet: {', '.join(never)}.\n")
    return "\n".join(pieces)


def section(name: str, measured: Measured) -> str:
    """Write what one part has to say."""
    found = measured.section
    if found is None:
        return f"## {name}\n\nFailed on {measured.day}: {_told(measured.failure)}\n"
    lines = [f"## {found.title}\n", f"{_wrapped(found.method)}\n"]
    if found.picture:
        lines.append(f"![{found.title}]({name}.svg)\n")
    lines += [f"{_table(table)}\n" for table in found.tables]
    lines += [f"{_wrapped(note)}\n" for note in found.notes]
    if found.missing:
        lines.append("\n".join(f"- {_told(line)}" for line in found.missing) + "\n")
    command = found.command or f"python -m benchmarks {name}"
    lines.append(f"Measured on {measured.day} in {measured.seconds:,.0f} s: `{command}`.\n")
    return "\n".join(lines)


def _circumstances(measured: list[Measured]) -> str:
    """Name machine and versions, once for all parts that share them."""
    told = dict.fromkeys(f"{one.day}: {one.machine}. {one.versions}." for one in measured)
    return "\n".join(_wrapped(f"- {line}", hanging="  ") for line in told) + "\n"


def _targets(measured: Mapping[str, Measured], names: list[str]) -> str:
    """Write all targets beside their figures."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for name in names:
        found = measured[name].section or Section(title=name, method="")
        rows += [
            (
                ORDER[target.met],
                (f"{name}: {target.what}", target.wanted, target.figure, VERDICTS[target.met]),
            )
            for target in found.targets
        ]
        if measured[name].section is None:
            failure = _told(measured[name].failure)
            rows.append((0, (f"{name}: failed", "", failure, VERDICTS[None])))
    rows.sort(key=lambda row: row[0])
    head = ("what", "target", "figure", "")
    table = Table(head=head, rows=tuple(row for _, row in rows), words=True)
    return f"## Targets\n\n{_table(table)}\n"


def _wrapped(text: str, hanging: str = "") -> str:
    """Break a paragraph into lines; code is not broken at its hyphens."""
    return textwrap.fill(
        text, 110, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False
    )


def _told(text: str) -> str:
    """Write what went wrong in a line without this machine's paths, that is no table's end."""
    return OWN_PATH.sub("", text).replace("|", "/")


def _table(table: Table) -> str:
    rule = ":--" if table.words else "--:"
    lines = [table.head, (":--", *(rule for _ in table.head[1:])), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
