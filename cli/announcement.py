"""What `otakit serve` tells people on standard error once it answers."""

from typing import TYPE_CHECKING

import click

from otakit.mockserver.plans import ENTERPRISE
from otakit.mockserver.settings import Settings
from otakit.specs.catalogue import DEFAULT_EDITION, DOCUMENTED

if TYPE_CHECKING:
    from otakit.mockserver.scenarios.loading import Summary


def announce(settings: Settings, url: str, summary: "Summary | None", fleet: str = "") -> None:
    """Tell people where the server is, how to get in, what is unusual about it and what is there.

    `summary` is of the scenario that it begins with, `fleet` says who was added to it.
    """
    address = click.style(url, bold=True)
    access = f"{url}/otakit/v1/universes/default/connect"
    if settings.edition == "jfrog-connect":
        click.echo(f"otakit serves the JFrog Connect API at {address}", err=True)
        if summary is not None:
            click.echo(f"  world                {summary}", err=True)
        click.echo(f"  fleet key and token  {access}", err=True)
        click.echo(f"  dashboard            {url}/", err=True)
        click.echo("  stop                 Ctrl-C", err=True)
    else:
        click.echo(f"otakit serves the Mender APIs at {address}{_unusual(settings)}", err=True)
        if summary is not None:
            click.echo(f"  world          {summary}", err=True)
        if fleet:
            click.echo(f"  fleet          {fleet}", err=True)
        click.echo(f"  log in as      {settings.email} / {settings.password}", err=True)
        click.echo(f"  dashboard      {url}/", err=True)
        click.echo(f"  JFrog Connect  fleet key and token are at {access}", err=True)
        click.echo("  stop           Ctrl-C", err=True)


def _unusual(settings: Settings) -> str:
    """Say what was chosen besides the current documents and the whole plan."""
    chosen = {
        "edition": (settings.edition, DEFAULT_EDITION),
        "dialect": (settings.dialect, DOCUMENTED),
        "plan": (settings.plan, ENTERPRISE),
    }
    said = [f"{name} {value}" for name, (value, usual) in chosen.items() if value != usual]
    return f" ({', '.join(said)})" if said else ""
