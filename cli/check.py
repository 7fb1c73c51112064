"""`otakit check`: hold a running server to the documents."""

import secrets
import signal
from pathlib import Path
from typing import Any

import click

from otakit.cli import check_options
from otakit.cli.connect_options import CONNECT_NAMES, connect_options
from otakit.cli.explanations import BROKEN, INTERRUPTED, UNREACHABLE, explained
from otakit.cli.grouped_help import GroupedCommand
from otakit.cli.target_options import LOGIN_NAMES, REACHING_NAMES, target_options
from otakit.contracts.profiles import DEFAULT_PROFILE, PROFILES
from otakit.specs.catalogue import DIALECTS, DOCUMENTED

GROUPS = {
    "What is checked": (
        *("profile", "dialect", "effort", "phases", "apis", "rules", "seed", "waivers"),
    ),
    "Who we are there": (*LOGIN_NAMES, "project_key"),
    "What JFrog Connect's project has": CONNECT_NAMES,
    "How it is reached": (*REACHING_NAMES, "rate"),
    "Reports": ("report_dir", "in_json", "ci"),
    "Afterwards": ("clean",),
}
"""The options, as `--help` has them."""

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("url")
@click.option(
    "--profile",
    default=DEFAULT_PROFILE,
    show_default=True,
    type=click.Choice(list(PROFILES)),
    help="What the server claims to be: which documents it keeps to, and which plan it has.",
)
@click.option(
    "--dialect",
    default=DOCUMENTED,
    show_default=True,
    type=click.Choice(DIALECTS),
    help="Hold the form of answers to the documents, or to what the real server makes of them.",
)
@click.option(
    "--effort",
    default="default",
    show_default=True,
    type=click.Choice(["quick", "default", "thorough"]),
    help="Leave out what takes long, or not.",
)
@click.option(
    "--phases",
    metavar="PHASE,…",
    default=",".join(check_options.PHASES),
    show_default=True,
    callback=check_options.phase_names,
    help="Only these: cited rules; random sequences; what is done at the same time;"
    " requests drawn from the OpenAPI files.",
)
@click.option(
    "--api",
    "apis",
    multiple=True,
    metavar="API",
    envvar="OTAKIT_CHECK_API",
    help="Only rules about this API, such as management/devauth-v2; can be given several times.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    envvar="OTAKIT_CHECK_RULE",
    help="Only this rule; can be given several times.",
)
@click.option(
    "--seed",
    metavar="N",
    type=int,
    help="Try the rules in an order that is drawn from this, instead of that of their ids, and"
    " other sequences.",
)
@click.option(
    "--waivers",
    metavar="NAME|FILE",
    help="YAML file of rules that are known to be broken; mender-server-4 is one of otakit's own.",
)
@target_options("check")
@click.option("--project-key", default="", help="JFrog Connect: the project that is checked.")
@connect_options
@click.option(
    "--rate",
    metavar="N",
    default=0.0,
    type=click.FloatRange(0),
    help="Send no more than so many requests in a second.",
)
@click.option("--report-dir", type=_FOLDER, help="Write check.html, .json and .junit.xml there.")
@click.option(
    "--json",
    "in_json",
    is_flag=True,
    envvar="OTAKIT_CHECK_JSON",
    help="Write the JSON report to standard output.",
)
@click.option(
    "--ci",
    type=click.Choice(["github"]),
    help="Write annotations and a summary of the step for this CI, too.",
)
@click.option(
    "--clean",
    metavar="RUN",
    default="",
    callback=check_options.run_name,
    help="Check nothing: remove what a run of this name has left, because it was killed.",
)
def check(  # noqa: PLR0913 - the command's options
    *,
    profile: str,
    dialect: str,
    effort: str,
    phases: tuple[str, ...],
    apis: tuple[str, ...],
    rules: tuple[str, ...],
    seed: int | None,
    waivers: str | None,
    report_dir: Path | None,
    in_json: bool,
    ci: str | None,
    clean: str,
    **target: Any,
) -> None:
    """Check that the server at URL does what the documents promise.

    It is used through its public API alone: the suite makes devices, artifacts and deployments of
    its own, touches nothing else, and removes them at the end. Every option can also be set as
    OTAKIT_CHECK_OPTION.

    \b
    Exit codes:
      0  all that the profile claims holds, or is waived
      1  the contract is broken
      2  the command cannot be carried out as it stands
      3  the server cannot be reached, or does not let us in
    \b
    Try it:
      otakit serve &
      otakit check http://127.0.0.1:8080 --email admin@example.com --password otakit-password
    """  # noqa: D301 - \b is click's: keep these lines as they are
    check_options.check_login(profile, target)
    with explained():
        from otakit.cli import check_run

        prepared = check_run.prepare(
            target,
            profile=profile,
            dialect=dialect,
            effort=effort,
            phases=phases,
            ids=rules,
            apis=apis,
            seed=seed,
            waivers=waivers,
        )
        # SIGTERM shall end like Ctrl-C: what was made is removed.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if clean:
            raise SystemExit(0 if check_run.remove_leftovers_of(clean, prepared) else BROKEN)
        run = f"otakit-{secrets.token_hex(4)}"
        outcome = check_run.try_rules(run, prepared, quiet=in_json)
        check_run.report(outcome, folder=report_dir, ci=ci, in_json=in_json)
    if outcome.finished is None:
        raise SystemExit(INTERRUPTED)
    if outcome.finished.aborted:
        raise SystemExit(UNREACHABLE)
    raise SystemExit(0 if outcome.held else BROKEN)
