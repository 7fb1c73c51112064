"""Deployments of configurations: beside those of software, under the same rules."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Conflict, NotFound
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Act = Callable[..., str]
Store = Callable[..., Artifact]
Start = Callable[..., Deployment]
Poll = Callable[..., Offer | None]


@pytest.fixture
def device(world: World, admit: Act) -> str:
    """Return an accepted device that is to be configured."""
    device_id = admit("a")
    world.configurations.configure(device_id, {"k": "v"})
    return device_id


def test_deployment_of_a_configuration(world: World, device: str) -> None:
    """It is called after its id, has one device, and what was set."""
    world.inventory.join("lab", [device])
    made = world.deploy_configuration(device, retries=2, update_control_map={"priority": 1})
    assert made is world.deployments.deployment(made.id)
    assert made.type == "configuration"
    assert made.plan.name == made.plan.artifact_name == f"configuration-{made.id}"
    assert (made.plan.retries, made.update_control_map) == (2, {"priority": 1})
    assert (made.scope.devices, made.scope.group) == ((device,), "lab")
    assert made.configuration == {"k": "v"}
    assert made.artifacts == []
    assert made.statistics.counts()["pending"] == made.statistics.targets == 1
    assert world.configurations.of(device).deployment_id == made.id


def test_deployment_keeps_what_was_set_when_it_began(world: World, device: str) -> None:
    """Each deployment is one of its own, also with nothing set or nothing new."""
    first = world.deploy_configuration(device)
    world.configurations.configure(device, {})
    second = world.deploy_configuration(device)
    third = world.deploy_configuration(device)
    assert [d.configuration for d in (first, second, third)] == [{"k": "v"}, {}, {}]
    assert world.configurations.of(device).deployment_id == third.id
    found, total = world.deployments.find(
        Page(), wanted=lambda d: d.type == "configuration", newest_first=False
    )
    assert (found, total) == ([first, second, third], 3)


def test_stranger_gets_no_deployment(world: World, ask: Act) -> None:
    """Nor does a device that was never accepted nor configured."""
    for device in ("nobody", ask("b")):
        with pytest.raises(NotFound, match=device):
            world.deploy_configuration(device)
    assert world.deployments.find(Page(), wanted=None, newest_first=True) == ([], 0)


def test_one_queue_for_both_kinds(
    world: World, device: str, store: Store, start: Start, poll: Poll
) -> None:
    """They are offered in the order of their creation, each until it is done."""
    artifact = store()
    first = world.deploy_configuration(device)
    second = start(device)
    third = world.deploy_configuration(device)
    for deployment, expected in ((first, None), (second, artifact), (third, None)):
        for _ in range(2):
            assert poll(device) == Offer(deployment=deployment, artifact=expected)
        world.reports.status(device, deployment.id, "success")
        assert deployment.finished is not None
        assert deployment.statistics.counts()["success"] == 1
    assert poll(device) is None


def test_configuration_is_never_already_there(world: World, device: str, poll: Poll) -> None:
    """Not even for a device that says it has it: it is offered, to any type of device."""
    made = world.deploy_configuration(device)
    offer = poll(device, installed=made.plan.artifact_name, kind="any / type")
    assert offer == Offer(deployment=made)
    assert made.part(device).device_type == "any / type"
    assert made.statistics.counts()["pending"] == 1
    assert made.statistics.total_size == 0


def test_device_must_not_change_its_words(world: World, device: str, poll: Poll) -> None:
    """As with software."""
    made = world.deploy_configuration(device)
    poll(device, kind="pi")
    with pytest.raises(Conflict):
        poll(device, kind="other")
    assert made.statistics.counts()["failure"] == 1
    assert made.finished is not None


def test_retries_are_honoured(world: World, device: str, poll: Poll) -> None:
    """One more try, then it has failed."""
    made = world.deploy_configuration(device, retries=1)
    for status in ("pending", "failure"):
        assert poll(device) == Offer(deployment=made)
        world.reports.status(device, made.id, "failure")
        assert made.part(device).status == status
    assert poll(device) is None


def test_abort_and_decommission_end_it(world: World, device: str, poll: Poll) -> None:
    """As with software."""
    aborted, gone = (world.deploy_configuration(device) for _ in range(2))
    poll(device)
    world.aborts.abort(aborted.id)
    with pytest.raises(Conflict):
        world.reports.status(device, aborted.id, "success")
    world.decommission_device(device)
    assert aborted.statistics.counts()["aborted"] == 1
    assert gone.statistics.counts()["decommissioned"] == 1
    assert gone.finished is not None


def test_artifact_of_that_name_changes_nothing(
    world: World, device: str, store: Store, poll: Poll
) -> None:
    """Though an artifact may be called anything."""
    made = world.deploy_configuration(device)
    artifact = store(made.plan.artifact_name)
    assert made.artifacts == []
    assert poll(device) == Offer(deployment=made)
    world.remove_artifact(artifact.id)
