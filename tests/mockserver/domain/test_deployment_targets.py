"""Whom a deployment means: listed devices, all accepted ones, or a group's."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Plan
from otakit.mockserver.domain.errors import Invalid, Unprocessable
from otakit.mockserver.domain.world import World

PLAN = Plan(name="d", artifact_name="v1")


@pytest.fixture
def devices(
    world: World,
    admit: Callable[..., str],
    ask: Callable[..., str],
    store: Callable[..., Artifact],
) -> list[str]:
    """Return two accepted devices and one that is not; the last two are in group g."""
    store()
    names = [admit("a"), admit("b"), ask("c")]
    world.inventory.join("g", names[1:])
    return names


def test_listed_devices_are_frozen_and_not_checked(world: World, devices: list[str]) -> None:
    """Duplicates count once; an unknown device is pending for ever."""
    deployment = world.deploy(PLAN, devices=[devices[1], "x", devices[1]])
    assert deployment.targets() == (devices[1], "x")
    assert deployment.statistics.counts()["pending"] == 2


def test_all_accepted_devices(world: World, devices: list[str], admit: Callable[..., str]) -> None:
    """As of now."""
    deployment = world.deploy(PLAN, all_devices=True)
    admit("later")
    assert deployment.targets() == tuple(devices[:2])


def test_accepted_devices_of_a_group(world: World, devices: list[str]) -> None:
    """As of now, too."""
    deployment = world.deploy_to_group(PLAN, "g")
    world.inventory.join("g", devices[:1])
    assert deployment.targets() == (devices[1],)
    assert deployment.scope.group == "g"


def test_senseless_wishes_are_refused(world: World, devices: list[str]) -> None:
    """Both, neither, or nobody."""
    with pytest.raises(Invalid):
        world.deploy(PLAN, devices=devices, all_devices=True)
    with pytest.raises(Invalid):
        world.deploy(PLAN)
    with pytest.raises(Invalid):
        world.deploy_to_group(PLAN, "unknown")
    world.inventory.join("waiting", [devices[2]])
    with pytest.raises(Invalid):
        world.deploy_to_group(PLAN, "waiting")


def test_artifact_has_to_be_there(world: World, devices: list[str]) -> None:
    """But nobody to deploy to is told first (server facts, 5.1.6)."""
    unknown = Plan(name="d", artifact_name="v9")
    with pytest.raises(Unprocessable):
        world.deploy(unknown, devices=devices)
    with pytest.raises(Invalid):
        world.deploy_to_group(unknown, "unknown")
