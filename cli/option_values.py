"""What options of `otakit serve` may be, beyond what click checks by itself."""

import re

import click

from otakit.mockserver.domain.clock import Clock

MAX_SPEED = 10_000
"""Seconds of the World's in one of the wall's: a month in four minutes."""

MIN_TOKEN = 16
"""Characters of a token that nobody finds by trying."""

_TOKEN = re.compile(r"[!-~]*")  # what a header can carry, without spaces


def login_part(_: click.Context, option: click.Parameter, value: str) -> str:
    """Refuse what no login could send: HTTP's Basic scheme ends a name at its first colon."""
    if not value:
        message = "it is empty: nobody could log in"
        raise click.BadParameter(message)
    if option.name == "email" and ":" in value:
        message = f"'{value}' has a colon, where HTTP's Basic scheme would end it"
        raise click.BadParameter(message)
    return value


def clock(_: click.Context, __: click.Parameter, value: str) -> Clock | None:
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


def control_token(_: click.Context, __: click.Parameter, value: str | None) -> str:
    """Refuse a token that would not protect, or could not be sent; never say what it was."""
    if value is None:
        return ""
    if len(value) < MIN_TOKEN or not _TOKEN.fullmatch(value):
        message = (
            f"at least {MIN_TOKEN} ASCII characters without spaces, as of `openssl rand -hex 16`"
        )
        raise click.BadParameter(message)
    return value


def origins(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Read the origins whose pages may call."""
    from otakit.mockserver.cors import read_origin

    try:
        return tuple(dict.fromkeys(map(read_origin, values)))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
