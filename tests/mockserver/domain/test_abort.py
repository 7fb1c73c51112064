"""Abort: what is not final becomes aborted (reference, Abort the deployment, ... for a Device)."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Conflict, NotFound, Unprocessable
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Start = Callable[..., Deployment]
Poll = Callable[..., Offer | None]


@pytest.fixture
def devices(admit: Callable[..., str], store: Callable[..., Artifact]) -> list[str]:
    """Return four accepted devices; there is an artifact for them."""
    store()
    return [admit(name) for name in "abcd"]


def test_all_targets_not_final_become_aborted(
    world: World, devices: list[str], start: Start, poll: Poll, source: Any
) -> None:
    """Whether they have asked or not; what was final stays."""
    done, failed, busy, idle = devices
    deployment = start(*devices)
    for device in (done, failed, busy):
        poll(device)
    world.reports.status(done, deployment.id, "success")
    world.reports.status(failed, deployment.id, "failure")
    world.reports.status(busy, deployment.id, "installing")
    source.seconds += 9
    world.aborts.abort(deployment.id)
    statuses = [deployment.part(device).status for device in devices]
    assert statuses == ["success", "failure", "aborted", "aborted"]
    counts = deployment.statistics.counts()
    assert {s: n for s, n in counts.items() if n} == {"success": 1, "failure": 1, "aborted": 2}
    assert deployment.finished == deployment.created + 9
    assert poll(busy) is None
    assert poll(idle) is None


def test_finished_deployment_cannot_be_aborted(
    world: World, devices: list[str], start: Start
) -> None:
    """Nor twice, nor an unknown one."""
    deployment = start(*devices)
    world.aborts.abort(deployment.id)
    with pytest.raises(Unprocessable):
        world.aborts.abort(deployment.id)
    with pytest.raises(NotFound):
        world.aborts.abort("x")


def test_abort_for_a_device_ends_all_that_it_has_to_do(
    world: World, devices: list[str], start: Start, poll: Poll
) -> None:
    """Active and pending ones; other devices go on."""
    device, other, *_ = devices
    deployments = [start(device, other) for _ in range(3)]
    poll(device)
    world.aborts.abort_device(device)
    for deployment in deployments:
        assert deployment.part(device).status == "aborted"
        assert deployment.part(other).status == "pending"
        assert deployment.statistics.counts()["aborted"] == 1
        assert deployment.finished is None
    assert poll(device) is None
    assert poll(other) is not None


def test_abort_for_a_device_spares_what_comes_later(
    world: World, devices: list[str], start: Start, poll: Poll
) -> None:
    """And an unknown device is no error."""
    world.aborts.abort_device(devices[0])
    world.aborts.abort_device("x")
    later = start(devices[0])
    offer = poll(devices[0])
    assert offer is not None
    assert offer.deployment is later


def test_last_aborted_device_finishes_the_deployment(
    world: World, devices: list[str], start: Start
) -> None:
    """As any other final status does."""
    deployment = start(devices[0])
    world.aborts.abort_device(devices[0])
    assert deployment.finished is not None


def test_decommissioned_device_ends_its_deployments(
    world: World, devices: list[str], start: Start, poll: Poll
) -> None:
    """What was final stays in the books."""
    device, other, *_ = devices
    first = start(device)
    poll(device)
    world.reports.status(device, first.id, "success")
    second = start(device, other)
    world.decommission_device(device)
    assert first.part(device).status == "success"
    assert second.part(device).status == "decommissioned"
    assert second.status(world.clock.now()) == "pending"


def test_a_device_that_was_done_does_not_begin_again(
    world: World, devices: list[str], start: Start, poll: Poll
) -> None:
    """After the abort nobody is offered the update again, nor changes its status."""
    done, busy = devices[:2]
    deployment = start(done, busy)
    poll(done)
    world.reports.status(done, deployment.id, "success")
    world.aborts.abort(deployment.id)
    world.reports.status(done, deployment.id, "success")
    with pytest.raises(Conflict, match="success"):
        world.reports.status(done, deployment.id, "installing")
    assert deployment.part(done).status == "success"
    assert poll(done) is None
