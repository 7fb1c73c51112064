"""Scenarios put in place of what a universe has: whole, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import anyio

from otakit.fixtures.device import Device, Timing
from otakit.fixtures.device_download import KnownArtifacts
from otakit.fixtures.scenario import Loaded
from otakit.fixtures.scenario_format import Scenario, Simulated, seconds
from otakit.mockserver.domain.artifacts import Search
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.device import ACCEPTED, NOAUTH, PREAUTHORIZED
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.world import World
from otakit.mockserver.scenarios.build import Built, Progress, build, stage
from otakit.mockserver.scenarios.devices_acts import PastDevice
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

RETRY: Seconds = 15.0
"""How often a simulated device at most asks whether it is let in by now."""

_UNSEEN = (PREAUTHORIZED, NOAUTH)
"""A device of such a status has not asked, and would have another one as soon as it did."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a universe has now that a scenario is in it."""

    title: str
    devices: int
    accepted: int
    simulated: int
    artifacts: int
    deployments: int

    def __str__(self) -> str:
        """Write it in a line."""
        text = (
            f"{self.devices} devices ({self.accepted} accepted), {self.artifacts} artifacts, "
            f"{self.deployments} deployments"
        )
        return f"{text}; {self.simulated} devices are simulated" if self.simulated else text


def load(
    universe: Universe, server: ServerState, loaded: Loaded, progress: Progress | None = None
) -> Summary:
    """Put a scenario in place of all that a universe has but its first user.

    Raises BadScenario; then the universe is as it was.
    """
    prepared = stage(universe, server, loaded)
    built = build(prepared, server, progress) if progress else build(prepared, server)
    return _install(universe, server, loaded, built)


async def load_aside(universe: Universe, server: ServerState, loaded: Loaded) -> Summary:
    """Do the same while other requests are served; raises NotFound if the universe is deleted."""
    prepared = stage(universe, server, loaded)
    built = await anyio.to_thread.run_sync(build, prepared, server)
    server.universes.universe(universe.id)
    return _install(universe, server, loaded, built)


def _install(universe: Universe, server: ServerState, loaded: Loaded, built: Built) -> Summary:
    try:
        keep_files(universe, built.world, built.files)
    except OSError as error:
        problem = f"the files cannot be written: {error.strerror or error}"
        raise loaded.error(("artifacts",), problem) from None
    built.world.users.keep_sessions(universe.world.users)
    universe.plan = built.plan or universe.booked
    universe.install(built.world)
    alive = list(living(universe, loaded.scenario, built.devices))
    if alive:
        server.simulations.begin(universe, alive)
    return summary(universe, loaded.scenario, simulated=len(alive))


def keep_files(universe: Universe, world: World, files: dict[str, bytes]) -> None:
    """Write the files of a world's artifacts, in place of those that the universe has.

    All are written before the first one goes: an error leaves the universe with its own.
    """
    storage = universe.storage
    scratches = {artifact_id: storage.scratch(artifact_id) for artifact_id in files}
    try:
        for artifact_id, scratch in scratches.items():
            scratch.write_bytes(files[artifact_id])
    except OSError:
        for scratch in scratches.values():
            scratch.unlink(missing_ok=True)
        raise
    for artifact in universe.world.artifacts.search(Search()):
        storage.remove(artifact.id)
    for artifact_id, scratch in scratches.items():
        storage.keep(scratch, artifact_id, world.artifacts.artifact(artifact_id).modified)


def living(
    universe: Universe, scenario: Scenario, devices: list[PastDevice]
) -> Iterator[tuple[Device, Seconds]]:
    """Make simulated devices of those that go on living, and say when each of them wakes up."""
    if not scenario.simulated:
        return
    how = scenario.simulated if isinstance(scenario.simulated, Simulated) else Simulated()
    timing = Timing(poll=seconds(how.poll), inventory=seconds(how.inventory), retry=RETRY)
    known = KnownArtifacts()
    world = universe.world
    for past in devices:
        status = world.devices.device(past.id).status
        if past.offline or status in _UNSEEN:
            continue
        device = Device(
            past.identity,
            past.key,
            past.rng,
            device_type=past.software.device_type,
            artifact_name=past.software.artifact_name,
            inventory=past.inventory,
            tenant_token=universe.tenant_token,
            behaviour=past.behaviour,
            timing=timing,
            known=known,
            connects=how.connects,
        )
        device.software.provides = dict(past.software.provides)
        yield device, world.clock.now() + _waking(past.rng, timing.poll)


def summary(universe: Universe, scenario: Scenario, *, simulated: int) -> Summary:
    """Count what a universe has now."""
    world = universe.world
    return Summary(
        title=scenario.title,
        devices=world.devices.count(),
        accepted=world.devices.count(ACCEPTED),
        simulated=simulated,
        artifacts=len(world.artifacts.search(Search())),
        deployments=world.deployments.find(Page(), wanted=None, newest_first=False)[1],
    )


def _waking(rng: Random, poll: Seconds) -> Seconds:
    """Spread the devices over the interval in which each of them asks once."""
    return rng.uniform(0.0, poll)
