"""What some commands need besides otakit itself: the extras of its package."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Say how to install an extra where an import of the block fails; raises ClickException."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"'{error.name}' is not installed: this needs pip install 'otakit[{extra}]'"
        raise click.ClickException(message) from None
