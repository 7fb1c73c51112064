"""What a part of the benchmarks has measured, and the file that keeps it between runs.

A part can be run alone, and the tables of the others stay; each figure has the day and the machine
that it was taken on.
"""

from pathlib import Path

import msgspec

KEPT = "figures.json"

TIMES = "\N{MULTIPLICATION SIGN}"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure was to be, and what it is; `met` is None where it could not be measured."""

    what: str
    wanted: str
    figure: str
    met: bool | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Figures in rows; all columns but the first are numbers, or `words`."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: bool = False


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What one part has to say: how it measured, what it found, what it could not find.

    `picture` is the text of an SVG file; `command` is what measures it, where that is no part of
    `python -m benchmarks`.
    """

    title: str
    method: str
    targets: tuple[Target, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    picture: str = ""
    command: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A section with its circumstances; `failure` says why there is none."""

    day: str
    machine: str
    versions: str
    seconds: float
    quick: bool
    section: Section | None = None
    failure: str = ""


def at_most(what: str, figure: float, limit: float, unit: str, spread: str = "") -> Target:
    """Hold a figure to a target that it may not exceed; `unit` follows both numbers."""
    return Target(
        what=what,
        wanted=f"≤ {limit:g} {unit}",
        figure=f"{digits(figure)} {unit}" + (f" ({spread})" if spread else ""),
        met=figure <= limit,
    )


def unknown(what: str, limit: float, unit: str, why: str) -> Target:
    """Name a target whose figure is not to be had."""
    return Target(what=what, wanted=f"≤ {limit:g} {unit}", figure=why, met=None)


def digits(figure: float) -> str:
    """Write a number as exactly as it was measured: three digits or so."""
    if abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def read(folder: Path) -> dict[str, Measured]:
    """Return what earlier runs have left, by the names of the parts."""
    try:
        text = (folder / KEPT).read_bytes()
    except FileNotFoundError:
        return {}
    return msgspec.json.decode(text, type=dict[str, Measured])


def write(folder: Path, measured: dict[str, Measured]) -> None:
    """Keep what was measured."""
    text = msgspec.json.format(msgspec.json.encode(measured, order="deterministic"), indent=1)
    (folder / KEPT).write_bytes(text + b"\n")
