"""What devices report of their deployments (server facts, 4.7; reference, Update Status)."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Conflict, NotFound
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Admit = Callable[..., str]
Poll = Callable[..., Offer | None]
Start = Callable[..., Deployment]
Update = tuple[str, Deployment]


@pytest.fixture
def update(admit: Admit, store: Callable[..., Artifact], start: Start, poll: Poll) -> Update:
    """Return a device with the deployment that it was offered."""
    store()
    device = admit("a")
    deployment = start(device)
    poll(device)
    return device, deployment


def test_statuses_are_counted_and_timed(world: World, update: Update, source: Any) -> None:
    """Started with the first report, finished with a final one."""
    device, deployment = update
    part = deployment.part(device)
    seen = []
    for status in ("downloading", "installing", "rebooting", "success"):
        source.seconds += 1
        world.reports.status(device, deployment.id, status)
        counts = deployment.statistics.counts()
        assert {s: n for s, n in counts.items() if n} == {status: 1}
        seen.append((deployment.status(0), part.started, part.finished))
    first, last = deployment.created + 1, deployment.created + 4
    assert seen == [("inprogress", first, None)] * 3 + [("finished", first, last)]
    assert deployment.finished == last


@pytest.mark.parametrize("how", ["abort", "abort_device", "leave_all", "decommission"])
def test_what_the_server_ended_cannot_be_changed(world: World, update: Update, how: str) -> None:
    """Not even to the same."""
    device, deployment = update
    if how == "abort":
        world.aborts.abort(deployment.id)
    elif how == "abort_device":
        world.aborts.abort_device(device)
    elif how == "leave_all":
        world.aborts.leave_all(device)
    else:
        world.decommission_device(device)
    ended = deployment.part(device).status
    assert ended == ("aborted" if how.startswith("abort") else "decommissioned")
    for status in ("success", "failure", "installing", ended):
        with pytest.raises(Conflict):
            world.reports.status(device, deployment.id, status)
    assert deployment.part(device).status == ended


def test_same_status_changes_nothing(world: World, update: Update, source: Any) -> None:
    """Not even the substate or the time."""
    device, deployment = update
    world.reports.status(device, deployment.id, "success", "one")
    source.seconds += 1
    world.reports.status(device, deployment.id, "success", "two")
    part = deployment.part(device)
    assert (part.substate, part.finished) == ("one", deployment.created)


def test_substate_stays(world: World, update: Update) -> None:
    """Until another one comes."""
    device, deployment = update
    world.reports.status(device, deployment.id, "downloading", "half")
    world.reports.status(device, deployment.id, "installing")
    assert deployment.part(device).substate == "half"


def test_device_may_begin_anew(world: World, update: Update, poll: Poll, source: Any) -> None:
    """The deployment stays finished, only the counters move (4.7.8)."""
    device, deployment = update
    world.reports.status(device, deployment.id, "success")
    finished = deployment.finished
    source.seconds += 1
    world.reports.status(device, deployment.id, "installing")
    assert (deployment.finished, deployment.status(0)) == (finished, "finished")
    assert deployment.statistics.counts()["installing"] == 1
    offer = poll(device)
    assert offer is not None
    assert offer.deployment is deployment


def test_only_what_was_offered_can_be_reported(world: World, update: Update, start: Start) -> None:
    """Neither an unknown deployment, nor one not asked for, nor another device's."""
    device, deployment = update
    later = start(device)
    for who, what in ((device, "x"), (device, later.id), ("other", deployment.id)):
        with pytest.raises(NotFound):
            world.reports.status(who, what, "success")
        with pytest.raises(NotFound):
            world.reports.log(who, what, [])
