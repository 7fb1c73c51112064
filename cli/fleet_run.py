"""One run of `otakit fleet`: from its options to its exit code."""

import asyncio
import io
import json
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import uvloop
from rich.console import Console

from otakit.cli import fleet_options
from otakit.cli.fleet_view import FleetView
from otakit.fixtures.artifact_errors import ArtifactError
from otakit.fixtures.artifact_reader import read_artifact
from otakit.fixtures.behaviours import assign, behaviour
from otakit.fixtures.device_timing import Timing
from otakit.fixtures.fleet.made_up import DEVICE_TYPES, made_up
from otakit.fixtures.fleet.mock_universe import NoMock
from otakit.fixtures.fleet.moves import BadBehaviour
from otakit.fixtures.fleet.operator import Login, Refused
from otakit.fixtures.fleet.plan import FleetPlan, OwnArtifact, Rollout, equal_phases
from otakit.fixtures.fleet.prometheus import exposed
from otakit.fixtures.fleet.run import FleetRun
from otakit.fixtures.fleet.server import Fleets, Server
from otakit.fixtures.fleet.summary import HELD, STOPPED, result, summary, write_devices
from otakit.fixtures.fleet.wire import Unreachable

EXIT_HELD, EXIT_BROKEN, EXIT_UNREACHABLE, EXIT_STOPPED = 0, 1, 3, 130

PER_SECOND = 200
"""How many devices are switched on in a second, where nothing else is said."""


def run_fleet(url: str, options: Mapping[str, Any]) -> int:
    """Run a fleet, or clean up after one; return the exit code. Raises ClickException."""
    tls = fleet_options.tls(options["tls_ca"], insecure=options["insecure"])
    login = Login(
        email=options["email"], password=options["password"], token=options["token"] or ""
    )
    server = Server(
        url=url,
        login=login,
        tenant_token=options["tenant_token"],
        tls=tls,
        timeout=options["timeout"],
        connections=options["connections"],
        control_token=options["control_token"],
    )
    try:
        if options["clean"]:
            return _clean(server, options["clean"])
        return uvloop.run(_Command(server, fleet_plan(options), options).run())
    except (Unreachable, Refused, NoMock) as error:
        click.echo(f"otakit: {error}", err=True)
        return EXIT_UNREACHABLE
    except BadBehaviour as error:
        raise click.ClickException(str(error)) from None


def fleet_plan(options: Mapping[str, Any]) -> FleetPlan:
    """Make a plan of the options; raises ClickException for those that do not go together."""
    count, poll = options["devices"], options["poll"]
    run = f"v{options['seed']}" if options["virtual_time"] else secrets.token_hex(4)
    rollout, types = _rollout(options, run)
    if options["connect"] and options["virtual_time"]:
        message = "--connect needs real time: websockets are of no use while the clock jumps"
        raise click.ClickException(message)
    if rollout is None and options["duration"] is None and options["virtual_time"]:
        message = "--no-rollout with --virtual-time needs --duration: it would never end"
        raise click.ClickException(message)
    ramp_up = options["ramp_up"]
    if ramp_up is None:
        ramp_up = poll if options["virtual_time"] else count / PER_SECOND
    return FleetPlan(
        run=run,
        devices=count,
        seed=options["seed"],
        behaviours=options["behaviours"],
        device_types=types,
        algorithm=options["key"],
        timing=Timing(
            poll=poll,
            inventory=options["inventory"],
            retry=options["retry"],
            pace=1.0 if options["virtual_time"] else options["pace"],
        ),
        ramp_up=ramp_up,
        preauthorise=options["preauthorise"],
        connects=options["connect"],
        rollout=rollout,
        duration=options["duration"],
    )


