"""What `otakit fleet` shows while it runs, and says when it is over."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from otakit.fixtures.fleet.cleaning import Removed
from otakit.fixtures.fleet.plan import FleetPlan
from otakit.fixtures.fleet.promises import Broken
from otakit.fixtures.fleet.seen import Seen
from otakit.fixtures.fleet.summary import BROKEN, HELD, LATE, STOPPED, result

REFRESHES = 4
"""Times a second that the view is written anew."""

LINE_EVERY = 5.0
"""Seconds between two lines about how far it is, where there is no terminal."""

_KINDS = ("authentication", "inventory", "next", "status", "download", "management")
_PERCENTS = (50, 90, 99)
_ENDS = {
    HELD: "[bold green]held[/]: all that was promised",
    BROKEN: "[bold red]broken[/]",
    LATE: "[bold red]late[/]: not done in its --duration",
    STOPPED: "[bold yellow]stopped[/]",
}


class FleetView:
    """One run as a person sees it; `run` is None until it has begun."""

    def __init__(self, console: Console, plan: FleetPlan) -> None:
        """Show what comes of this plan."""
        self.run: Seen | None = None
        self._console = console
        self._plan = plan
        self._cleaned = (0, 0)

    def cleaned(self, done: int, total: int) -> None:
        """Take note of how many of how many devices have been removed."""
        self._cleaned = (done, total)

    def say(self, text: str) -> None:
        """Write a line."""
        self._console.print(f"otakit: {escape(text)}", soft_wrap=True)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show it while the block runs: as it changes, or without a terminal by a line at times."""
        if self._console.is_terminal:
            with Live(
                get_renderable=self._renderable,
                console=self._console,
                refresh_per_second=REFRESHES,
                transient=True,
            ):
                yield
            return
        with self.lines():
            yield

    @contextmanager
    def lines(self) -> Iterator[None]:
        """Say from time to time how far it is, while the block runs."""

        async def say() -> None:
            with suppress(asyncio.CancelledError):
                while True:
                    await asyncio.sleep(LINE_EVERY)
                    self.say_line()

        lines = asyncio.ensure_future(say())
        try:
            yield
        finally:
            lines.cancel()

    def say_line(self) -> None:
        """Say how far it is."""
        if self.run is not None:
            self._console.print(self.line(self.run), soft_wrap=True)

    def line(self, run: Seen) -> str:
        """Return how far a run is in one line."""
        rate = run.measurements.rate(time.perf_counter())
        parts = [
            f"{run.elapsed():5.0f} s  {run.stage}: {run.switched_on} of {run.plan.devices} on",
            f"{run.admission.accepted} accepted",
            f"{run.measurements.count} requests ({rate:.0f}/s)",
        ]
        if run.rolling_out is not None and run.rolling_out.statistics:
            parts.append(_counted(run.rolling_out.statistics))
        return ", ".join(parts)

    def tell(self, run: Seen, removed: Removed | None) -> None:
        """Say what came of a run."""
        out = self._console
        if run.broken is not None:
            self._tell_broken(run.broken)
        out.print(requests_table(run))
        whole = run.measurements.all()
        rate = whole.count / run.elapsed() if run.elapsed() else 0.0
        out.print(f"{whole.count} requests in {run.elapsed():.1f} s, {rate:.0f} a second")
        if run.rolling_out is not None and run.rolling_out.statistics:
            out.print(f"deployment: {_counted(run.rolling_out.statistics)}")
        if removed is not None:
            out.print(f"cleaned up: {removed}")
        out.print(f"run {run.plan.run} {_ENDS[result(run)]}")

    def _tell_broken(self, broken: Broken) -> None:
        out, invariant = self._console, broken.invariant
        out.print(f"[bold red]{invariant.id}[/]  {escape(invariant.sentence)}", soft_wrap=True)
        out.print(f"  seen:   {escape(broken.seen)}", soft_wrap=True)
        out.print(f"  source: {escape(invariant.source)}", soft_wrap=True)
        if (member := broken.member) is not None:
            out.print(f"  device {member.number} ({member.behaviour_name}, id {member.id}) asked:")
            for line in member.history.lines():
                out.print(f"    {escape(line)}", soft_wrap=True)

    def _renderable(self) -> RenderableType:
        run = self.run
        if run is None:
            return Text("logging in")
        head = Text.assemble(
            (f"run {run.plan.run}", "bold"), f"   {run.stage}   {run.elapsed():.0f} s"
        )
        done, total = self._cleaned
        if total:
            return Group(head, _bar("removed", done, total))
        return Group(head, self._progress(run), self._doing(run), requests_table(run))

    def _progress(self, run: Seen) -> RenderableType:
        if run.rolling_out is None or run.rolling_out.deployed is None:
            return _bar("accepted", run.admission.accepted, run.admission.joining)
        deployed, counts = run.rolling_out.deployed, run.rolling_out.statistics
        bar = _bar("done", deployed.finals(counts), len(deployed.parts))
        return Group(bar, Text(_counted(counts) or "nobody has begun", style="dim"))

    def _doing(self, run: Seen) -> RenderableType:
        doing = run.doing().most_common()
        return Text("devices: " + ", ".join(f"{count} {name}" for name, count in doing))


def requests_table(run: Seen) -> Table:
    """Return the requests by kind: how many, in vain, and how long they took."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("requests")
    for heading in ("count", *(f"p{percent} ms" for percent in _PERCENTS), "errors"):
        table.add_column(heading, justify="left" if heading == "errors" else "right")
    kinds = run.measurements.kinds
    for name in sorted(kinds, key=lambda kind: (*_KINDS, kind).index(kind)):
        kind = kinds[name]
        errors = ", ".join(f"{count} of {error}" for error, count in kind.errors.most_common(4))
        times = (f"{kind.percentile(percent) * 1e3:.1f}" for percent in _PERCENTS)
        table.add_row(name, str(kind.count), *times, errors)
    return table


def _bar(what: str, done: int, total: int) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_row(
        what, ProgressBar(total=max(total, 1), completed=done, width=40), f"{done}/{total}"
    )
    return grid


def _counted(counts: dict[str, Any]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.items() if n and name != "total_size")
