"""`otakit proxy`: hold live traffic to the documents, on its way to a real server."""

import signal
from pathlib import Path
from typing import Any

import click

from otakit.cli.address import is_loopback, listen, url_of
from otakit.cli.explanations import BROKEN, explained
from otakit.cli.grouped_help import GroupedCommand
from otakit.specs.catalogue import DEFAULT_EDITION, DIALECTS, DOCUMENTED, NAMES

GROUPS = {
    "Address": ("host", "port"),
    "Documents": ("edition", "dialect"),
    "How the target is reached": ("tls_ca", "insecure", "timeout"),
    "Reports": ("report", "json_lines", "fail_on_violation"),
}
"""The options, as `--help` has them."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("target")
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 lets devices of the network in, in plain HTTP.",
)
@click.option(
    "--port",
    metavar="PORT",
    default=8081,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--edition",
    default=DEFAULT_EDITION,
    show_default=True,
    type=click.Choice(sorted(NAMES)),
    help="Which documents the traffic is held to.",
)
@click.option(
    "--dialect",
    default=DOCUMENTED,
    show_default=True,
    type=click.Choice(DIALECTS),
    help="The documents' word, or what the real open-source server makes of it.",
)
@click.option(
    "--tls-ca",
    "--authority",
    "tls_ca",
    type=_FILE,
    help="Certificates to trust instead of the system's, in PEM.",
)
@click.option("--insecure", is_flag=True, help="Trust any certificate of the target.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="How long the target may be silent before its client is answered 504.",
)
@click.option("--report", type=_FILE, help="Write all that was seen to this .html or .json file.")
@click.option(
    "--json-lines",
    is_flag=True,
    help="Write each violation, and the summary, as a line of JSON to standard output.",
)
@click.option("--fail-on-violation", is_flag=True, help="End with exit code 1 if there was one.")
def proxy(  # noqa: PLR0913 - the command's options
    *,
    target: str,
    host: str,
    port: int,
    report: Path | None,
    json_lines: bool,
    fail_on_violation: bool,
    **options: Any,
) -> None:
    """Pass live traffic on to the server TARGET, and tell what the documents do not allow.

    Point devices or a web UI at the proxy instead of the server. Requests and answers pass
    unchanged, websockets too; violations are told as they happen and summed up after Ctrl-C.
    Once it answers, it prints a line `otakit ready URL` for scripts; every option can also be set
    as OTAKIT_PROXY_OPTION.

    \b
    Exit codes:
      0  stopped
      1  stopped, with --fail-on-violation and a violation
      2  the command cannot be carried out as it stands
      3  the target cannot be reached at the start
    \b
    Try it:
      otakit serve --demo &
      otakit proxy http://127.0.0.1:8080 --report seen.html
    """  # noqa: D301 - \b is click's: keep these lines as they are
    with explained():
        from otakit.cli import proxy_run

        watched = proxy_run.prepare(target, report=report, **options)
        with listen(host, port) as sock:
            proxy_run.reach(watched.target)
            # SIGTERM shall end like Ctrl-C: there is a summary.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            if not is_loopback(sock):
                click.echo(
                    f"otakit: warning: --host {host} lets other machines send requests through"
                    " this one to the target, and passwords and tokens come in plain HTTP",
                    err=True,
                )
            held = proxy_run.run(watched, sock, url_of(host, sock, tls=False), in_json=json_lines)
    raise SystemExit(BROKEN if fail_on_violation and not held else 0)
