"""A dynamic deployment means whoever matches its filter, now or later."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Poll = Callable[..., Offer | None]
Enter = Callable[[str], str]


def settle(world: World, device_id: str, site: str) -> None:
    """Have a device tell where it is."""
    attributes = [{"name": "site", "value": site}]
    world.inventory.assign(device_id, "inventory", attributes, replace=False)


@pytest.fixture
def enter(world: World, admit: Callable[..., str]) -> Enter:
    """Return the act of letting in a device that is in the north."""

    def act(name: str) -> str:
        device_id = admit(name)
        settle(world, device_id, "north")
        return device_id

    return act


@pytest.fixture
def deploy(world: World, store: Callable[..., Artifact]) -> Callable[..., Deployment]:
    """Return the act of deploying to the north."""
    store()
    term = Predicate(scope="inventory", attribute="site", type="$eq", value="north")
    saved = world.filters.create("north", [term])

    def act(**plan: Any) -> Deployment:
        plan = {"name": "d", "artifact_name": "v1", **plan}
        return world.deploy_dynamically(Plan(**plan), saved.id)

    return act


def test_devices_join_when_they_come_to_match(
    enter: Enter, deploy: Callable[..., Deployment], poll: Poll, admit: Callable[..., str]
) -> None:
    """They are counted from then on; others never."""
    first, stranger = enter("a"), admit("x")
    deployment = deploy()
    assert deployment.targets() == (first,)
    second = enter("b")
    assert poll(stranger) is None
    assert poll(second) is not None
    assert list(deployment.targets()) == [first, second]
    assert deployment.statistics.counts()["pending"] == 2


def test_never_finished_without_a_limit(
    world: World, enter: Enter, deploy: Callable[..., Deployment], poll: Poll
) -> None:
    """Another device may come."""
    device = enter("a")
    deployment = deploy()
    poll(device)
    world.reports.status(device, deployment.id, "success")
    assert deployment.finished is None
    assert poll(enter("b")) is not None


def test_finished_at_its_limit(
    world: World, enter: Enter, deploy: Callable[..., Deployment], poll: Poll
) -> None:
    """Failed or successful ones count; nobody joins any more, who is busy goes on."""
    one, two, three = (enter(name) for name in "abc")
    deployment = deploy(max_devices=2)
    for device in (one, two, three):
        poll(device)
    world.reports.status(one, deployment.id, "success")
    assert deployment.finished is None
    world.reports.status(two, deployment.id, "failure")
    assert deployment.finished is not None
    assert poll(enter("d")) is None
    assert poll(three) is not None


def test_devices_taken_out_are_not_completed(
    world: World, enter: Enter, deploy: Callable[..., Deployment], poll: Poll
) -> None:
    """The limit is one of devices that failed or succeeded."""
    one, two = enter("a"), enter("b")
    deployment = deploy(max_devices=1)
    world.aborts.abort_device(one)
    assert deployment.finished is None
    assert poll(two) is not None
    world.reports.status(two, deployment.id, "success")
    assert deployment.finished is not None


def test_device_that_has_left_is_not_offered_what_it_has_not_begun(
    world: World, enter: Enter, deploy: Callable[..., Deployment], poll: Poll
) -> None:
    """It stays a target, pending, and is offered the update should it match again."""
    begun, left = enter("a"), enter("b")
    deployment = deploy()
    assert poll(begun) is not None
    for device in (begun, left):
        settle(world, device, "south")
    assert poll(begun) is not None
    assert poll(left) is None
    assert list(deployment.targets()) == [begun, left]
    assert deployment.part(left).status == "pending"
    settle(world, left, "north")
    assert poll(left) is not None


def test_unknown_filter_is_refused(world: World, store: Callable[..., Artifact]) -> None:
    """By its id."""
    store()
    with pytest.raises(Invalid):
        world.deploy_dynamically(Plan(name="d", artifact_name="v1"), "x")