def _rollout(options: Mapping[str, Any], run: str) -> tuple[Rollout | None, tuple[str, ...]]:
    """Return what is rolled out, and the types of the devices."""
    asked = tuple(options["device_types"])
    given = [name for name in ("artifact", "artifact_name", "no_rollout") if options[name]]
    if len(given) > 1:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        message = f"{names}: give one of them at most"
        raise click.ClickException(message)
    if options["no_rollout"]:
        return None, asked or DEVICE_TYPES
    if options["artifact_name"] and not asked:
        message = "--artifact-name needs --device-type: which devices is that artifact for?"
        raise click.ClickException(message)
    artifacts: tuple[OwnArtifact, ...] = ()
    if options["artifact"]:
        artifacts = (_artifact_of(options["artifact"]),)
    elif not options["artifact_name"]:
        artifacts = tuple(made_up(run, kind, options["size"]) for kind in asked or DEVICE_TYPES)
    phases = options["phases"]
    rollout = Rollout(
        artifact_name=options["artifact_name"] or artifacts[0].name,
        artifacts=artifacts,
        phases=equal_phases(phases, options["phase_interval"]) if phases > 1 else (),
        retries=options["retries"],
        abort_at=options["abort_at"],
    )
    types = asked or tuple(kind for artifact in artifacts for kind in artifact.device_types)
    return rollout, types


def _artifact_of(path: Path) -> OwnArtifact:
    """Read the artifact in a file."""
    try:
        content = path.read_bytes()
        info = read_artifact(io.BytesIO(content))
    except OSError as error:
        message = f"--artifact: '{path}' cannot be read: {error.strerror or error}"
        raise click.ClickException(message) from None
    except ArtifactError as error:
        message = f"--artifact: '{path}' is no Mender artifact: {error}"
        raise click.ClickException(message) from None
    types = tuple(info.device_types)
    return OwnArtifact(name=info.name, device_types=types, content=content)


class _Command:
    """One run, and what a person sees of it."""

    def __init__(self, server: Server, plan: FleetPlan, options: Mapping[str, Any]) -> None:
        self._plan = plan
        self._options = options
        self._view = FleetView(Console(stderr=True, highlight=False), plan)
        self._fleets = Fleets(server, self._view.cleaned)
        self._run: FleetRun | None = None

    async def run(self) -> int:
        """Run it; return the exit code."""
        with self._stopping(), self._view.live():
            try:
                run = await self._through()
            except asyncio.CancelledError:
                self._view.say(f"stopped; what is left goes with --clean {self._plan.run}")
                return EXIT_STOPPED
        return self._tell(run)

    async def _through(self) -> FleetRun:
        """Go through the run, cleaning up included."""
        options = self._options
        names = assign(self._plan.behaviours, self._plan.devices, self._plan.seed)
        kinds = {name: behaviour(name) for name in set(names)}
        at = self._fleets.virtual_time if options["virtual_time"] else self._fleets.real_time
        dealt = [(name, kinds[name]) for name in names]
        async with at(self._plan, dealt, keep=options["keep"]) as run:
            self._run = self._view.run = run
            with self._metrics(run):
                await run.run()
        return run

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Let Ctrl-C end the run, so that it is cleaned up; and a second one end that, too."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop() -> None:
            if self._run is not None and not self._run.stopped:
                self._run.stop()
            elif task is not None:
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        yield

    @contextmanager
    def _metrics(self, run: FleetRun) -> Iterator[None]:
        """Serve the run's figures, where they are asked for."""
        port = self._options["metrics_port"]
        if port is None:
            yield
            return
        try:
            serving = exposed(run, port)
        except OSError as error:
            message = f"--metrics-port: {port} cannot be used: {error.strerror or error}"
            raise click.ClickException(message) from None
        with serving as served:
            self._view.say(f"figures at http://127.0.0.1:{served}/metrics")
            yield

    def _tell(self, run: FleetRun) -> int:
        """Say what came of it; return the exit code."""
        options, end = self._options, result(run)
        if options["csv_file"]:
            with options["csv_file"].open("w", encoding="utf-8", newline="") as out:
                write_devices(run, out)
        if options["as_json"]:
            click.echo(json.dumps(summary(run), indent=2))
        else:
            self._view.tell(run, self._fleets.removed)
        return {HELD: EXIT_HELD, STOPPED: EXIT_STOPPED}.get(end, EXIT_BROKEN)


def _clean(server: Server, run: str) -> int:
    removed = uvloop.run(Fleets(server).clean(run))
    click.echo(str(removed))
    return EXIT_HELD
