"""A phase lets in its share of the devices, from its start on."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.rollout import PhasePlan
from otakit.mockserver.domain.world import World

Start = Callable[..., Deployment]
Poll = Callable[..., Offer | None]


@pytest.fixture
def devices(admit: Callable[..., str], store: Callable[..., Artifact]) -> list[str]:
    """Return ten accepted devices; there are two artifacts for them."""
    store("v1")
    store("v2")
    return [admit(str(number)) for number in range(10)]


def plan(world: World) -> tuple[PhasePlan, ...]:
    """Plan 20 % in a minute, 30 % in two, the rest in three."""
    now = world.clock.now()
    shares = ((20, 60), (30, 120), (None, 180))
    return tuple(PhasePlan(batch_size=size, start=now + wait) for size, wait in shares)


def test_devices_come_in_by_phases(
    world: World, devices: list[str], start: Start, poll: Poll, source: Any
) -> None:
    """Whoever asks first; those inside keep their place."""
    deployment = start(*devices, phases=plan(world))
    inside = []
    for _ in range(4):
        offered = [device for device in devices[::-1] if poll(device)]
        counts = [phase.device_count for phase in deployment.phases]
        inside.append((len(offered), counts))
        source.seconds += 60
    assert inside == [(0, [0, 0, 0]), (2, [2, 0, 0]), (5, [2, 3, 0]), (10, [2, 3, 5])]


def test_scheduled_until_the_first_phase(
    world: World, devices: list[str], start: Start, source: Any
) -> None:
    """Then pending, as long as nothing is reported."""
    deployment = start(*devices, phases=plan(world))
    assert deployment.status(source.seconds + 59) == "scheduled"
    assert deployment.status(source.seconds + 60) == "pending"


def test_scheduled_also_when_devices_have_been_taken_out(
    world: World, devices: list[str], start: Start
) -> None:
    """Nothing is in progress before its time."""
    deployment = start(*devices, phases=plan(world))
    world.aborts.abort_device(devices[0])
    assert deployment.status(world.clock.now()) == "scheduled"


def test_phase_opens_also_after_a_newer_deployment(
    world: World, devices: list[str], start: Start, poll: Poll, source: Any
) -> None:
    """A device that had to wait meanwhile does another one, and is let in then."""
    older = start(*devices, phases=plan(world))
    newer = start(devices[0], artifact="v2")
    assert (offer := poll(devices[0])) is not None
    assert offer.deployment is newer
    world.reports.status(devices[0], newer.id, "success")
    source.seconds += 60
    assert (offer := poll(devices[0])) is not None
    assert offer.deployment is older


def test_retry_takes_no_second_place(
    world: World, devices: list[str], start: Start, poll: Poll, source: Any
) -> None:
    """The device is inside already."""
    deployment = start(*devices, phases=plan(world), retries=1)
    source.seconds += 60
    poll(devices[0])
    world.reports.status(devices[0], deployment.id, "failure")
    assert poll(devices[0]) is not None
    assert deployment.phases[0].device_count == 1
