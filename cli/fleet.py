"""`otakit fleet`: simulated devices against a server, until its deployment has come to its end."""

from pathlib import Path
from typing import Any

import click

from otakit.cli import fleet_options
from otakit.cli.fleet_options import Span
from otakit.cli.grouped_help import GroupedCommand
from otakit.cli.needs import needs

GROUPS = {
    "Devices": (
        *("devices", "behaviours", "device_types", "key", "connect", "seed"),
        *("poll", "inventory", "retry", "pace", "ramp_up"),
    ),
    "Roll-out": (
        *("artifact", "artifact_name", "size", "no_rollout", "phases", "phase_interval"),
        *("retries", "abort_at", "duration"),
    ),
    "Server": (
        *("email", "password", "token", "tenant_token", "preauthorise", "tls_ca", "insecure"),
        *("timeout", "connections"),
    ),
    "Virtual time": ("virtual_time", "control_token"),
    "More machines": (
        *("engine", "locust_mode", "expect_workers", "master_host", "master_port", "web_port"),
    ),
    "What is left": ("keep", "clean"),
    "Output": ("as_json", "csv_file", "metrics_port"),
}
"""The options, as `--help` has them."""

STOPPED = 130
"""The exit code after Ctrl-C."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("url", callback=fleet_options.url)
@click.option(
    "--devices",
    metavar="N",
    default=100,
    show_default=True,
    type=click.IntRange(1, fleet_options.MOST_DEVICES),
    help="How many devices.",
)
@click.option(
    "--behaviour",
    "behaviours",
    metavar="NAME=WEIGHT,…",
    default="healthy",
    show_default=True,
    callback=fleet_options.weights,
    help="How they behave, mixed by weight, as in healthy=90,power-loss=5,stuck=5; a class of your"
    " own is module:Class.",
)
@click.option(
    "--device-type",
    "device_types",
    metavar="TYPE",
    multiple=True,
    help="Their type; given several times, they take turns.  [default: otakit-a and otakit-b, or"
    " those of --artifact]",
)
@click.option(
    "--key",
    default="ed25519",
    show_default=True,
    type=click.Choice(["ed25519", "ecdsa-p256", "ecdsa-p384", "rsa"]),
    help="What they sign with; RSA keys take long to make, and are shared by many.",
)
@click.option("--connect", is_flag=True, help="Hold a websocket each, for terminals and files.")
@click.option(
    "--seed",
    metavar="N",
    default=0,
    show_default=True,
    help="Of all chance: the same seed gives the same devices the same fates.",
)
@click.option(
    "--poll", default="10s", show_default=True, type=Span(), help="How often they look for updates."
)
@click.option(
    "--inventory",
    default="8h",
    show_default=True,
    type=Span(),
    help="How often they send their inventory.",
)
@click.option(
    "--retry",
    default="5s",
    show_default=True,
    type=Span(),
    help="How often they ask to be let in, and repeat what was not taken.",
)
@click.option(
    "--pace",
    metavar="N",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.01, 1000),
    help="How many times as fast as real devices they install and reboot.",
)
@click.option(
    "--ramp-up",
    type=Span(),
    help="Over how long they are switched on.  [default: 200 a second; a poll's interval in virtual"
    " time]",
)
@click.option(
    "--artifact", metavar="FILE", type=_FILE, help="Upload this artifact, and roll it out."
)
@click.option("--artifact-name", metavar="NAME", help="Roll out an artifact that the server has.")
@click.option(
    "--size",
    metavar="BYTES",
    default=16384,
    show_default=True,
    type=click.IntRange(1, 1 << 28),
    help="Size of the artifact that is made up where none is named.",
)
@click.option("--no-rollout", is_flag=True, help="Let the devices live, and deploy nothing.")
@click.option(
    "--phases",
    metavar="N",
    default=1,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Roll out in so many equal phases.",
)
@click.option(
    "--phase-interval",
    default="1m",
    show_default=True,
    type=Span(),
    help="From the start of one phase to the next.",
)
@click.option(
    "--retries",
    metavar="N",
    default=0,
    show_default=True,
    type=click.IntRange(0, 100),
    help="How often a device that failed may try again.",
)
@click.option(
    "--abort-at",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Abort the deployment once so many percent of the devices are done.",
)
@click.option(
    "--duration",
    type=Span(),
    help="Without a roll-out: how long the devices live. With one: how long it may take.",
)
@click.option("--email", default="admin@example.com", show_default=True, help="Who lets them in.")
@click.option("--password", default="otakit-password", show_default=True, help="Its password.")
@click.option("--token", metavar="TOKEN", help="A token of the management APIs, instead of both.")
@click.option("--tenant-token", metavar="TOKEN", default="", help="Which tenant they belong to.")
@click.option("--preauthorise", is_flag=True, help="Announce them, instead of accepting them.")
@click.option("--tls-ca", metavar="FILE", type=_FILE, help="Trust the authorities in this file.")
@click.option("--insecure", is_flag=True, help="Trust any certificate.")
@click.option(
    "--timeout", default="30s", show_default=True, type=Span(), help="For how long to wait."
)
@click.option(
    "--connections",
    metavar="N",
    default=32,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many requests are under way at a time.",
)
@click.option(
    "--virtual-time",
    is_flag=True,
    help="In a universe of its own on an otakit mock, whose clock jumps from event to event: so a"
    " month takes minutes.",
)
@click.option(
    "--control-token", metavar="TOKEN", default="", help="That of `otakit serve --control-token`."
)
@click.option(
    "--engine",
    default="asyncio",
    show_default=True,
    type=click.Choice(["asyncio", "locust"]),
    is_eager=True,
    callback=fleet_options.engine,
    help="What moves the devices: this process, or Locust, on as many machines as are wanted.",
)
@click.option(
    "--locust-mode",
    default="local",
    show_default=True,
    type=click.Choice(["local", "master", "worker"]),
    help="In Locust: all in this process; or the master, who has all other options and the report;"
    " or one of its workers, who move the devices.",
)
@click.option(
    "--expect-workers",
    metavar="N",
    default=1,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Of a master: begin when so many workers are there.",
)
@click.option(
    "--master-host",
    metavar="HOST",
    default="127.0.0.1",
    show_default=True,
    help="Of a worker: where its master is. Of a master: where it listens; 0.0.0.0 is anywhere.",
)
@click.option(
    "--master-port",
    metavar="PORT",
    default=5557,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The port at which a master listens for its workers.",
)
@click.option(
    "--web-port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    help="Of a master, or local: serve Locust's web page at this port of 127.0.0.1, until Ctrl-C.",
)
@click.option("--keep", is_flag=True, help="Leave devices, artifacts and deployment as they are.")
@click.option("--clean", metavar="RUN", help="Only remove what an earlier run has left.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="OTAKIT_FLEET_JSON",
    help="Write the summary as JSON.",
)
@click.option("--csv", "csv_file", metavar="FILE", type=_FILE, help="Write a row for each device.")
@click.option(
    "--metrics-port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Serve figures for Prometheus at http://127.0.0.1:PORT/metrics meanwhile.",
)
def fleet(url: str, **options: Any) -> None:
    """Run simulated devices against a server and roll an update out to them.

    The devices have keys of their own, ask to be let in, and are accepted by the user; then an
    artifact is uploaded and deployed to them. While it rolls out, what the documents promise is
    checked: the first promise that does not hold ends the run. In the end, and on Ctrl-C, all that
    it made is removed.

    Exit codes: 0 all held, 1 a promise was broken or the time was over, 2 usage, 3 the server
    cannot be reached or refuses, 130 stopped by Ctrl-C. Every option can also be set as
    OTAKIT_FLEET_OPTION.

    \b
    Try it, beside `otakit serve`:
      otakit fleet http://127.0.0.1:8080 --devices 200
      otakit fleet http://127.0.0.1:8080 --behaviour healthy=90,power-loss=5,stuck=5
      otakit fleet http://127.0.0.1:8080 --virtual-time --poll 12h --phases 5 --phase-interval 6d
    """  # noqa: D301 - \b is click's: keep these lines as they are
    given = fleet_options.given()
    fleet_options.check_engine(options, given)
    try:
        raise SystemExit(_run(url, options))
    except KeyboardInterrupt:  # while it is loaded: nothing has been made yet
        raise SystemExit(STOPPED) from None


def _run(url: str, options: dict[str, Any]) -> int:
    """Run it in the engine that is wanted; return the exit code."""
    if options["engine"] == "locust":
        with needs("locust"):
            from otakit.cli.fleet_locust import run_locust
        return run_locust(url, options)
    with needs("fleet"):
        from otakit.cli.fleet_run import run_fleet
    return run_fleet(url, options)
