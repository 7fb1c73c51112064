"""Nothing of a World grows without end; whoever is refused is told the bound and the way out."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain import admission, connect_deployments, deployments, filters
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import FlowPlan, Step
from otakit.mockserver.domain.connect_plan import DeploymentPlan
from otakit.mockserver.domain.deployment import Plan
from otakit.mockserver.domain.errors import Invalid, Unauthorized
from otakit.mockserver.domain.world import World


def test_authentication_sets_of_a_device(world: World, ask: Callable[..., str]) -> None:
    """Ever new keys for a known identity are written down a thousand times."""
    for number in range(admission.MAX_AUTH_SETS):
        device_id = ask("a", f"key {number}")
    with pytest.raises(Unauthorized, match="at most 1000 authentication sets"):
        world.authenticate_device({"sn": "a"}, "one more")
    assert len(world.devices.device(device_id).auth_sets) == admission.MAX_AUTH_SETS
    with pytest.raises(Unauthorized, match=r"^dev auth: unauthorized$"):
        world.authenticate_device({"sn": "a"}, "key 5")  # a known one is served as before


def test_devices(world: World, ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither devices nor users add one above the bound; one that is gone makes room."""
    monkeypatch.setattr(admission, "MAX_DEVICES", 2)
    first, _ = ask("a"), ask("b")
    with pytest.raises(Unauthorized, match="there are at most"):
        world.authenticate_device({"sn": "c"}, "key")
    with pytest.raises(Invalid, match=r"there are at most .* decommission one first"):
        world.preauthorize_device({"sn": "c"}, "key")
    world.decommission_device(first)
    world.preauthorize_device({"sn": "c"}, "key")


def test_filters(world: World) -> None:
    """A thousand are enough; one that is deleted makes room."""
    saved = [world.filters.create(f"f{number}", []) for number in range(filters.MAX_FILTERS)]
    with pytest.raises(Invalid, match="at most 1000 filters: delete one first"):
        world.filters.create("one more", [])
    world.filters.remove(saved[0].id)
    world.filters.create("one more", [])


def test_deployments(
    world: World, store: Callable[..., Artifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few words make a deployment to all devices: their number is what is counted."""
    monkeypatch.setattr(deployments, "MAX_PLACES", 25)
    store()
    plan = Plan(name="d", artifact_name="v1")
    world.deploy(plan, devices=["a", "b"])
    with pytest.raises(Invalid, match="at most 25 devices: a reset"):
        world.deploy(plan, devices=["a", "b", "c", "d"])
    world.deploy(plan, devices=["a", "b", "c"])


def test_deployments_of_a_fleet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for JFrog Connect."""
    monkeypatch.setattr(connect_deployments, "MAX_PLACES", 11)
    fleet = ConnectFleet(Clock(source=lambda: 1000.0), 1)
    flow = FlowPlan(uuid="f-0000-0001", name="flow", steps=(Step(name="one"),))
    contents = FleetPlan(devices=[DevicePlan(uuid="d-0000-0001", name="d")], flows=[flow])
    fleet.replace(contents)
    plan = DeploymentPlan(flow_uuid="f-0000-0001")
    fleet.deployments.create(plan)
    with pytest.raises(Invalid, match="at most 11 devices: another fleet"):
        fleet.deployments.create(plan)
    fleet.replace(contents)
    fleet.deployments.create(plan)
