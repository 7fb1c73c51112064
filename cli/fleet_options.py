"""What options of `otakit fleet` may be, beyond what click checks by itself."""

import re
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from otakit.cli.needs import needs
from otakit.fixtures.device_requests import Seconds

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_UNITS = (86400.0, 3600.0, 60.0, 1.0)
_URL = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?", re.IGNORECASE)

MOST_DEVICES = 1_000_000
"""As many as one universe of a mock takes."""


_LOCUSTS = ("locust_mode", "expect_workers", "master_host", "master_port", "web_port")
_NOT_IN_LOCUST = (
    *("connect", "virtual_time", "control_token"),
    *("clean", "csv_file", "metrics_port"),
)
_OF_A_WORKER = (
    *("engine", "locust_mode", "master_host", "master_port"),
    *("tls_ca", "insecure", "timeout", "connections"),
)


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


def weights(_: click.Context, __: click.Parameter, value: str | None) -> dict[str, float] | None:
    """Read how behaviours are mixed; modules of the present folder may have some, too."""
    if value is None:
        return None
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


def engine(_: click.Context, __: click.Parameter, value: str) -> str:
    """Let Locust have its way with Python's sockets before anything else uses them."""
    if value == "locust":
        with needs("locust"):
            import locust
        del locust
    return value


def given() -> dict[str, str]:
    """Return the options that somebody has chosen, by name, as they are written."""
    context = click.get_current_context()
    return {
        str(option.name): option.opts[0]
        for option in context.command.params
        if isinstance(option, click.Option)
        and context.get_parameter_source(str(option.name))
        not in {ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP}
    }


def check_engine(options: Mapping[str, Any], chosen: Mapping[str, str]) -> None:
    """Refuse options that the engine, or its mode, does not have; raises ClickException."""
    mode = options["locust_mode"]
    if options["engine"] != "locust":
        _refuse(chosen, _LOCUSTS, "needs --engine locust")
        return
    _refuse(chosen, _NOT_IN_LOCUST, "is not there with --engine locust: leave one of them out")
    if mode == "worker":
        others = set(chosen) - set(_OF_A_WORKER)
        _refuse(chosen, others, "is for the master to say: a worker gets the plan from there")
    if mode == "local":
        _refuse(chosen, _LOCUSTS[1:4], "needs --locust-mode master, or worker")


def _refuse(chosen: Mapping[str, str], names: Iterable[str], reason: str) -> None:
    for name, written in chosen.items():
        if name in set(names):
            message = f"{written} {reason}"
            raise click.ClickException(message)
