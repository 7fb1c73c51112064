"""The world that `otakit serve` begins with: `--demo`, `--scenario` and `--watch`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from otakit.fixtures.scenario import Loaded
    from otakit.mockserver.app import MockServer
    from otakit.mockserver.scenarios.loading import Summary

DEMO = "demo"
MANY = 500
"""From how many devices on making them may take over a second."""


@dataclass(frozen=True, slots=True)
class FirstWorld:
    """A scenario that has been read; `path` is its file, if that is to be watched."""

    loaded: "Loaded"
    path: Path | None


def first_world(*, demo: bool, scenario: str | None, watch: bool) -> FirstWorld | None:
    """Read what the options ask for; None where that is an empty world.

    Raises ClickException for options that do not go together, and for what is wrong in a file.
    """
    if demo and scenario is not None:
        message = f"--demo is --scenario {DEMO}: give one of them, not both"
        raise click.ClickException(message)
    chosen = DEMO if demo else scenario
    if watch and (chosen is None or not is_file(chosen)):
        message = "--watch: there is no file to watch: --scenario names one, as in ./tills.yaml"
        raise click.ClickException(message)
    if chosen is None:
        return None
    from otakit.fixtures.scenario import BadScenario, load_file, load_shipped

    try:
        if not is_file(chosen):
            return FirstWorld(load_shipped(chosen), None)
        path = Path(chosen)
        return FirstWorld(load_file(path), path if watch else None)
    except BadScenario as error:
        message = f"--scenario: {error}"
        if not is_file(chosen):
            message += "; a file is named with a slash or a suffix, as in ./tills.yaml"
        raise click.ClickException(message) from None


def is_file(chosen: str) -> bool:
    """Say whether a file is meant: it has a slash or a suffix, the name of a scenario neither."""
    return "/" in chosen or "." in chosen


def put_in_place(world: FirstWorld, server: "MockServer") -> "Summary":
    """Load a scenario into the unnamed universe; raises ClickException."""
    from otakit.fixtures.scenario import BadScenario
    from otakit.mockserver.scenarios.loading import load

    state = server.state
    many = sum(entry.count for entry in world.loaded.scenario.devices) >= MANY
    try:
        if not many:
            return load(state.universes.default, state, world.loaded)
        with progress() as told:
            return load(state.universes.default, state, world.loaded, told)
    except BadScenario as error:
        message = f"--scenario: {error}"
        raise click.ClickException(message) from None


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many devices are made."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("devices"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("devices")
        yield lambda done, total: bar.update(task, completed=done, total=total)


async def watched(world: FirstWorld, server: "MockServer", *, in_json: bool) -> None:
    """Apply each change of the scenario's file, and say what came of it, until cancelled."""
    from otakit.mockserver.scenarios.watching import changes_applied

    if world.path is not None:
        state = server.state
        universe = state.universes.default
        async for news in changes_applied(world.path, universe, state, world.loaded):
            click.echo(json.dumps({"message": news}) if in_json else f"otakit: {news}", err=True)
