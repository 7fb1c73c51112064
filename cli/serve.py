"""`otakit serve`: the mock server on this machine, until it is stopped."""

import errno
import gc
import signal
import socket
from pathlib import Path
from typing import Any

import click
import rich.console
from rich.markup import escape

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.plans import ENTERPRISE, PLANS
from otakit.mockserver.settings import DEFAULT_EMAIL, DEFAULT_PASSWORD, Settings
from otakit.specs.catalogue import DEFAULT_EDITION, DIALECTS, DOCUMENTED, NAMES, served

MAX_SPEED = 10_000
"""Seconds of the World's in one of the wall's: a month in four minutes."""


def _login_part(_: click.Context, option: click.Parameter, value: str) -> str:
    """Refuse what no login could send: HTTP's Basic scheme ends a name at its first colon."""
    if not value:
        message = "it is empty: nobody could log in"
        raise click.BadParameter(message)
    if option.name == "email" and ":" in value:
        message = f"'{value}' has a colon, where HTTP's Basic scheme would end it"
        raise click.BadParameter(message)
    return value


def _clock(_: click.Context, __: click.Parameter, value: str) -> Clock | None:
    """Read how fast the servers' time goes; None is wall time."""
    if value == "real":
        return None
    if value == "frozen":
        return Clock(speed=0)
    speed = value.removeprefix("x")
    if value.startswith("x") and speed.isdecimal() and 1 <= int(speed[:9]) <= MAX_SPEED:
        return Clock(speed=int(speed))
    message = f"'{value:.40}' is none of 'real', 'frozen' and 'x1' to 'x{MAX_SPEED}'"
    raise click.BadParameter(message)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
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
    default=0,
    show_default=True,
    help="Of all ids and keys: the same seed and the same requests give the same ids.",
)
@click.option(
    "--email",
    default=DEFAULT_EMAIL,
    show_default=True,
    callback=_login_part,
    help="The first user.",
)
@click.option(
    "--password",
    default=DEFAULT_PASSWORD,
    show_default=True,
    callback=_login_part,
    help="Its password.",
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
    default="real",
    show_default=True,
    callback=_clock,
    help="How time goes for tokens, links, phases and runs: real, frozen, or x60 for a minute a"
    " second.",
)
@click.option(
    "--device-limit",
    default=-1,
    show_default=True,
    type=click.IntRange(-1),
    help="How many devices may be accepted; -1 is any number.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the server's URL to this file once it answers.",
)
def serve(*, host: str, port: int, ready_file: Path | None, **settings: Any) -> None:
    """Run the mock server.

    Everything is kept in memory and gone when it stops. Once it answers, it prints a line
    `otakit ready URL` for scripts; every option can also be set as OTAKIT_SERVE_OPTION.

    \b
    Try it:
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
    sock = _listen(host, port)
    bound: int = sock.getsockname()[1]
    url = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
    _run(Settings(**settings), sock, url, ready_file)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        reason = (error.strerror or str(error)).lower()
        hints = {
            errno.EADDRINUSE: "is another server running there? --port takes another one",
            errno.EACCES: "ports below 1024 need privileges; --port takes another one",
        }
        hint = hints.get(error.errno or 0, "--host takes an address of this machine")
        message = f"cannot listen on {host} port {port}: {reason}; {hint}"
        raise click.ClickException(message) from None
    return sock


def _run(settings: Settings, sock: socket.socket, url: str, ready_file: Path | None) -> None:
    import uvicorn

    from otakit.mockserver.app import create_server
    from otakit.mockserver.listening import options

    class Server(uvicorn.Server):
        """Says when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Start, then tell people and scripts."""
            await super().startup(sockets)
            gc.collect()
            gc.freeze()  # what is loaded now stays: no collection need look at it again
            _announce(settings, url)
            if ready_file is not None:
                ready_file.write_text(f"{url}\n", encoding="utf-8")  # noqa: ASYNC240 - once, a line

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """End what would wait for ever, then stop."""
            server.state.universes.close()
            await super().shutdown(sockets)

    server = create_server(settings)
    config = uvicorn.Config(
        server.app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
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
    click.echo("otakit stopped", err=True)


def _announce(settings: Settings, url: str) -> None:
    console = rich.console.Console(stderr=True, highlight=False)
    address = f"[bold]{escape(url)}[/]"  # an address or a password may have brackets of its own
    access = escape(f"{url}/otakit/v1/universes/default/connect")
    if settings.edition == "jfrog-connect":
        console.print(f"otakit serves the JFrog Connect API at {address}", soft_wrap=True)
        console.print(f"  fleet key and token  {access}", soft_wrap=True)
        console.print(f"  look round           {escape(url)}/api/v2/ui/", soft_wrap=True)
        console.print("  stop                 Ctrl-C")
    else:
        login = escape(f"{settings.email} / {settings.password}")
        look = escape(f"{url}/api/management/v1/deployments/ui/")
        console.print(
            f"otakit serves the Mender APIs at {address}{_unusual(settings)}", soft_wrap=True
        )
        console.print(f"  log in as      {login}", soft_wrap=True)
        console.print(f"  look round     {look}", soft_wrap=True)
        console.print(f"  JFrog Connect  fleet key and token are at {access}", soft_wrap=True)
        console.print("  stop           Ctrl-C")
    click.echo(f"otakit ready {url}")


def _unusual(settings: Settings) -> str:
    """Say what was chosen besides the current documents and the whole plan."""
    chosen = {
        "edition": (settings.edition, DEFAULT_EDITION),
        "dialect": (settings.dialect, DOCUMENTED),
        "plan": (settings.plan, ENTERPRISE),
    }
    said = [f"{name} {value}" for name, (value, usual) in chosen.items() if value != usual]
    return f" ({', '.join(said)})" if said else ""
