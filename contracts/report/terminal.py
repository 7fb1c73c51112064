"""The run as a person at a terminal follows it."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from otakit.contracts.events import (
    CleanedUp,
    Event,
    Progressed,
    RuleFinished,
    RuleStarted,
    RunStarted,
)
from otakit.contracts.report.outcome import Outcome
from otakit.contracts.verdicts import Result, Verdict

_LONG = 400

MARKS = {
    Verdict.PASS: "[green]✓[/]",
    Verdict.FAIL: "[bold red]✗[/]",
    Verdict.WAIVED: "[yellow]~[/]",
    Verdict.NOT_APPLICABLE: "[dim]-[/]",
    Verdict.NOT_REACHED: "[magenta]?[/]",
}


class Terminal:
    """Shows progress while rules are tried, what is broken as soon as it is, and a summary."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        """Write to a console; when `quiet`, show progress only."""
        self._console = console
        self._quiet = quiet
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("rules", total=None)

    def start(self) -> None:
        """Show that something goes on."""
        if self._progress.console.is_terminal:
            self._progress.start()

    def stop(self) -> None:
        """Take the progress away."""
        if self._progress.console.is_terminal:  # else rich would write an empty line
            self._progress.stop()

    def hear(self, event: Event) -> None:
        """Show one more thing."""
        match event:
            case RunStarted():
                self._progress.update(self._task, total=event.rules)
                if not self._quiet:
                    self._console.print(_beginning(event), highlight=False, soft_wrap=True)
            case RuleStarted(rule=rule):
                self._progress.update(self._task, description=f"{rule.id:16.16}")
            case Progressed():
                told = f"{event.phase} {event.done}/{event.of}"
                self._progress.update(self._task, description=told)
            case RuleFinished(result=result):
                self._progress.advance(self._task)
                if result.broken and not self._quiet:
                    self._print(_broken(result))
            case CleanedUp() if event.left and not self._quiet:
                self._print(_left(event))
            case _:
                pass

    def summarise(self, outcome: Outcome) -> None:
        """Say at the end what came of it all."""
        self.stop()
        if not self._quiet:
            self._print(_summary(outcome))

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._console.print(line, highlight=False, soft_wrap=True)


def _beginning(event: RunStarted) -> str:
    dialect = "" if event.dialect == "documented" else f", {event.dialect}"
    rules = f"{event.rules} rule{'' if event.rules == 1 else 's'}"
    return (
        f"otakit checks [bold]{escape(event.url)}[/] as {event.profile.name}{dialect}:"
        f" {rules}; all that it makes there is called [bold]{escape(event.run)}-…[/]"
    )


def _broken(result: Result) -> Iterable[str]:
    rule, failure = result.rule, result.failure
    yield f"{MARKS[result.verdict]} [bold]{rule.id}[/] {rule.severity}: {escape(rule.sentence)}"
    yield f"    [dim]{escape(rule.citation)}[/]"
    if failure is None:
        yield f"    not reached  {escape(result.reason)}"
        return
    if failure.title != rule.sentence:
        yield f"    what      {escape(failure.title)}"
    yield f"    expected  {escape(_short(failure.expected))}"
    yield f"    got       {escape(_short(failure.actual))}"
    yield from (
        f"    {'after' if n == 0 else '     '}     {escape(s)}" for n, s in enumerate(result.steps)
    )
    if failure.exchange is not None:
        yield f"    repeat    {escape(failure.exchange.curl())}"


def _short(text: str) -> str:
    """Cut what would fill the screen; the other reports have all of it."""
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _left(event: CleanedUp) -> Iterable[str]:
    yield f"[yellow]still there of what was made ({len(event.left)}):[/]"
    yield from (f"    {escape(line)}" for line in event.left)


def _summary(outcome: Outcome) -> Iterable[str]:
    reasons: dict[tuple[Verdict, str], int] = {}
    for verdict in (Verdict.WAIVED, Verdict.NOT_APPLICABLE):
        for result in outcome.of(verdict):
            key = (verdict, result.reason)
            reasons[key] = reasons.get(key, 0) + 1
    for (verdict, reason), count in reasons.items():
        yield f"{MARKS[verdict]} {count} {verdict}: {escape(reason)}"
    counts = [f"{count} {verdict}" for verdict, count in outcome.counts.items() if count]
    style = "bold green" if outcome.held else "bold red"
    yield f"[{style}]{escape(outcome.sentence())}[/]"
    finished = outcome.finished
    took = ""
    if finished:
        requests = f"{finished.requests} request{'s' * (finished.requests != 1)}"
        took = f" ({requests} in {finished.seconds:.1f} s)"
    yield f"    {', '.join(counts) or 'no rules'}{took}"
