"""Which deployment a device is offered (server facts, 4.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Admit = Callable[..., str]
Start = Callable[..., Deployment]
Poll = Callable[..., Offer | None]


@pytest.fixture
def device(admit: Admit, store: Callable[..., Artifact]) -> str:
    """Return an accepted device; there are two artifacts for it."""
    store("v1")
    store("v2")
    return admit("a")


def test_oldest_comes_first_until_it_is_done(
    world: World, device: str, start: Start, poll: Poll
) -> None:
    """Then the next one."""
    first, second = start(device), start(device, artifact="v2")
    for _ in range(3):
        offer = poll(device)
        assert offer is not None
        assert offer.deployment is first
    world.reports.status(device, first.id, "success")
    offer = poll(device, "v1")
    assert offer is not None
    assert offer.deployment is second


def test_asking_moves_nothing(device: str, start: Start, poll: Poll) -> None:
    """The deployment is pending until something is reported (4.6.4)."""
    deployment = start(device)
    assert poll(device) is not None
    assert deployment.status(0) == "pending"
    assert deployment.statistics.counts()["pending"] == 1


@pytest.fixture
def join(world: World) -> Callable[[str], None]:
    """Return the act by which a device comes to match the filter of `older`."""

    def act(device_id: str) -> None:
        attributes = [{"name": "site", "value": "north"}]
        world.inventory.assign(device_id, "inventory", attributes, replace=False)

    return act


@pytest.fixture
def older(world: World, device: str) -> Deployment:
    """Return a dynamic deployment that does not mean the device yet; it is the oldest."""
    term = Predicate(scope="inventory", attribute="site", type="$eq", value="north")
    saved = world.filters.create("north", [term])
    assert device in world.devices
    return world.deploy_dynamically(Plan(name="d", artifact_name="v1"), saved.id)


def test_older_one_never_follows_a_newer(  # noqa: PLR0913 - fixtures
    world: World, *, older: Deployment, device: str, start: Start, poll: Poll, join: Any
) -> None:
    """A device that comes to match it later would go back in time."""
    newer = start(device, artifact="v2")
    assert poll(device) is not None
    world.reports.status(device, newer.id, "success")
    join(device)
    assert poll(device, "v2") is None
    assert device not in older.devices


def test_older_one_follows_a_newer_that_was_aborted(  # noqa: PLR0913 - fixtures
    world: World, *, older: Deployment, device: str, start: Start, poll: Poll, join: Any
) -> None:
    """So the reference promises (Abort Deployments for a Device)."""
    start(device, artifact="v2")
    assert poll(device) is not None
    world.aborts.abort_device(device)
    join(device)
    offer = poll(device)
    assert offer is not None
    assert offer.deployment is older


def test_abort_of_a_newer_one_does_not_take_the_older_away(
    world: World, device: str, start: Start, poll: Poll
) -> None:
    """The device has not handled the newer one."""
    older, newer = start(device), start(device, artifact="v2")
    world.aborts.abort(newer.id)
    offer = poll(device)
    assert offer is not None
    assert offer.deployment is older


def test_device_that_is_not_meant_gets_nothing(
    admit: Admit, device: str, start: Start, poll: Poll
) -> None:
    """Nor does one that nobody knows."""
    start(device)
    assert poll(admit("b")) is None
    assert poll("unknown") is None


@pytest.mark.parametrize(
    ("words", "status"),
    [({"kind": "bone"}, "noartifact"), ({"installed": "v1"}, "already-installed")],
)
def test_one_deployment_is_looked_at_for_each_request(
    device: str, start: Start, poll: Poll, words: dict[str, Any], status: str
) -> None:
    """Where it turns out to be nothing, only the next request gets the next one (4.3.6)."""
    first, second = start(device), start(device, artifact="v2")
    assert poll(device, **words) is None
    assert first.part(device).status == status
    assert device not in second.devices
    poll(device, **words)
    assert device in second.devices
