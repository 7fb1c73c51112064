"""`otakit serve`: the mock server on this machine, until it is stopped."""

import asyncio
import gc
import signal
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from otakit.cli import fleet_options, option_values
from otakit.cli.address import check_exposure, listen, url_of
from otakit.cli.announcement import announce
from otakit.cli.certificates import tls_context
from otakit.cli.first_fleet import first_fleet, switch_on
from otakit.cli.grouped_help import GroupedCommand
from otakit.cli.worlds import FirstWorld, first_world, put_in_place, watched
from otakit.mockserver.plans import ENTERPRISE, PLANS
from otakit.mockserver.settings import (
    DEFAULT_EMAIL,
    DEFAULT_PASSWORD,
    JSON_LOG,
    LOG_FORMATS,
    NO_LOG,
    Settings,
)
from otakit.specs.catalogue import DEFAULT_EDITION, DIALECTS, DOCUMENTED, NAMES, served

if TYPE_CHECKING:
    from otakit.mockserver.simulation.fleet import FleetWish

GROUPS = {
    "World": ("demo", "scenario", "watch", "fleet", "fleet_behaviour"),
    "Address": ("host", "port", "ready_file"),
    "Documents": ("edition", "dialect", "plan", "device_limit"),
    "Time and seed": ("clock", "seed"),
    "Who may call": ("email", "password", "cors_origins", "control_token"),
    "TLS": ("tls_cert", "tls_key", "tls_self_signed"),
    "Logs": ("log_format",),
}
"""The options, as `--help` has them."""

NEW_OBJECTS = 25_000
"""After how many new objects Python looks for garbage: a request leaves some thirty.

At 700, as Python has it, that was a fourteenth of what a new deployment costs.
"""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; one that other machines reach needs --control-token.",
)
@click.option(
    "--port",
    metavar="PORT",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--edition",
    default=DEFAULT_EDITION,
    show_default=True,
    type=click.Choice(sorted(NAMES)),
    help="Which documents are served; JFrog Connect stands beside every edition of Mender.",
)
@click.option(
    "--dialect",
    default=DOCUMENTED,
    show_default=True,
    type=click.Choice(DIALECTS),
    help="The documents' word, or what the real open-source server makes of it.",
)
@click.option(
    "--seed",
    metavar="N",
    default=0,
    show_default=True,
    help="Of all ids and keys: the same seed and the same requests give the same ids.",
)
@click.option(
    "--email",
    default=DEFAULT_EMAIL,
    show_default=True,
    callback=option_values.login_part,
    help="The first user.",
)
@click.option(
    "--password",
    default=DEFAULT_PASSWORD,
    show_default=True,
    callback=option_values.login_part,
    help="Its password.",
)
@click.option(
    "--cors-origin",
    "cors_origins",
    multiple=True,
    envvar="OTAKIT_SERVE_CORS_ORIGIN",
    metavar="ORIGIN",
    callback=option_values.origins,
    help="Pages of this origin may call too, as local ones may; can be given several times.",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    callback=option_values.control_token,
    help="Ask for this bearer token below /otakit/v1. Other users of the machine can read a command"
    " line: the variable OTAKIT_SERVE_CONTROL_TOKEN hides it.",
)
@click.option(
    "--plan",
    default=ENTERPRISE,
    show_default=True,
    type=click.Choice(PLANS),
    help="What the tenants have booked; what the documents keep for a higher plan answers 403.",
)
@click.option(
    "--clock",
    metavar="real|frozen|xN",
    default="real",
    show_default=True,
    callback=option_values.clock,
    help="How time goes for tokens, links, phases and runs: real, frozen, or x60 for a minute a"
    " second.",
)
@click.option(
    "--device-limit",
    metavar="N",
    default=-1,
    show_default=True,
    type=click.IntRange(-1),
    help="How many devices may be accepted; -1 is any number.",
)
@click.option(
    "--demo",
    is_flag=True,
    help="Begin with fifty devices that live, and deployments of every kind.",
)
@click.option(
    "--scenario",
    metavar="NAME|FILE",
    help="Begin with another world: of otakit's own (empty, small-fleet, phased-rollout,"
    " failing-rollout, large-fleet, demo), or of a YAML file.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Apply each change of the scenario's file, and keep the rest of the state.",
)
@click.option(
    "--fleet",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="Add N simulated devices that live in the server: accepted, connected, looking for updates"
    " each 30 s.",
)
@click.option(
    "--fleet-behaviour",
    metavar="NAME=WEIGHT,…",
    callback=fleet_options.weights,
    help="How they behave, mixed by weight, as in healthy=90,power-loss=5,stuck=5.  [default:"
    " healthy]",
)
@click.option(
    "--ready-file",
    type=_FILE,
    help="Write the server's URL to this file once it answers.",
)
@click.option("--tls-cert", type=_FILE, help="Serve https with this certificate, in PEM.")
@click.option("--tls-key", type=_FILE, help="The certificate's private key, in PEM, not encrypted.")
@click.option(
    "--tls-self-signed",
    type=_FILE,
    help="Serve https with a certificate made for this run, and write the authority that clients"
    " have to trust to this file.",
)
@click.option(
    "--log-format",
    default=NO_LOG,
    show_default=True,
    type=click.Choice(LOG_FORMATS),
    help="Write a line to standard error for each request; signatures and tokens are left out.",
)
def serve(  # noqa: PLR0913 - the command's options
    *,
    host: str,
    port: int,
    demo: bool,
    scenario: str | None,
    watch: bool,
    fleet: int | None,
    fleet_behaviour: dict[str, float] | None,
    ready_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_self_signed: Path | None,
    **settings: Any,
) -> None:
    """Run the mock server.

    Everything is kept in memory and gone when it stops. Once it answers, it prints a line
    `otakit ready URL` for scripts; every option can also be set as OTAKIT_SERVE_OPTION.

    \b
    Try it:
      otakit serve --demo
      otakit serve --demo --fleet 200 --fleet-behaviour healthy=90,power-loss=5,stuck=5
      otakit serve --port 8080
      curl -u admin@example.com:otakit-password -X POST \\
        http://127.0.0.1:8080/api/management/v1/useradm/auth/login
    """  # noqa: D301 - \b is click's: keep these lines as they are
    if ready_file is not None and not ready_file.parent.is_dir():
        message = f"--ready-file: there is no folder '{ready_file.parent}' to write it to"
        raise click.ClickException(message)
    try:
        served(settings["edition"], settings["dialect"])
    except ValueError as error:
        message = f"--dialect: {error}"
        raise click.ClickException(message) from None
    world = first_world(demo=demo, scenario=scenario, watch=watch)
    wish = first_fleet(fleet, fleet_behaviour, settings["edition"])
    sock = listen(host, port)
    check_exposure(host, sock, settings["control_token"])
    tls = tls_context(tls_cert, tls_key, tls_self_signed, host)  # writes: no port, no new file
    url = url_of(host, sock, tls=tls is not None)
    _run(Settings(**settings), sock, url, tls, world, wish, ready_file)


