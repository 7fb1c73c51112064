"""A device is in at most one group, and a group is there while a device is in it."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.world import World


@pytest.fixture
def devices(ask: Callable[..., str]) -> list[str]:
    """Return three known devices."""
    return [ask(name) for name in "abc"]


def test_joining_leaves_the_other_group(world: World, devices: list[str]) -> None:
    """Known ones and moved ones are counted; a group without devices is gone."""
    assert world.inventory.join("one", [*devices[:2], "x", devices[0]]) == (2, 2)
    assert world.inventory.join("two", devices) == (3, 3)
    assert world.inventory.join("two", devices) == (3, 0)
    assert world.inventory.groups() == ["two"]
    assert list(world.inventory.members("two")) == sorted(devices)
    with pytest.raises(NotFound):
        world.inventory.members("one")


def test_joining_nobody_makes_no_group(world: World) -> None:
    """An unknown device is nobody."""
    assert world.inventory.join("one", ["x"]) == (0, 0)
    assert world.inventory.groups() == []


def test_leaving(world: World, devices: list[str]) -> None:
    """Only those inside; without names all."""
    world.inventory.join("one", devices[:2])
    world.inventory.join("two", devices[2:])
    assert world.inventory.leave("one", [devices[0], devices[2], "x"]) == 1
    assert list(world.inventory.members("one")) == [devices[1]]
    assert world.inventory.leave("two") == 1
    assert world.inventory.leave("two") == 0
    assert world.inventory.groups() == ["one"]


def test_decommissioned_device_leaves(world: World, devices: list[str]) -> None:
    """And takes the group along when it is the last."""
    world.inventory.join("one", devices[:2])
    world.decommission_device(devices[0])
    assert list(world.inventory.members("one")) == devices[1:2]
    world.decommission_device(devices[1])
    assert world.inventory.groups() == []
