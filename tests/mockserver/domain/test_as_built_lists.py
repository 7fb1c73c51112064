"""Lists as built: their order, page by page, whatever happens to the devices."""

from hypothesis import given
from hypothesis import strategies as st

from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.dialect import AS_BUILT
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.domain.index import Page, cut
from otakit.mockserver.domain.progress import LISTED, STATUSES
from otakit.mockserver.domain.world import World

CHANGES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["accepted", "rejected", "pending"])), max_size=12
)


def world_with(devices: int) -> World:
    """Return a world as built with pending devices."""
    world = World(dialect=AS_BUILT)
    for number in range(devices):
        try:
            world.authenticate_device({"mac": str(number)}, "key")
        except Unauthorized:
            continue
    return world


@given(CHANGES, st.integers(1, 4))
def test_devices_by_status_and_id(changes: list[tuple[int, str]], size: int) -> None:
    """All pages together are all devices, by the name of their status and then by id."""
    world = world_with(6)
    devices = [world.devices.device(i) for i in world.devices.ids()]
    for number, status in changes:
        device = devices[number]
        (auth_set,) = device.auth_sets
        world.admission.set_status(device.id, auth_set, status)
    listed = []
    for number in range(1, 8):
        page, more = world.devices.page(Page(number, size))
        listed += page
        assert more is (len(listed) < 6 and bool(page))
    assert listed == sorted(devices, key=lambda d: (d.status, d.id))
    chosen, _ = world.devices.page(Page(1, 6), statuses=["accepted", "pending", "odd"])
    assert chosen == [d for d in listed if d.status in {"accepted", "pending"}]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["installing", "success", "failure", "rebooting"])
        ),
        max_size=12,
    )
)
def test_parts_by_status_and_id(reports: list[tuple[int, str]]) -> None:
    """A deployment lists those that asked, in the real server's order of statuses."""
    world, deployment = deployed(5)
    asked = set()
    for number, status in reports:
        device = deployment.scope.devices[number]
        asked.add(device)
        world.deployments.begin(deployment, device)
        world.reports.status(device, deployment.id, status)
    listed = cut([deployment.listed[s] for s in LISTED if s in deployment.listed], Page(size=9))
    order = sorted(asked, key=lambda i: (LISTED.index(deployment.part(i).status), i))
    assert listed == order
    assert sorted(LISTED) == sorted(STATUSES)


def test_history_is_struck_out() -> None:
    """What is over goes; what runs stays, and may go on."""
    world, deployment = deployed(2)
    over, busy = deployment.scope.devices
    for device in (over, busy):
        world.deployments.begin(deployment, device)
    world.reports.status(over, deployment.id, "success")
    for device in (over, busy):
        world.deployments.clear_history(device)
    assert deployment.part(over).deleted is not None
    assert deployment.part(busy).deleted is None
    assert cut(list(deployment.listed.values()), Page()) == [busy]
    (entry,), total = world.deployments.history.page(over, Page())
    assert (entry[0], total) == (deployment, 1)
    assert world.deployments.history.page(over, Page(2, 1)) == ([], 1)


def deployed(devices: int) -> tuple[World, Deployment]:
    """Return a world as built with a deployment to so many devices."""
    world = world_with(devices)
    for device_id in list(world.devices.ids()):
        (auth_set,) = world.devices.device(device_id).auth_sets
        world.admission.set_status(device_id, auth_set, "accepted")
    world.add_artifact(Content(name="release-1", depends={"device_type": ["rpi"]}))
    plan = Plan(name="update", artifact_name="release-1")
    return world, world.deploy(plan, all_devices=True)
