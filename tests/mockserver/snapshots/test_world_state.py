"""A World that is written down and read again goes on as if nothing had happened."""

from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import rule

from ota_models.life import Life
from ota_support.depth import examples
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.dialect import DIALECTS, DOCUMENTED
from otakit.mockserver.domain.world import World
from otakit.mockserver.snapshots.plain_shapes import Misfit
from otakit.mockserver.snapshots.world_state import (
    layout,
    read_recordings,
    read_world,
    write_recordings,
    write_world,
)
from otakit.mockserver.sockets.recordings import Recordings


def text(world: World) -> bytes:
    """Write a World as JSON."""
    return msgspec.json.encode(write_world(world))


class Interrupted(Life):
    """A life whose World is put away and brought back now and then."""

    @rule()
    def put_away(self) -> None:
        """Write the World down, and go on with what is read: all invariants hold of that, too."""
        kept, now = text(self.world), self.world.clock.now()
        clock = Clock(source=lambda: self.seconds)
        self.world = read_world(msgspec.json.decode(kept), clock, DOCUMENTED)
        assert text(self.world) == kept
        assert self.world.clock.now() == now
        known = self.world.deployments
        self.notes.deployments = [known.deployment(d.id) for d in self.notes.deployments]


TestInterrupted = Interrupted.TestCase
TestInterrupted.settings = settings(
    derandomize=True, deadline=None, max_examples=examples(30), stateful_step_count=30
)


@pytest.fixture(params=sorted(DIALECTS))
def world(request: pytest.FixtureRequest) -> World:
    """Return a World of each dialect, whose time stands still."""
    return World(seed=1, clock=Clock(speed=0), dialect=DIALECTS[request.param])


def read(plain: Any, world: World) -> World:
    """Read a World of the same dialect."""
    return read_world(plain, Clock(source=world.clock.source), world.dialect)


def test_same_acts_give_the_same_ids(world: World) -> None:
    """Sources of chance go on where they were."""
    world.users.create("ada@example.com", "correct horse")
    twin = read(write_world(world), world)
    for one in (world, twin):
        device = one.preauthorize_device({"sn": 1}, "key")
        one.decommission_device(device.id)
        one.preauthorize_device({"sn": 2}, "key")
        one.users.login("ada@example.com", "correct horse")
    assert text(world) == text(twin)


def test_moments_are_exact() -> None:
    """A time that was cut to milliseconds once is not cut again: some would lose one."""
    seconds = 1001 / 1000
    world = World(clock=Clock(speed=0, source=lambda: seconds))
    for _ in range(3):
        world = read(write_world(world), world)
    assert world.clock.exactly() == seconds


def test_what_is_one_object_stays_one(world: World) -> None:
    """A device is changed wherever it is looked at."""
    device = world.preauthorize_device({"sn": 1}, "key")
    again = read(write_world(world), world)
    found = again.devices.with_identity({"sn": 1})
    assert found is not None
    assert found is again.devices.newest()
    assert found.id == device.id
    (auth_set,) = found.auth_sets.values()
    assert again.devices.any_auth_set(auth_set.id) is auth_set


def test_parts_are_joined_as_in_any_world(world: World) -> None:
    """What is read works: parts watch one another and share ids and time."""
    again = read(write_world(world), world)
    device = again.preauthorize_device({"sn": 1}, "key")
    again.authenticate_device({"sn": 1}, "key")
    assert again.configurations.of(device.id).device_id == device.id
    assert again.connections.record(device.id).status == "disconnected"
    assert again.connect_fleet.contents is not world.connect_fleet.contents


def test_recordings_come_back() -> None:
    """With their order and their sizes, which bound them."""
    kept = Recordings()
    kept.add("one", b"\x00\xff")
    kept.add("two", b"")
    kept.add("one", b"more")
    plain = msgspec.json.decode(msgspec.json.encode(write_recordings(kept)))
    again = read_recordings(plain)
    assert (again.of("one"), again.of("two")) == ([b"\x00\xff", b"more"], [b""])
    assert write_recordings(again) == plain


def test_state_that_is_not_declared_is_noticed() -> None:
    """Nobody can add state to the World that its snapshots would silently lack."""
    world = World()
    world.numbers = []  # type: ignore[attr-defined]  # the mistake
    with pytest.raises(TypeError, match=r"World\.numbers: annotate state in the class's body"):
        write_world(world)


def test_layout_is_the_same_for_the_same_version() -> None:
    """It names no address, no order of hashes."""
    assert layout() == layout.__wrapped__()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda p: p.pop("devices"), "'devices' is missing"),
        (lambda p: p.update(more={}), "'more' is not known"),
        (lambda p: p["devices"].update(_count="1"), "devices._count: integer is expected"),
        (lambda p: p["devices"].update(_count=True), "integer is expected, not true or false"),
        (lambda p: p["devices"].pop("_by_age"), "devices: '_by_age' is missing"),
        (lambda p: p["devices"]["_devices"].update(x=99), "_devices/x: no Device has the number"),
        (lambda p: p["ids"].update(_random=[3, [1], None]), "ids._random: the state of a source"),
        (lambda p: p["ids"].update(_random=7), "ids._random: the state of a source"),
        (lambda p: p["users"].update(_first=[]), "users._first: User | null is expected"),
        (
            lambda p: next(iter(p["connections"]["_records"].values())).update(status="perhaps"),
            "status: one of 'connected', 'disconnected' is expected",
        ),
        (
            lambda p: next(iter(p["devices"]["_devices"].values())).pop("#"),
            "no Device has the number",
        ),
    ],
)
def test_what_no_world_wrote_is_refused(spoil: Any, fault: str) -> None:
    """The place and the fault are named."""
    world = World()
    device = world.preauthorize_device({"sn": 1}, "key")
    world.authenticate_device({"sn": 1}, "key")
    plain = msgspec.json.decode(text(world))
    spoil(plain["parts"])
    with pytest.raises(Misfit) as misfit:
        read(plain, world)
    assert fault in str(misfit.value)
    assert device.id in world.devices
