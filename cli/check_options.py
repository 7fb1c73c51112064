"""What options of `otakit check` may be, beyond what click checks by itself."""

import re
from typing import Any

import click

PHASES = ("rules", "sequences", "concurrency", "schema")
"""What a run goes through; `otakit.contracts.phases`, which is slow to import, has the same."""

_RUN = re.compile(r"otakit-[a-z0-9]+")


def run_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """Refuse what is no run's name: by it things are found that are going to be removed."""
    if value and not _RUN.fullmatch(value):
        message = f"'{value}' is no name of a run, such as otakit-1f0c9a7e"
        raise click.BadParameter(message)
    return value


def phase_names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """Read the names of phases, parted by commas."""
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    for name in names:
        if name not in PHASES:
            message = f"there is no phase '{name}'; there are {', '.join(PHASES)}"
            raise click.BadParameter(message)
    if not names:
        message = f"name one at least: {', '.join(PHASES)}"
        raise click.BadParameter(message)
    return names


def check_login(profile: str, target: dict[str, Any]) -> None:
    """Refuse to begin without any way in; raises UsageError."""
    if profile == "jfrog-connect":
        if not (target["token"] and target["project_key"]):
            message = "the profile jfrog-connect needs --project-key and --token"
            raise click.UsageError(message)
        return
    if target["token"] and (target["email"] or target["password"]):
        message = "--token takes the place of --email and --password: give one or the other"
        raise click.UsageError(message)
    if not target["token"] and not (target["email"] and target["password"]):
        message = "who are we there? Give --email and --password, or --token"
        raise click.UsageError(message)