def _run(  # noqa: PLR0913, PLR0917 - what a run consists of
    settings: Settings,
    sock: socket.socket,
    url: str,
    tls: ssl.SSLContext | None,
    world: FirstWorld | None,
    wish: "FleetWish | None",
    ready_file: Path | None,
) -> None:
    gc.disable()  # next to nothing of what is loaded now is garbage, and to look for it takes long
    import uvicorn

    from otakit.mockserver.app import create_server
    from otakit.mockserver.listening import options

    class Server(uvicorn.Server):
        """Says when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Start, then tell people and scripts."""
            await super().startup(sockets)
            gc.freeze()  # what is loaded now stays: no collection need ever look at it
            gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
            gc.enable()
            if settings.log_format != JSON_LOG:  # whose reader finds the URL on standard output
                announce(settings, url, summary, fleet)
            if world is not None:
                in_json = settings.log_format == JSON_LOG
                tasks.append(asyncio.create_task(watched(world, server, in_json=in_json)))
            click.echo(f"otakit ready {url}")
            if ready_file is not None:
                ready_file.write_text(f"{url}\n", encoding="utf-8")  # noqa: ASYNC240 - once, a line

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """End what would wait for ever, then stop."""
            server.state.universes.close()
            for task in tasks:
                task.cancel()
            await super().shutdown(sockets)

    server = create_server(settings)
    summary = None if world is None else put_in_place(world, server)
    fleet = "" if wish is None else switch_on(wish, server)
    tasks: list[asyncio.Task[None]] = []
    config = uvicorn.Config(
        server.app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ssl_context_factory=(lambda *_: tls) if tls else None,
        **options(),
    )
    # uvicorn raises the signal again when it has shut down; SIGTERM shall end like Ctrl-C then.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        Server(config).run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)
    if settings.log_format != JSON_LOG:
        click.echo("otakit stopped", err=True)
