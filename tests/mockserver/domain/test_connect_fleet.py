"""The fleet of JFrog Connect: what is in it, and its list of deployments."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain import connect_contents
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import FlowPlan, Step
from otakit.mockserver.domain.connect_plan import DeploymentPlan
from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound, Unprocessable

FLOW = FlowPlan(uuid="f-0000-0001", name="flow", steps=(Step(name="one"),))
PLAN = DeploymentPlan(flow_uuid="f-0000-0001")


@pytest.fixture
def fleet() -> ConnectFleet:
    """Return a fleet with a device and a flow."""
    fleet = ConnectFleet(Clock(source=lambda: 0.0), seed=1)
    fleet.replace(FleetPlan(devices=[DevicePlan(uuid="d-0000-0001", name="one")], flows=[FLOW]))
    return fleet


def test_new_fleet_is_empty() -> None:
    """Nobody finds devices that nobody put there."""
    empty: dict[str, list[Any]] = {"devices": [], "flows": [], "apps": [], "groups": []}
    assert ConnectFleet(Clock(), seed=1).shown() == empty


def test_ids_have_the_form_of_connect(fleet: ConnectFleet) -> None:
    """As the document's examples: d-4cfe-4e51, f-7b56-3336, dp-e6a5-7e19."""
    made = [
        fleet.add_device(DevicePlan(name="two")).uuid,
        fleet.add_flow(FlowPlan(name="two", steps=(Step(name="one"),))).uuid,
        fleet.deployments.create(PLAN).uuid,
    ]
    for uuid, kind in zip(made, ("d", "f", "dp"), strict=True):
        assert re.fullmatch(rf"{kind}-[0-9a-f]{{4}}-[0-9a-f]{{4}}", uuid)


def test_replacing_drops_everything(fleet: ConnectFleet) -> None:
    """Deployments, too."""
    uuid = fleet.deployments.create(PLAN).uuid
    fleet.replace(FleetPlan(devices=[DevicePlan(name="two", apps={"a": "1"}, groups=("g",))]))
    shown = fleet.shown()
    assert [device["name"] for device in shown["devices"]] == ["two"]
    assert (shown["flows"], shown["apps"], shown["groups"]) == ([], ["a"], ["g"])
    with pytest.raises(NotFound):
        fleet.deployments.get(uuid)


def test_same_uuid_twice_is_refused(fleet: ConnectFleet) -> None:
    """Where a whole fleet is refused for that, the old one stays, with its deployments."""
    fleet.deployments.create(PLAN)
    with pytest.raises(Conflict, match="a device 'd-0000-0001' is in the fleet already"):
        fleet.add_device(DevicePlan(uuid="d-0000-0001", name="again"))
    with pytest.raises(Conflict, match="a flow 'f-0000-0001' is in the fleet already"):
        fleet.add_flow(FLOW)
    with pytest.raises(Conflict, match="flows/1: a flow 'f-0000-0001'"):
        fleet.replace(FleetPlan(flows=[FLOW, FLOW]))
    assert len(fleet.deployments) == len(fleet.shown()["devices"]) == 1


def test_fleet_is_bounded(fleet: ConnectFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices, flows, apps and groups."""
    for name in ("MAX_DEVICES", "MAX_FLOWS", "MAX_NAMES"):
        monkeypatch.setattr(connect_contents, name, 1)
    with pytest.raises(Unprocessable, match="at most 1 devices"):
        fleet.add_device(DevicePlan(name="two"))
    with pytest.raises(Unprocessable, match="at most 1 flows"):
        fleet.add_flow(FlowPlan(name="two", steps=FLOW.steps))
    with pytest.raises(Unprocessable, match="at most 1 apps"):
        fleet.change_device("d-0000-0001", name="x", apps={"a": "1", "b": "1"})
    with pytest.raises(Unprocessable, match="at most 1 groups"):
        fleet.change_device("d-0000-0001", name="x", groups=["a", "b"])
    assert fleet.device("d-0000-0001").name == "one"


def test_what_is_not_given_of_a_device_stays(fleet: ConnectFleet) -> None:
    """What is given is in its place."""
    given: dict[str, Any] = {
        "name": "new",
        "state": "offline",
        "tags": ["t"],
        "groups": ["g"],
        "apps": {"a": "1"},
    }
    for name, value in given.items():
        before = fleet.device("d-0000-0001").shown()
        fleet.change_device("d-0000-0001", **{name: value})
        assert fleet.device("d-0000-0001").shown() == {**before, name: value}
    with pytest.raises(NotFound, match="no device 'd-9'"):
        fleet.change_device("d-9", name="new")


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (DeploymentPlan(flow_uuid="f-9"), "flow_uuid: no update flow 'f-9'"),
        (DeploymentPlan(flow_uuid="f-0000-0001", app_name="x"), "app: no app 'x'"),
        (DeploymentPlan(flow_uuid="f-0000-0001", app_version="2"), "app: a version needs"),
    ],
)
def test_deployment_of_what_is_not_there_is_refused(
    fleet: ConnectFleet, plan: DeploymentPlan, message: str
) -> None:
    """The message names it, and nothing is deployed."""
    with pytest.raises(Invalid, match=message):
        fleet.deployments.create(plan)
    assert len(fleet.deployments) == 0


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(0, 12), st.integers(1, 5), st.integers(0, 3))
def test_joined_pages_are_the_list(count: int, size: int, more: int) -> None:
    """The newest first, and none twice or missing because of new ones between two pages."""
    fleet = ConnectFleet(Clock(source=lambda: 0.0), seed=1)
    fleet.replace(FleetPlan(flows=[FLOW]))
    made = [fleet.deployments.create(PLAN) for _ in range(count)]
    page, place = fleet.deployments.newest(size)
    found = list(page)
    while place:
        for _ in range(more):
            fleet.deployments.create(PLAN)
        page, place = fleet.deployments.newest(size, place)
        assert 0 < len(page) <= size
        found += page
    assert [d.uuid for d in found] == [d.uuid for d in reversed(made)]
