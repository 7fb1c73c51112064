"""Connection records: made at the first acceptance, gone with the device."""

import pytest

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connection import Connections
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.world import World


class Time:
    """A source that the test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_times_are_those_of_changes() -> None:
    """The record stays from the beginning, its time moves with the status."""
    time = Time()
    connections = Connections(Clock(source=time))
    seen = []
    for act in (connections.begin, connections.connect, connections.begin, connections.disconnect):
        act("d")
        record = connections.record("d")
        seen.append(
            (record.status, record.created - 1_800_000_000, record.updated - record.created)
        )
        time.now += 5
    assert seen == [
        ("disconnected", 0, 0),
        ("connected", 0, 5),
        ("connected", 0, 5),
        ("disconnected", 0, 15),
    ]


def test_unknown_devices_have_none() -> None:
    """Nothing is written down for a device that was never let in."""
    connections = Connections(Clock())
    connections.disconnect("d")
    with pytest.raises(NotFound, match="'d'"):
        connections.record("d")


def test_it_comes_with_acceptance_and_goes_with_the_device() -> None:
    """Pending devices have no record; preauthorized ones get it when they come."""
    world = World()
    device = world.preauthorize_device({"sn": "1"}, "key")
    with pytest.raises(NotFound):
        world.connections.record(device.id)
    world.authenticate_device({"sn": "1"}, "key")
    assert world.connections.record(device.id).status == "disconnected"
    world.decommission_device(device.id)
    with pytest.raises(NotFound):
        world.connections.record(device.id)
