"""Update flows of JFrog Connect: parameters, what steps write, where they fail."""

from typing import Any

import pytest

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_deployment import ConnectDeployment
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import MAX_OUTPUT, Failure, FlowPlan, Outcome, Step, fill
from otakit.mockserver.domain.connect_plan import DeploymentPlan
from otakit.mockserver.domain.errors import Invalid

UUID = "f-0000-0001"


def fleet_with(*steps: Step, devices: int = 1, **plan: Any) -> ConnectFleet:
    """Make a fleet with one flow."""
    fleet = ConnectFleet(Clock(source=lambda: 0.0), seed=1)
    names = [f"d-0000-{number:04}" for number in range(devices)]
    fleet.replace(
        FleetPlan(
            devices=[DevicePlan(uuid=name, name=name) for name in names],
            flows=[FlowPlan(uuid=UUID, name="flow", steps=steps, **plan)],
        )
    )
    return fleet


def deploy(fleet: ConnectFleet, **given: str) -> ConnectDeployment:
    """Deploy it."""
    return fleet.deployments.create(DeploymentPlan(flow_uuid=UUID, parameters=given))


def outcomes(deployment: ConnectDeployment, place: int = 0) -> list[Outcome]:
    """Tell what the steps have left in the end."""
    return [outcome for _, outcome in deployment.runs[place].steps(1e9)]


ECHO = Step(
    name="echo",
    outcome=Outcome(stdout="${{ inputs.a }}-${{inputs.b-2}}", stderr="$a ${{ a }}"),
)


def test_parameters_stand_in_what_steps_write() -> None:
    """Given values come before defaults; what looks otherwise is left as it is."""
    fleet = fleet_with(ECHO, parameters={"a": "default", "b-2": None})
    (left,) = outcomes(deploy(fleet, **{"b-2": "x"}))
    assert (left.stdout, left.stderr) == ("default-x", "$a ${{ a }}")
    (left,) = outcomes(deploy(fleet, **{"a": "${{ inputs.a }}", "b-2": ""}))
    assert left.stdout == "${{ inputs.a }}-"


def test_parameters_are_checked() -> None:
    """One that the flow does not have, and one without a value."""
    fleet = fleet_with(ECHO, parameters={"a": "default", "b-2": None})
    with pytest.raises(Invalid, match="no parameter 'c'; it has 'a', 'b-2'"):
        deploy(fleet, c="1", **{"b-2": "x"})
    with pytest.raises(Invalid, match="'b-2' has no default and has to be given"):
        deploy(fleet)


def test_flow_stays_as_it_was_deployed() -> None:
    """Another fleet does not change what a deployment of the old one does."""
    fleet = fleet_with(ECHO, parameters={"a": "old", "b-2": ""})
    deployment = deploy(fleet)
    fleet.replace(FleetPlan())
    assert outcomes(deployment)[0].stdout == "old-"


def test_output_is_cut_off() -> None:
    """A text that names a long value often does not become a huge one."""
    assert fill("${{ inputs.a }}" * 200, {"a": "x" * 10_000}) == "x" * MAX_OUTPUT
    assert fill("${{ inputs.a }}b", {"a": "x"}) == "xb"


def test_step_with_an_exit_code_fails_everywhere() -> None:
    """Later steps are not done."""
    fleet = fleet_with(Step(name="no", outcome=Outcome(exit_code=2)), Step(name="never"), devices=3)
    deployment = deploy(fleet)
    assert [outcomes(deployment, place) for place in range(3)] == [[Outcome(exit_code=2)]] * 3
    assert {run.status(1e9) for run in deployment.runs} == {"Failed"}


def test_step_fails_on_the_listed_devices() -> None:
    """With what it leaves then; on the others with what it leaves else."""
    bad = Failure(devices=frozenset({"d-0000-0001"}), outcome=Outcome(exit_code=9, stderr="bad"))
    deployment = deploy(fleet_with(Step(name="s", fails=bad), Step(name="t"), devices=2))
    assert outcomes(deployment, 1) == [Outcome(exit_code=9, stderr="bad")]
    assert outcomes(deployment, 0) == [Outcome(), Outcome()]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_step_fails_on_a_share_of_the_devices(share: float) -> None:
    """About as many as the share says, and others in the next deployment."""
    fails = Failure(share=share, outcome=Outcome(exit_code=1))
    fleet = fleet_with(Step(name="s", fails=fails), devices=1000)
    first, second = (
        [run.device_uuid for run in deploy(fleet).runs if run.status(1e9) == "Failed"]
        for _ in range(2)
    )
    assert len(first) == pytest.approx(1000 * share, abs=60)
    assert (first == second) is (share != 0.3)


def test_severities_are_the_flows() -> None:
    """All four are counted."""
    fleet = fleet_with(ECHO, parameters={"a": "", "b-2": ""}, cve_severity={"High": 2})
    assert deploy(fleet).cve_severity() == {"Critical": 0, "High": 2, "Medium": 0, "Low": 0}


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"steps": ()}, "flows/0: steps: a flow has at least one step"),
        ({"steps": (ECHO,)}, "flows/0: steps/0: its text names the parameter 'a'"),
        (
            {
                "steps": (
                    Step(name="s"),
                    Step(name="t", fails=Failure(devices=frozenset({"d-9"}), outcome=Outcome())),
                )
            },
            "flows/0: steps/1/fails/devices: no device 'd-9' in this fleet",
        ),
    ],
)
def test_flow_that_cannot_run_is_refused(plan: dict[str, Any], message: str) -> None:
    """The message names the place; the fleet is what it was."""
    fleet = fleet_with(Step(name="s"))
    before = fleet.shown()
    with pytest.raises(Invalid, match=message):
        fleet.replace(FleetPlan(flows=[FlowPlan(name="flow", **plan)]))
    assert fleet.shown() == before
