"""How a deployment of JFrog Connect goes on, device by device, as time passes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_deployments import LAST_LOOK
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import Failure, FlowPlan, Outcome, Step
from otakit.mockserver.domain.connect_plan import DeploymentPlan
from otakit.mockserver.domain.connect_run import (
    ABORTED,
    FAILED,
    IN_PROGRESS,
    PENDING,
    STATUSES,
    SUCCESS,
    Run,
)
from otakit.mockserver.domain.errors import NotFound

DEVICES = ("d-0000-0001", "d-0000-0002", "d-0000-0003")
FLOW = FlowPlan(
    uuid="f-0000-0001",
    name="flow",
    steps=(
        Step(name="one", duration=10.0),
        Step(
            name="two",
            duration=5.0,
            fails=Failure(devices=frozenset(DEVICES[2:]), outcome=Outcome(exit_code=3)),
        ),
        Step(name="three", duration=1.0),
    ),
)
FINAL = {SUCCESS, FAILED, ABORTED}
AFTER = {PENDING: set(STATUSES), IN_PROGRESS: {IN_PROGRESS, *FINAL}} | {s: {s} for s in FINAL}
"""What a status may have become some time later."""


class Site:
    """A fleet of three devices, the third of which fails in the second step, and its clock."""

    def __init__(self, seed: int = 1) -> None:
        """Begin with all devices online and running version 1 of an app."""
        self.time = 1000.0
        self.fleet = ConnectFleet(Clock(source=lambda: self.time), seed)
        plans = [DevicePlan(uuid=uuid, name=uuid, apps={"app": "1"}) for uuid in DEVICES]
        self.fleet.replace(FleetPlan(devices=plans, flows=[FLOW]))
        self.made: list[str] = []

    def deploy(self, version: str = "2") -> str:
        """Deploy to all."""
        plan = DeploymentPlan(flow_uuid="f-0000-0001", app_name="app", app_version=version)
        self.made.append(self.fleet.deployments.create(plan).uuid)
        return self.made[-1]

    def run(self, uuid: str, device: str) -> Run:
        """Return a run."""
        return self.fleet.deployments.get(uuid).run(device)

    def statuses(self, uuid: str) -> list[str]:
        """Tell how far the devices are."""
        return [self.run(uuid, device).status(self.time) for device in DEVICES]

    def versions(self) -> list[str]:
        """Tell which version of the app the devices have."""
        return [self.fleet.device(uuid).apps["app"] for uuid in DEVICES]


@pytest.fixture
def site() -> Site:
    """Return a site."""
    return Site()


def test_devices_pass_through_the_statuses(site: Site) -> None:
    """Pending until a device looks, In Progress while it does the steps, then how they ended."""
    uuid = site.deploy()
    assert site.statuses(uuid) == [PENDING] * 3
    assert [site.run(uuid, device).steps(site.time) for device in DEVICES] == [[]] * 3
    site.time += LAST_LOOK
    assert site.statuses(uuid) == [IN_PROGRESS] * 3
    site.time += 16.0
    assert site.statuses(uuid) == [SUCCESS, SUCCESS, FAILED]
    for device, steps, length in zip(DEVICES, (3, 3, 2), (16.0, 16.0, 15.0), strict=True):
        run = site.run(uuid, device)
        assert [step.name for step, _ in run.steps(site.time)] == ["one", "two", "three"][:steps]
        assert [outcome.exit_code for _, outcome in run.steps(site.time)][:2] == [
            0,
            3 if device == DEVICES[2] else 0,
        ]
        assert run.begins is not None
        assert run.ends == run.begins + length
        assert 1001.0 <= run.begins < 1005.0


def test_steps_appear_one_by_one(site: Site) -> None:
    """A step is shown once it has ended."""
    run = site.run(site.deploy(), DEVICES[0])
    begins = run.begins or 0.0
    seen = [len(run.steps(begins + passed)) for passed in (0.0, 9.9, 10.0, 14.9, 15.0, 16.0, 99.0)]
    assert seen == [0, 0, 1, 1, 2, 3, 3]


def test_success_brings_the_version(site: Site) -> None:
    """On the devices on which it succeeds, from then on."""
    site.deploy("2")
    assert site.versions() == ["1", "1", "1"]
    site.time += 30.0
    assert site.versions() == ["2", "2", "1"]


def test_last_success_brings_the_version_that_stays(site: Site) -> None:
    """Two deployments come one after the other, whether somebody looks between them or not."""
    site.deploy("2")
    site.deploy("3")
    site.time += 100.0
    assert site.versions() == ["3", "3", "1"]


def test_offline_device_waits(site: Site) -> None:
    """It is Pending for as long as it is offline, and looks once it is online."""
    site.fleet.change_device(DEVICES[0], state="offline")
    uuid = site.deploy()
    site.time += 1000.0
    assert site.statuses(uuid) == [PENDING, SUCCESS, FAILED]
    site.fleet.change_device(DEVICES[0], state="online")
    assert site.statuses(uuid)[0] == PENDING
    site.time += LAST_LOOK
    assert site.statuses(uuid)[0] == IN_PROGRESS


def test_device_that_goes_offline_ends_what_it_has_begun(site: Site) -> None:
    """What it has not begun waits until it is back."""
    first, second = site.deploy("2"), site.deploy("3")
    site.time += LAST_LOOK
    site.fleet.change_device(DEVICES[0], state="offline")
    site.time += 1000.0
    assert [site.statuses(uuid)[0] for uuid in (first, second)] == [SUCCESS, PENDING]
    assert site.versions()[0] == "2"
    site.fleet.change_device(DEVICES[0], state="online")
    site.time += 30.0
    assert site.statuses(second)[0] == SUCCESS
    assert site.versions()[0] == "3"


def test_abort_stops_what_has_not_ended(site: Site) -> None:
    """Pending and In Progress become Aborted; the steps before the abort stay, the version too."""
    site.fleet.change_device(DEVICES[1], state="offline")
    uuid = site.deploy()
    site.time = (site.run(uuid, DEVICES[0]).begins or 0.0) + 12.0
    assert site.fleet.deployments.abort(uuid) == (3, 0)
    assert site.statuses(uuid) == [ABORTED] * 3
    site.fleet.change_device(DEVICES[1], state="online")
    site.time += 1000.0
    assert site.statuses(uuid) == [ABORTED] * 3
    assert [step.name for step, _ in site.run(uuid, DEVICES[0]).steps(site.time)] == ["one"]
    assert site.run(uuid, DEVICES[1]).begins is None
    assert site.versions() == ["1", "1", "1"]


def test_abort_leaves_alone_what_has_ended(site: Site) -> None:
    """Success and Failed stay, and so does Aborted with its time."""
    site.fleet.change_device(DEVICES[0], state="offline")
    uuid = site.deploy()
    site.time += 100.0
    assert site.fleet.deployments.abort(uuid) == (1, 2)
    assert site.statuses(uuid) == [ABORTED, SUCCESS, FAILED]
    site.time += 1.0
    assert site.fleet.deployments.abort(uuid) == (0, 3)
    assert site.run(uuid, DEVICES[0]).ends == site.time - 1.0


def test_abort_of_one_device_leaves_the_others(site: Site) -> None:
    """Only the named device is stopped."""
    uuid = site.deploy()
    assert site.fleet.deployments.abort(uuid, DEVICES[0]) == (1, 0)
    assert site.fleet.deployments.abort(uuid, DEVICES[0]) == (0, 1)
    assert site.statuses(uuid) == [ABORTED, PENDING, PENDING]


def test_abort_lets_the_next_deployment_begin(site: Site) -> None:
    """A device that was waiting for the end of the first one goes on with the second."""
    first, second = site.deploy(), site.deploy()
    site.time += LAST_LOOK
    assert site.statuses(second)[0] == PENDING
    site.fleet.deployments.abort(first)
    assert site.statuses(second)[0] == IN_PROGRESS
    assert site.run(second, DEVICES[0]).begins == site.time


def test_unknown_ones_are_not_found(site: Site) -> None:
    """The message names the deployment, or the device."""
    uuid = site.deploy()
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: site.fleet.deployments.get("dp-0"), "no deployment 'dp-0' in this fleet"),
        (lambda: site.fleet.deployments.abort("dp-0"), "no deployment 'dp-0' in this fleet"),
        (lambda: site.run(uuid, "d-0"), "no device 'd-0' in deployment"),
        (lambda: site.fleet.deployments.abort(uuid, "d-0"), "no device 'd-0' in deployment"),
    ]
    for call, message in calls:
        with pytest.raises(NotFound, match=message):
            call()


@pytest.mark.parametrize("other", [1, 2])
def test_chance_belongs_to_the_seed(other: int) -> None:
    """The same seed and the same acts give the same ids and times; another seed gives others."""
    sites = [Site(1), Site(other)]
    uuids = [site.deploy() for site in sites]
    begins = [site.run(uuid, DEVICES[0]).begins for site, uuid in zip(sites, uuids, strict=True)]
    assert (uuids[0] == uuids[1]) is (begins[0] == begins[1]) is (other == 1)


ACTS = st.one_of(
    st.just(("deploy",)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.5, 3.0, 8.0, 40.0])),
    st.tuples(st.just("state"), st.sampled_from(DEVICES), st.sampled_from(["online", "offline"])),
    st.tuples(st.just("abort"), st.integers(0, 9), st.none() | st.sampled_from(DEVICES)),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(ACTS, max_size=30))
def test_nothing_moves_backwards(acts: list[tuple[Any, ...]]) -> None:
    """Whatever happens: statuses go forward, steps stay, a device does one run at a time."""
    site = Site()
    before: dict[tuple[str, str], tuple[str, Any, list[Any]]] = {}
    for act in acts:
        match act:
            case ("deploy",):
                site.deploy()
            case ("wait", seconds):
                site.time += seconds
            case ("state", device, state):
                site.fleet.change_device(device, state=state)
            case ("abort", number, device) if site.made:
                uuid = site.made[number % len(site.made)]
                site.fleet.deployments.abort(uuid, device)
                runs = [site.run(uuid, name) for name in ([device] if device else DEVICES)]
                assert {run.status(site.time) for run in runs} <= FINAL
        now = {(uuid, device): look(site, uuid, device) for uuid in site.made for device in DEVICES}
        for key, (status, begins, steps) in before.items():
            later = now[key]
            assert later[0] in AFTER[status]
            assert status == PENDING or later[1] == begins
            assert later[2][: len(steps)] == steps
        for device in DEVICES:
            mine = [now[uuid, device][0] for uuid in site.made]
            assert mine.count(IN_PROGRESS) <= 1
        before = now


def look(site: Site, uuid: str, device: str) -> tuple[str, Any, list[Any]]:
    """Return what can be seen of a run."""
    run = site.run(uuid, device)
    return run.status(site.time), run.begins, run.steps(site.time)
