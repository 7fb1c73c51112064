"""Options that name a server to be checked: who we are there, and how it is reached."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]

LOGIN_NAMES = ("email", "password", "token", "tenant_token")
REACHING_NAMES = ("authority", "insecure", "timeout", "patience")

_FILE = click.Path(dir_okay=False, path_type=Path)


def target_options(command_name: str) -> Callable[[Command], Command]:
    """Add the options to the command of this name; its variables are OTAKIT_NAME_OPTION."""
    variable = f"OTAKIT_{command_name.upper()}_PASSWORD"
    options = [
        click.option("--email", default="", help="Log in as this user."),
        click.option(
            "--password",
            default="",
            help="Its password. Other users of the machine can read a command line: the variable"
            f" {variable} hides it.",
        ),
        click.option("--token", default="", help="Use this management token instead of a login."),
        click.option(
            "--tenant-token", default="", help="What devices name their tenant with, if any."
        ),
        click.option(
            "--authority", type=_FILE, help="Certificates to trust instead of the system's."
        ),
        click.option("--insecure", is_flag=True, help="Look at no certificate."),
        click.option(
            "--timeout",
            metavar="SECONDS",
            default=10.0,
            show_default=True,
            type=click.FloatRange(0.1, 600),
            help="How long one request may take.",
        ),
        click.option(
            "--patience",
            metavar="SECONDS",
            default=5.0,
            show_default=True,
            type=click.FloatRange(0, 600),
            help="How long to wait for what the documents do not promise at once.",
        ),
    ]

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add
