"""Options of `otakit check` that name what a project of JFrog Connect has."""

from collections.abc import Callable
from typing import Any

import click

_HELP = {
    "flow": "update flow that may be deployed, by its UUID: only in a project that is for tests,"
    " since filters are tried on all of its devices",
    "device": "device that is online, by its UUID, in the group, with the tag and the app",
    "offline-device": "device that is offline, by its UUID, without group, tag and app",
    "group": "group that the first device is in",
    "tag": "tag that the first device has",
    "app": "app that the first device has",
    "parameter": "parameter of the update flow whose value one of its steps prints",
}

CONNECT_NAMES = tuple(f"connect_{name.replace('-', '_')}" for name in _HELP)


def connect_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command; rules whose names are missing are not applicable."""
    for name, meaning in reversed(_HELP.items()):
        article = "An" if meaning[0] in "aeu" else "A"
        add = click.option(
            f"--connect-{name}",
            default="",
            metavar="UUID" if "UUID" in meaning else "NAME",
            help=f"{article} {meaning}.",
        )
        command = add(command)
    return command
