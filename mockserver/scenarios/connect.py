"""The JFrog Connect fleet of a scenario."""

from otakit.fixtures.scenario_format import (
    ConnectDeploymentEntry,
    ConnectEntry,
    ConnectFlow,
    ConnectStep,
    seconds,
)
from otakit.mockserver.domain.connect_contents import FleetPlan
from otakit.mockserver.domain.connect_device import DevicePlan
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connect_flow import SEVERITIES, Failure, FlowPlan, Outcome, Step
from otakit.mockserver.domain.connect_plan import DeploymentPlan, DeviceFilter


def fleet_plan(entry: ConnectEntry) -> FleetPlan:
    """Return the fleet as the model has it."""
    return FleetPlan(
        devices=[
            DevicePlan(
                name=devices.name if devices.count == 1 else f"{devices.name} {number}",
                state=devices.state,
                tags=tuple(devices.tags),
                groups=tuple(devices.groups),
                apps=devices.apps,
            )
            for devices in entry.devices
            for number in range(1, devices.count + 1)
        ],
        flows=[_flow(flow) for flow in entry.flows],
        apps=[d.app for d in entry.deployments if d.app is not None],
    )


def deploy(fleet: ConnectFleet, entry: ConnectDeploymentEntry) -> None:
    """Make a deployment; raises Invalid."""
    flows = fleet.contents.flows.values()
    plan = DeploymentPlan(
        flow_uuid=next(flow.uuid for flow in flows if flow.plan.name == entry.flow),
        devices=DeviceFilter(groups=(entry.group,) if entry.group else ()),
        comment=entry.comment,
        app_name=entry.app or "",
        app_version=entry.version or "",
        parameters=entry.parameters,
    )
    fleet.deployments.create(plan)


def _flow(flow: ConnectFlow) -> FlowPlan:
    return FlowPlan(
        name=flow.name,
        steps=tuple(map(_step, flow.steps)),
        parameters=flow.parameters,
        cve_severity=dict.fromkeys(SEVERITIES, 0),
    )


def _step(step: ConnectStep) -> Step:
    """Return a step; where it fails on some devices, that is where it writes on stderr."""
    failed = Outcome(exit_code=step.exit_code, stderr=step.stderr)
    return Step(
        name=step.name,
        duration=seconds(step.lasts),
        outcome=Outcome(stdout=step.stdout, stderr="" if step.fails else step.stderr),
        fails=Failure(outcome=failed, share=step.fails) if step.fails else None,
    )
