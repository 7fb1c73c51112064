"""A device filter of JFrog Connect means what a look at each device says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import FlowPlan, Step
from otakit.mockserver.domain.connect_plan import Criterion, DeploymentPlan, DeviceFilter
from otakit.mockserver.domain.errors import Invalid

steady = settings(derandomize=True, deadline=None, max_examples=200)
FLOW = FlowPlan(uuid="f-0000-0001", name="flow", steps=(Step(name="one"),))
TAGS, GROUPS, APPS, VERSIONS = ("t1", "t2"), ("g1", "g2"), ("a1", "a2"), ("1", "2")
UUIDS = [f"d-0000-000{number}" for number in range(6)]


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw some of the names."""
    return st.lists(st.sampled_from(names), unique=True).map(tuple)


devices = st.builds(
    DevicePlan,
    name=st.just("device"),
    state=st.sampled_from(["online", "offline"]),
    tags=some(TAGS),
    groups=some(GROUPS),
    apps=st.dictionaries(st.sampled_from(APPS), st.sampled_from(VERSIONS)),
)
fleets = st.lists(devices, min_size=1, max_size=6)
kinds = st.one_of(
    st.tuples(st.just("specific_device"), st.sampled_from(UUIDS[:1])),
    st.tuples(st.just("tag"), st.sampled_from([*TAGS, "none has it"])),
    st.tuples(st.just("app"), st.sampled_from(APPS)),
    st.tuples(st.just("device_state"), st.sampled_from(["online", "Offline"])),
)
criteria = st.builds(
    lambda kind, operand, version: Criterion(
        type=kind[0], value=kind[1], operand=operand, app_version=version
    ),
    kinds,
    st.sampled_from(["is", "is_not"]),
    st.sampled_from(["", *VERSIONS]),
)


def fleet_of(plans: list[DevicePlan]) -> ConnectFleet:
    """Make a fleet that has all groups and apps, whether a device does or not."""
    fleet = ConnectFleet(Clock(source=lambda: 0.0), seed=1)
    numbered = [
        DevicePlan(uuid=u, name=u, state=p.state, tags=p.tags, groups=p.groups, apps=p.apps)
        for u, p in zip(UUIDS, plans, strict=False)
    ]
    fleet.replace(FleetPlan(devices=numbered, flows=[FLOW], apps=APPS, groups=GROUPS))
    return fleet


def targets(fleet: ConnectFleet, *wanted: Criterion, groups: tuple[str, ...] = ()) -> list[str]:
    """Deploy, and return to which devices."""
    devices = DeviceFilter(groups=groups, criteria=wanted)
    plan = DeploymentPlan(flow_uuid="f-0000-0001", devices=devices)
    return [run.device_uuid for run in fleet.deployments.create(plan).runs]


def meets(shown: dict[str, Any], criterion: Criterion) -> bool:
    """Say by the words of the document whether a device meets a criterion."""
    match criterion.type:
        case "specific_device":
            found = shown["uuid"] == criterion.value
        case "tag":
            found = criterion.value in shown["tags"]
        case "app":
            version = shown["apps"].get(criterion.value)
            found = version is not None and criterion.app_version in {"", version}
        case _:
            found = shown["state"] == criterion.value.lower()
    return found is (criterion.operand == "is")


@steady
@given(fleets, st.lists(criteria, max_size=3), some(GROUPS))
def test_targets_are_the_devices_that_fit(
    plans: list[DevicePlan], wanted: list[Criterion], groups: tuple[str, ...]
) -> None:
    """They are in one of the groups, if any is named, and meet all criteria."""
    fleet = fleet_of(plans)
    expected = [
        shown["uuid"]
        for shown in fleet.shown()["devices"]
        if (not groups or set(groups) & set(shown["groups"]))
        and all(meets(shown, criterion) for criterion in wanted)
    ]
    assert targets(fleet, *wanted, groups=groups) == expected


def test_targets_do_not_change() -> None:
    """A device that comes to fit later is not in, one that fits no more stays in."""
    fleet = fleet_of([DevicePlan(name="in", tags=("t1",)), DevicePlan(name="out")])
    plan = DeviceFilter(criteria=(Criterion(type="tag", operand="is", value="t1"),))
    made = fleet.deployments.create(DeploymentPlan(flow_uuid="f-0000-0001", devices=plan))
    fleet.change_device(UUIDS[0], tags=[])
    fleet.change_device(UUIDS[1], tags=["t1"])
    fleet.add_device(DevicePlan(name="new", tags=("t1",)))
    assert [run.device_uuid for run in fleet.deployments.get(made.uuid).runs] == [UUIDS[0]]


def test_empty_values_are_no_criteria() -> None:
    """The document: filters may be used with empty values."""
    fleet = fleet_of([DevicePlan(name="one")])
    assert targets(fleet, Criterion(), Criterion(type="tag", operand="is"), groups=("",)) == [
        UUIDS[0]
    ]


def test_deployment_is_asked_by_status_or_uuid() -> None:
    """The maker's pages give a status and the deployment's id; the schema has room for the id."""
    source = [0.0]
    fleet = fleet_of([DevicePlan(name="on"), DevicePlan(name="off", state="offline")])
    fleet._clock.source = lambda: source[0]
    fleet.add_device(DevicePlan(name="stranger", uuid="d-0000-0009", groups=("g1",)))
    named = Criterion(type="specific_device", operand="is_not", value="d-0000-0009")
    plan = DeploymentPlan(flow_uuid="f-0000-0001", devices=DeviceFilter(criteria=(named,)))
    uuid = fleet.deployments.create(plan).uuid
    source[0] = 60.0

    def asked(value: str, deployment_id: str = uuid, operand: str = "is") -> list[str]:
        return targets(
            fleet,
            Criterion(type="deployment", operand=operand, value=value, deployment_id=deployment_id),
        )

    assert asked("success") == [UUIDS[0]]
    assert asked("Pending") == [UUIDS[1]]
    assert asked("in_progress") == asked("In Progress") == asked("failed") == []
    assert asked("any") == asked(uuid, "") == asked("") == UUIDS[:2]
    assert asked("any", operand="is_not") == ["d-0000-0009"]


@pytest.mark.parametrize(
    ("criterion", "named"),
    [
        (Criterion(type="specific_device", operand="is", value="d-9999-9999"), "d-9999-9999"),
        (Criterion(type="app", operand="is", value="a3"), "a3"),
        (Criterion(type="device_state", operand="is", value="asleep"), "asleep"),
        (Criterion(type="deployment", operand="is", value="dp-0000-0000"), "dp-0000-0000"),
        (
            Criterion(type="deployment", operand="is", value="any", deployment_id="dp-1"),
            "dp-1",
        ),
        (
            Criterion(type="deployment", operand="is", value="odd", deployment_id="dp-1"),
            "odd",
        ),
        (Criterion(type="tag", value="t1"), "operand"),
        (Criterion(operand="is", value="t1"), "type"),
    ],
)
def test_what_makes_no_sense_is_refused(criterion: Criterion, named: str) -> None:
    """The message has the place and the value; nothing is deployed."""
    fleet = fleet_of([DevicePlan(name="one")])
    with pytest.raises(Invalid) as raised:
        targets(fleet, Criterion(), criterion)
    assert raised.value.message.startswith("device_filter/filters/1: ")
    assert named in raised.value.message
    assert len(fleet.deployments) == 0


def test_unknown_group_is_refused() -> None:
    """The message names it."""
    with pytest.raises(Invalid, match="device_filter/groups: no group 'g3' in this fleet"):
        targets(fleet_of([DevicePlan(name="one")]), groups=("g3",))
