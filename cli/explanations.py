"""What keeps a server from being checked, as one line and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from otakit.cli.needs import needs

BROKEN, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130


@contextmanager
def explained() -> Iterator[None]:
    """Turn what keeps a server from being checked into one line and an exit code."""
    try:
        with needs("check"):
            from otakit.contracts import documents, errors

            del documents  # it needs what the extra brings
    except click.ClickException as error:
        raise _Unusable(error.message) from None
    try:
        yield
    except errors.CheckError as error:
        away = isinstance(error, errors.TargetUnreachable)
        raise (_Away if away else _Unusable)(str(error)) from None


class _Unusable(click.ClickException):
    """The command cannot be carried out as it stands."""

    exit_code = USAGE


class _Away(click.ClickException):
    """The server cannot be reached."""

    exit_code = UNREACHABLE
