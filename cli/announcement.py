"""What `otakit serve` tells people on standard error once it answers."""

from typing import TYPE_CHECKING

import rich.console
from rich.markup import escape

from otakit.mockserver.plans import ENTERPRISE
from otakit.mockserver.settings import Settings
from otakit.specs.catalogue import DEFAULT_EDITION, DOCUMENTED

if TYPE_CHECKING:
    from otakit.mockserver.scenarios.loading import Summary


def announce(settings: Settings, url: str, summary: "Summary | None", fleet: str = "") -> None:
    """Tell people where the server is, how to get in, what is unusual about it and what is there.

    `summary` is of the scenario that it begins with, `fleet` says who was added to it.
    """
    console = rich.console.Console(stderr=True, highlight=False)
    address = f"[bold]{escape(url)}[/]"  # an address or a password may have brackets of its own
    access = escape(f"{url}/otakit/v1/universes/default/connect")
    if settings.edition == "jfrog-connect":
        console.print(f"otakit serves the JFrog Connect API at {address}", soft_wrap=True)
        if summary is not None:
            console.print(f"  world                {summary}", soft_wrap=True)
        console.print(f"  fleet key and token  {access}", soft_wrap=True)
        console.print(f"  dashboard            {escape(url)}/", soft_wrap=True)
        console.print("  stop                 Ctrl-C")
    else:
        login = escape(f"{settings.email} / {settings.password}")
        console.print(
            f"otakit serves the Mender APIs at {address}{_unusual(settings)}", soft_wrap=True
        )
        if summary is not None:
            console.print(f"  world          {summary}", soft_wrap=True)
        if fleet:
            console.print(f"  fleet          {escape(fleet)}", soft_wrap=True)
        console.print(f"  log in as      {login}", soft_wrap=True)
        console.print(f"  dashboard      {escape(url)}/", soft_wrap=True)
        console.print(f"  JFrog Connect  fleet key and token are at {access}", soft_wrap=True)
        console.print("  stop           Ctrl-C")


def _unusual(settings: Settings) -> str:
    """Say what was chosen besides the current documents and the whole plan."""
    chosen = {
        "edition": (settings.edition, DEFAULT_EDITION),
        "dialect": (settings.dialect, DOCUMENTED),
        "plan": (settings.plan, ENTERPRISE),
    }
    said = [f"{name} {value}" for name, (value, usual) in chosen.items() if value != usual]
    return f" ({', '.join(said)})" if said else ""
