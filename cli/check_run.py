"""What `otakit check` does with its options: prepares a run, follows it, reports it."""

import json
import os
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import click
import rich.console

from otakit.contracts.choice import Choice
from otakit.contracts.documents import Documents
from otakit.contracts.errors import BadRequestOfUser
from otakit.contracts.events import CleanedUp
from otakit.contracts.ledger import remove_leftovers
from otakit.contracts.phases import Phase
from otakit.contracts.profiles import PROFILES, Profile
from otakit.contracts.report.files import write_reports
from otakit.contracts.report.github import annotations, step_summary
from otakit.contracts.report.json_report import json_report
from otakit.contracts.report.outcome import Outcome
from otakit.contracts.report.terminal import Terminal
from otakit.contracts.rule import EFFORTS, Effort, Rule
from otakit.contracts.rules import load
from otakit.contracts.runner import Run
from otakit.contracts.selection import apis_of
from otakit.contracts.session import Session
from otakit.contracts.target import Target
from otakit.contracts.waivers.waiver import Waiver, read_waivers
from otakit.mockserver.domain.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that a run needs, read and checked, before anything is sent."""

    target: Target
    profile: Profile
    documents: Documents
    rules: Sequence[Rule]
    phases: Sequence[Phase]
    waivers: dict[str, Waiver]
    effort: Effort

    def session(self, run: str) -> Session:
        """Log in at the target in the name of a run."""
        return Session(self.target, self.profile, self.documents, run)


def prepare(  # noqa: PLR0913 - what a run consists of
    target: dict[str, Any],
    *,
    profile: str,
    dialect: str,
    effort: str,
    phases: Collection[str],
    ids: Sequence[str],
    apis: Sequence[str],
    seed: int | None,
    waivers: str | None,
) -> Prepared:
    """Read and check the options; raises BadRequestOfUser."""
    claimed = PROFILES[profile]
    try:
        documents = Documents(claimed.edition, dialect)
    except ValueError as error:
        message = f"--dialect: {error}"
        raise BadRequestOfUser(message) from None
    known = apis_of(documents)
    for api in apis:
        if api not in known:
            message = f"--api: there is no API '{api}'; there are {', '.join(known)}"
            raise BadRequestOfUser(message)
    choice = Choice(claimed, documents, load())
    order = None if seed is None else Random(seed)  # noqa: S311 - repeatable, not secret
    wanted = next(known for known in EFFORTS if known == effort)
    return Prepared(
        target=Target(**target),
        profile=claimed,
        documents=documents,
        rules=choice.rules(phases, ids, apis, order),
        phases=choice.phases(phases, ids, apis, effort=wanted, seed=seed or 0),
        waivers=read_waivers(waivers, choice.names, _today(), dialect) if waivers else {},
        effort=wanted,
    )


def try_rules(run: str, prepared: Prepared, *, quiet: bool) -> Outcome:
    """Try the rules and show how it goes; what an interrupted run has made is removed, too."""
    outcome = Outcome()
    terminal = Terminal(rich.console.Console(), quiet=quiet)
    session = prepared.session(run)
    running = Run(
        session,
        prepared.rules,
        phases=prepared.phases,
        waivers=prepared.waivers,
        effort=prepared.effort,
    )
    try:
        with _stoppable(session), running:
            _follow(running, outcome, terminal)
            if outcome.finished is None:
                click.echo(f"otakit: interrupted; removing what {run} has made there", err=True)
    except KeyboardInterrupt:
        message = f"otakit: not all is removed: otakit check {prepared.target.base} --clean {run}"
        click.echo(message, err=True)
    if outcome.finished is None:
        outcome.add(CleanedUp(removed=running.cleaned.removed, left=tuple(running.cleaned.left)))
    terminal.summarise(outcome)
    return outcome


def remove_leftovers_of(run: str, prepared: Prepared) -> bool:
    """Remove what a killed run has left, and say so; return whether nothing is there any more."""
    session = prepared.session(run)
    try:
        cleaned = remove_leftovers(session.caller("/api/management/", session.token), run)
    finally:
        session.close()
    click.echo(f"otakit: removed {cleaned.removed} things of {run}")
    for line in cleaned.left:
        click.echo(f"still there: {line}", err=True)
    return not cleaned.left


def report(outcome: Outcome, *, folder: Path | None, ci: str | None, in_json: bool) -> None:
    """Write what was asked for besides the terminal's lines; raises BadRequestOfUser."""
    if in_json:
        click.echo(json.dumps(json_report(outcome), indent=2))
    if ci == "github":
        for line in annotations(outcome):
            click.echo(line, err=in_json)
    try:
        if folder is not None:
            write_reports(folder, outcome)
        if ci == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(step_summary(outcome))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"the report '{error.filename}' cannot be written: {reason}"
        raise BadRequestOfUser(message) from None


def _follow(running: Run, outcome: Outcome, terminal: Terminal) -> None:
    """Hear of everything until the run is over, or somebody interrupts it."""
    terminal.start()
    try:
        for event in running.events():
            outcome.add(event)
            terminal.hear(event)
    except KeyboardInterrupt:
        pass
    finally:
        terminal.stop()


@contextmanager
def _stoppable(session: Session) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM wait for the answer under way, and the second one not."""

    def stop(number: int, frame: FrameType | None) -> None:
        for known in kept:
            signal.signal(known, signal.default_int_handler)
        session.connection.stopping = True
        del number, frame

    kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _today() -> date:
    return datetime.fromtimestamp(Clock().now(), UTC).date()
