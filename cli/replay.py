"""`otakit replay`: try a failure of `otakit check` again, at any server."""

import json
import secrets
import signal
from pathlib import Path
from typing import Any

import click

from otakit.cli.check_options import check_login
from otakit.cli.explanations import BROKEN, explained
from otakit.cli.target_options import target_options

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("capsule", type=_FILE)
@click.argument("url")
@target_options("replay")
@click.option("--curl", is_flag=True, help="Show every request as a curl command.")
@click.option(
    "--json",
    "in_json",
    is_flag=True,
    envvar="OTAKIT_REPLAY_JSON",
    help="Write what came of it as JSON.",
)
def replay(*, capsule: Path, url: str, curl: bool, in_json: bool, **target: Any) -> None:
    """Do again what a CAPSULE says, at the server at URL, and see whether that still differs.

    `otakit check --report-dir` writes a capsule for each failure that a sequence or a race has
    shown. Its steps are done with new devices and names, which are removed at the end.

    \b
    Exit codes:
      0  the server does what the documents promise now
      1  it still differs
      2  the command cannot be carried out as it stands
      3  the server cannot be reached, or does not let us in
    """  # noqa: D301 - \b is click's: keep these lines as they are
    check_login("mender-enterprise", target)
    with explained():
        from otakit.cli import replay_run

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        run = f"otakit-{secrets.token_hex(4)}"
        told = replay_run.replay_at(run, capsule, {"url": url, **target})
    if in_json:
        click.echo(json.dumps(told.as_json(), indent=2))
    else:
        for line in told.lines(curl=curl):
            click.echo(line)
    raise SystemExit(BROKEN if told.replayed.failure else 0)
