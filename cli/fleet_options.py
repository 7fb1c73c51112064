"""What options of `otakit fleet` may be, beyond what click checks by itself."""

import re
import ssl
from pathlib import Path
from typing import Any

import click

from otakit.fixtures.device_requests import Seconds

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_UNITS = (86400.0, 3600.0, 60.0, 1.0)
_URL = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?", re.IGNORECASE)

MOST_DEVICES = 1_000_000
"""As many as one universe of a mock takes."""


class Span(click.ParamType[Any]):
    """A span of time, as in 90, 90s, 5m, 12h or 1d12h; seconds where no unit is named."""

    name = "span"

    def convert(self, value: Any, param: Any, ctx: Any) -> Seconds:
        """Read it."""
        if isinstance(value, int | float):
            return float(value)
        found = _SPAN.fullmatch(str(value).strip())
        if not found or not any(found.groups()):
            self.fail(f"'{value}' is no span of time: write 90s, 5m, 12h or 1d12h", param, ctx)
        pairs = zip(found.groups(), _UNITS, strict=True)
        return sum(float(number) * unit for number, unit in pairs if number)


def url(_: click.Context, __: click.Parameter, value: str) -> str:
    """Refuse what is no address of a server."""
    if not _URL.fullmatch(value):
        message = f"'{value}' is no URL of a server: write it like http://127.0.0.1:8080"
        raise click.BadParameter(message)
    return value.rstrip("/")


def weights(_: click.Context, __: click.Parameter, value: str) -> dict[str, float]:
    """Read how behaviours are mixed; modules of the present folder may have some, too."""
    import sys

    from otakit.fixtures.behaviours import read_weights

    if ":" in value and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return read_weights(value)
    except ValueError as error:
        raise click.BadParameter(str(error).removeprefix("behaviour: ")) from None


def tls(authority: Path | None, *, insecure: bool) -> ssl.SSLContext | None:
    """Return what https is to prove itself with; None is the machine's authorities.

    Raises ClickException for a file that is no certificate.
    """
    if insecure:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if authority is None:
        return None
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        message = f"--tls-ca: '{authority}' has no certificates to trust: {error}"
        raise click.ClickException(message) from None
