"""A scenario made into a world: its past is played, from the first device to now."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from otakit.fixtures.scenario import Loaded
from otakit.fixtures.scenario_format import DeploymentEntry, DeviceEntry, seconds
from otakit.fixtures.scenario_text import Path
from otakit.mockserver.domain.clock import Clock, Seconds, from_rfc3339
from otakit.mockserver.domain.world import World
from otakit.mockserver.events import Events
from otakit.mockserver.scenarios.connect import deploy, fleet_plan
from otakit.mockserver.scenarios.devices_acts import PastDevice
from otakit.mockserver.scenarios.making import Making, entry_names
from otakit.mockserver.scenarios.timeline import Timeline
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.sockets.device_sockets import DeviceSockets
from otakit.mockserver.sockets.recordings import Recordings
from otakit.mockserver.universe import Universe

JOINING: Seconds = 3600.0
"""Within how long the devices of one entry come; the last of them is there when the entry says."""

PAUSE: Seconds = 30.0
"""Between two of them, if they are not too many for that."""

Progress = Callable[[int, int], None]


def _unseen(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(slots=True, kw_only=True)
class Built:
    """A world that is ready to be put in place: with its artifacts' files, and its devices."""

    world: World
    plan: str | None
    files: dict[str, bytes]
    devices: list[PastDevice]


@dataclass(slots=True, kw_only=True)
class Stage:
    """A universe's double, in which a world is made; the universe itself stays as it is."""

    universe: Universe
    loaded: Loaded
    clock: Clock
    fresh: Clock
    now: Seconds


def stage(universe: Universe, server: ServerState, loaded: Loaded) -> Stage:
    """Prepare a stage with an empty world, long ago; its first user is the universe's."""
    told = loaded.scenario.clock.now if loaded.scenario.clock else None
    fresh = replace(server.settings.clock) if server.settings.clock else Clock()
    now = fresh.now() if told is None else from_rfc3339(told)
    clock = Clock(speed=0, source=fresh.source, start=now + _first_moment(loaded) - 2 * JOINING)
    old = universe.world
    world = World(seed=old.seed, clock=clock, dialect=old.dialect)
    world.admission.limit = old.admission.limit
    world.users = copy.deepcopy(old.users, {id(old.clock): clock})
    world.users.begin_anew()
    double = replace(
        universe,
        world=world,
        sockets=DeviceSockets(),
        recordings=Recordings(),
        events=Events(),
        simulation=None,
    )
    return Stage(universe=double, loaded=loaded, clock=clock, fresh=fresh, now=now)


def build(stage: Stage, server: ServerState, progress: Progress = _unseen) -> Built:
    """Make a scenario's world on its stage, in any thread; raises BadScenario.

    `progress` hears how many devices are made, and of how many.
    """
    scenario, clock = stage.loaded.scenario, stage.clock
    timeline = Timeline(clock, stage.now)
    making = Making(stage.universe, server, stage.loaded, timeline)
    _schedule(stage.loaded, making, timeline, progress)
    timeline.play()
    told = scenario.clock
    if told is None or told.now is None:
        clock.advance(max(0.0, stage.fresh.now() - clock.now()))  # building took some time, too
    clock.set_speed(stage.fresh.speed if told is None or told.speed is None else told.speed)
    return Built(world=making.world, plan=scenario.plan, files=making.files, devices=making.made)


def _first_moment(loaded: Loaded) -> Seconds:
    scenario, connect = loaded.scenario, loaded.scenario.connect
    moments = [
        *(entry.joined for entry in scenario.devices),
        *(entry.at for entry in scenario.artifacts),
        *(entry.at for entry in scenario.filters),
        *(entry.at for entry in scenario.deployments),
        *(entry.at for entry in scenario.configurations),
        *(entry.at for entry in scenario.alerts),
        *(entry.at for entry in connect.deployments),
    ]
    return min(map(seconds, moments), default=0.0)


def _schedule(loaded: Loaded, making: Making, timeline: Timeline, progress: Progress) -> None:
    """Say when everything happens; of what happens at once, what others need comes first."""
    scenario, now = loaded.scenario, timeline.now
    world, users = making.world, making.users
    for place, user in enumerate(scenario.users):
        with making.blaming(("users", place)):
            users.create_user(user.email, user.password)
    with making.blaming(("connect",)):
        world.connect_fleet.replace(fleet_plan(scenario.connect))
    _schedule_devices(loaded, making, timeline, progress)
    for place, artifact in enumerate(scenario.artifacts):
        path: Path = ("artifacts", place)
        timeline.at(now + seconds(artifact.at), partial(making.artifact, path, artifact))
    for place, saved in enumerate(scenario.filters):
        path = ("filters", place)
        timeline.at(now + seconds(saved.at), partial(making.filter, path, saved))
    for place, configuration in enumerate(scenario.configurations):
        path = ("configurations", place)
        act = partial(making.configuration, path, configuration)
        timeline.at(now + seconds(configuration.at), act)
    for place, deployment in enumerate(scenario.deployments):
        act = partial(_deploy, making, timeline, ("deployments", place), deployment)
        timeline.at(now + seconds(deployment.at), act)
    for place, alert in enumerate(scenario.alerts):
        path = ("alerts", place)
        timeline.at(now + seconds(alert.at), partial(making.alert, path, alert))
    for place, run in enumerate(scenario.connect.deployments):
        path = ("connect", "deployments", place)
        act = partial(_deploy_connect, making, path, partial(deploy, world.connect_fleet, run))
        timeline.at(now + seconds(run.at), act)


def _schedule_devices(
    loaded: Loaded, making: Making, timeline: Timeline, progress: Progress
) -> None:
    """Let the devices of each entry come one after the other, and into their group at last."""
    entries = loaded.scenario.devices
    total = sum(entry.count for entry in entries)
    for place, (name, entry) in enumerate(zip(entry_names(loaded.scenario), entries, strict=True)):
        path: Path = ("devices", place)
        devices = making.devices(name, entry)
        progress(len(making.made), total)
        joined = timeline.now + seconds(entry.joined)
        pause = min(PAUSE, JOINING / len(devices))
        for ahead, device in enumerate(reversed(devices)):
            moment = joined - ahead * pause
            timeline.at(moment, partial(making.join, path, entry, device))
        timeline.at(joined, partial(making.group, path, entry, devices))
        timeline.at(joined, partial(_fall_silent, making, timeline, entry, devices))


def _fall_silent(
    making: Making, timeline: Timeline, entry: DeviceEntry, devices: list[PastDevice]
) -> None:
    """Let devices that are offline be heard of for the last time when the entry says."""
    if entry.last_seen is not None:
        moment = timeline.now + seconds(entry.last_seen)
        for device in devices:
            if device.id in making.world.devices:
                making.world.devices.device(device.id).checked_in = moment


def _deploy(making: Making, timeline: Timeline, path: Path, entry: DeploymentEntry) -> None:
    deployment = making.deployment(path, entry)
    if entry.aborted is not None:
        moment = timeline.now + seconds(entry.aborted)
        timeline.at(moment, partial(making.abort, path, deployment.id))


def _deploy_connect(making: Making, path: Path, act: Callable[[], None]) -> None:
    with making.blaming(path):
        act()
