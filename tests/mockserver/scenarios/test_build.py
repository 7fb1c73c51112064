"""A scenario becomes a world: the same for the same seed, and in the order of time."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.fixtures.scenario import BadScenario, load_shipped, read_scenario
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.world import World
from otakit.mockserver.scenarios.build import build, stage
from otakit.mockserver.scenarios.loading import load
from otakit.mockserver.server_state import ServerState

NOW = 1_800_000_000.0


@pytest.fixture
def demo(state_of: Callable[[int], ServerState]) -> Callable[[int], ServerState]:
    """Return a function that makes a server's state of a seed, with the demonstration in it."""

    def make(seed: int) -> ServerState:
        state = state_of(seed)
        load(state.universes.default, state, load_shipped("demo"))
        return state

    return make


def told(server: ServerState) -> list[Any]:
    """Return what is in a server's unnamed universe, files too."""
    universe = server.universes.default
    world = universe.world
    devices = [world.devices.device(device_id) for device_id in world.devices.ids()]
    deployments, _ = world.deployments.find(Page(1, 500), wanted=None, newest_first=False)
    return [
        devices,
        [world.inventory.record(device.id) for device in devices],
        [(d.id, d.plan, d.created, d.finished, d.phases, d.devices) for d in deployments],
        [deployment.statistics.counts() for deployment in deployments],
        world.audit.find(),
        [
            (artifact, universe.storage.path(artifact.id).read_bytes())
            for release in world.artifacts.all_releases()
            for artifact in release.artifacts.values()
        ],
        world.connect_fleet.shown(),
    ]


def test_same_seed_gives_the_same_world(demo: Callable[[int], ServerState]) -> None:
    """Ids, keys, times, logs, the bytes of artifacts; another seed gives another one."""
    assert told(demo(3)) == told(demo(3))
    assert told(demo(3)) != told(demo(4))


def test_past_goes_in_the_order_of_time_and_ends_now(
    demo: Callable[[int], ServerState],
) -> None:
    """No audit entry is older than the one before it, nothing is later than now."""
    world = demo(3).universes.default.world
    assert world.clock.now() == NOW
    moments = [entry.time for entry in world.audit.find(newest_first=False)]
    assert moments == sorted(moments)
    assert moments[0] > NOW - 62 * 86_400
    assert moments[-1] <= NOW
    deployments, _ = world.deployments.find(Page(1, 500), wanted=None, newest_first=False)
    for deployment in deployments:
        for part in deployment.devices.values():
            started = [m for m in (part.started, part.finished) if m is not None]
            assert all(deployment.created <= moment <= NOW for moment in started)


def test_phases_let_devices_in_when_they_open(state: ServerState) -> None:
    """No device of a later phase began before it."""
    world = put(state, "phased-rollout")
    deployments, _ = world.deployments.find(Page(), wanted=None, newest_first=False)
    rollout = deployments[-1]
    starts = sorted(p.started for p in rollout.devices.values() if p.started is not None)
    opened = [phase.start for phase in rollout.phases]
    assert len(starts) == rollout.phases[0].share + rollout.phases[1].share
    assert starts[0] >= opened[0]
    assert starts[rollout.phases[0].share] >= opened[1] == opened[0] + 7 * 86_400
    assert opened[2] > NOW


def test_now_can_be_another_moment(state: ServerState) -> None:
    """And time goes on from there at the speed that the file says."""
    text = b"title: x\nclock: {now: 2031-02-03T04:05:06Z, speed: 60}\ndevices: [{joined: -1h}]"
    universe = state.universes.default
    load(universe, state, read_scenario(text, "x.yaml"))
    assert universe.world.clock.now() == 1_927_857_906.0
    assert universe.world.clock.speed == 60
    device = next(universe.world.devices.ids())
    assert universe.world.devices.device(device).created == 1_927_857_906.0 - 3600


def test_failure_leaves_the_universe_as_it_was(state: ServerState) -> None:
    """Also one that shows only in the end: files, sessions, plan and simulated devices stay."""
    universe = state.universes.default
    put(state, "small-fleet")
    before, simulation = told(state), universe.simulation
    text = (
        "title: x\nplan: os\nartifacts: [{name: a, device_types: [raspberrypi4]}]\n"
        "devices: [{status: pending, group: g}]\n"
        "deployments: [{name: d, artifact: a, to: {group: g}, at: now}]"
    )
    with pytest.raises(BadScenario, match=r"x\.yaml:5:15: deployments\[0\]: No devices"):
        load(universe, state, read_scenario(text.encode(), "x.yaml"))
    assert told(state) == before
    assert universe.simulation is simulation
    assert universe.plan == "enterprise"


def test_sessions_go_on_and_tokens_of_others_end(state: ServerState) -> None:
    """Who is logged in as the first user stays so; devices that were there are not let in."""
    universe = state.universes.default
    world = put(state, "small-fleet")
    session = world.users.login("admin@example.com", "otakit-password")
    other = world.users.create("other@example.com", "correct-horse")
    fresh = put(state, "failing-rollout")
    assert universe.world is fresh
    user = fresh.users.check_in(session.jti)
    assert user is not None
    assert user.email == "admin@example.com"
    assert other.id not in {known.id for known in fresh.users.all()}


def test_session_opened_meanwhile_goes_on(state: ServerState) -> None:
    """Building takes a moment, in which others may log in."""
    universe = state.universes.default
    prepared = stage(universe, state, load_shipped("small-fleet"))
    session = universe.world.users.login("admin@example.com", "otakit-password")
    users = build(prepared, state).world.users
    assert users.check_in(session.jti) is None
    users.keep_sessions(universe.world.users)
    assert users.check_in(session.jti) is not None


def put(server: ServerState, name: str) -> World:
    """Load a shipped scenario and return its world."""
    universe = server.universes.default
    load(universe, server, load_shipped(name))
    return universe.world
