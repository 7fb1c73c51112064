"""A device that fails tries again, as often as the deployment allows."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Start = Callable[..., Deployment]
Poll = Callable[..., Offer | None]


@pytest.fixture
def device(admit: Callable[..., str], store: Callable[..., Artifact]) -> str:
    """Return an accepted device; there is an artifact for it."""
    store()
    return admit("a")


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_offered_once_and_for_each_retry(
    world: World, device: str, start: Start, poll: Poll, retries: int
) -> None:
    """Then it has failed."""
    deployment = start(device, retries=retries)
    offers = 0
    while poll(device) is not None:
        offers += 1
        world.reports.status(device, deployment.id, "installing")
        world.reports.status(device, deployment.id, "failure")
    assert offers == retries + 1
    assert deployment.part(device).status == "failure"
    assert deployment.part(device).attempt == retries
    assert deployment.finished is not None


def test_retry_begins_as_pending(world: World, device: str, start: Start, poll: Poll) -> None:
    """The device may say other things of itself than at its first try."""
    deployment = start(device, retries=1)
    poll(device, group="one")
    world.reports.status(device, deployment.id, "installing")
    world.reports.status(device, deployment.id, "failure")
    assert deployment.statistics.counts()["pending"] == 1
    assert deployment.finished is None
    assert poll(device, group="two") is not None


def test_success_after_a_retry_counts(world: World, device: str, start: Start, poll: Poll) -> None:
    """As any other."""
    deployment = start(device, retries=2)
    for status in ("failure", "success"):
        poll(device)
        world.reports.status(device, deployment.id, status)
    assert deployment.part(device).status == "success"
    assert deployment.finished is not None


def test_retries_are_each_devices_own(
    world: World, device: str, admit: Callable[..., str], start: Start, poll: Poll
) -> None:
    """One device's failures take nothing from another."""
    other = admit("b")
    deployment = start(device, other, retries=1)
    for who in (device, other):
        poll(who)
        world.reports.status(who, deployment.id, "failure")
        assert deployment.part(who).status == "pending"
