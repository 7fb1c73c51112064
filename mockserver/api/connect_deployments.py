"""JFrog Connect / Deployments (jfrog_connect/deployments-v2)."""

from typing import Any

from otakit.mockserver.answers import CREATED, Answer, json_answer
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.connect_deployment import TYPE, ConnectDeployment
from otakit.mockserver.domain.connect_deployments import ConnectDeployments
from otakit.mockserver.domain.connect_flow import Outcome, Step
from otakit.mockserver.domain.connect_plan import Criterion, DeploymentPlan, DeviceFilter
from otakit.mockserver.domain.connect_run import Run
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.operations import Call, operation


@operation("listConnectDeployments")
def list_connect_deployments(call: Call) -> Answer:
    """List the deployments, the newest first."""
    deployments = _deployments(call)
    token = call.params.get("after")
    before = None if token is None else call.universe.connect.place("deployments", token)
    page, start = deployments.newest(call.params["limit"], before)
    return json_answer(
        {
            "deployments": [_deployment_json(deployment) for deployment in page],
            "pagination_info": _pagination(call, "deployments", start, len(deployments)),
        }
    )


@operation("createConnectDeployment")
def create_connect_deployment(call: Call) -> Answer:
    """Deploy an update flow to the devices that fit."""
    deployments = _deployments(call)
    plan = _plan(call.body or {})
    if not call.world.connect_fleet.contents.flows:
        message = (
            f"flow_uuid: no update flow '{plan.flow_uuid}': this fleet has none yet; put devices"
            f" and flows into it with PUT /otakit/v1/universes/{call.universe.id}/connect/fleet"
        )
        raise Invalid(message)
    return json_answer({"deployment_uuid": deployments.create(plan).uuid}, CREATED)


@operation("getConnectDeployment")
def get_connect_deployment(call: Call) -> Answer:
    """Show a deployment."""
    return json_answer(_deployment_json(_deployment(call)))


@operation("listConnectDeploymentDevices")
def list_connect_deployment_devices(call: Call) -> Answer:
    """Show how far each device of a deployment is; the list does not change once it is made."""
    deployment = _deployment(call)
    what = f"devices of {deployment.uuid}"
    token = call.params.get("after")
    start = 0 if token is None else call.universe.connect.place(what, token)
    stop = start + call.params["limit"]
    total = len(deployment.runs)
    now = call.world.clock.now()
    return json_answer(
        {
            "deployment_by_device_uuid": {
                run.device_uuid: _run_json(run, now, output=False)
                for run in deployment.runs[start:stop]
            },
            "pagination_info": _pagination(call, what, stop if stop < total else 0, total),
        }
    )


@operation("getConnectDeploymentDevice")
def get_connect_deployment_device(call: Call) -> Answer:
    """Show how far one device is, with what its steps wrote."""
    run = _deployment(call).run(call.params["device_uuid"])
    return json_answer(_run_json(run, call.world.clock.now(), output=True))


@operation("abortConnectDeployment")
def abort_connect_deployment(call: Call) -> Answer:
    """Stop a deployment on all devices that have not ended it."""
    uuid = call.params["deployment_uuid"]
    stopped, ended = _deployments(call).abort(uuid)
    message = f"deployment '{uuid}': aborted on {_devices(stopped)}; ended before on {ended}"
    return json_answer({"message": message}, CREATED)


@operation("abortConnectDeploymentDevice")
def abort_connect_deployment_device(call: Call) -> Answer:
    """Stop a deployment on one device, unless it has ended there."""
    uuid, device_uuid = call.params["deployment_uuid"], call.params["device_uuid"]
    stopped, _ = _deployments(call).abort(uuid, device_uuid)
    done = "aborted" if stopped else "had ended before; nothing is changed"
    message = f"deployment '{uuid}' on device '{device_uuid}': {done}"
    return json_answer({"message": message}, CREATED)


def _deployments(call: Call) -> ConnectDeployments:
    """Return the deployments of the fleet that the path names; raises NotFound."""
    call.universe.connect.check(call.params["project_key"])
    return call.world.connect_fleet.deployments


def _deployment(call: Call) -> ConnectDeployment:
    return _deployments(call).get(call.params["deployment_uuid"])


def _plan(asked: dict[str, Any]) -> DeploymentPlan:
    wanted = asked.get("device_filter", {})
    what = asked.get("deployment_configuration")
    if what is None:
        message = "deployment_configuration: this is needed, with the flow_uuid of an update flow"
        raise Invalid(message)
    app = what.get("app", {})
    return DeploymentPlan(
        flow_uuid=what["flow_uuid"],
        devices=DeviceFilter(
            groups=tuple(group.get("name", "") for group in wanted.get("groups", ())),
            criteria=tuple(_criterion(given) for given in wanted.get("filters", ())),
        ),
        comment=what.get("comment", ""),
        app_name=app.get("name", ""),
        app_version=app.get("version", ""),
        parameters=what.get("parameters_mapping", {}),
    )


def _criterion(given: dict[str, Any]) -> Criterion:
    return Criterion(
        type=given.get("type", ""),
        operand=given.get("operand", ""),
        value=given.get("value", ""),
        app_version=given.get("app_version", ""),
        deployment_id=given.get("deployment_id", ""),
    )


def _deployment_json(deployment: ConnectDeployment) -> dict[str, Any]:
    return {
        "deployment_uuid": deployment.uuid,
        "comment": deployment.comment,
        "created_time": rfc3339(deployment.created),
        "cve_severity": deployment.cve_severity(),
        "type": TYPE,
    }


def _run_json(run: Run, now: float, *, output: bool) -> dict[str, Any]:
    shaped: dict[str, Any] = {"status": run.status(now)}
    if run.has_begun(now):
        shaped["started_time"] = rfc3339(run.begins or now)
    if run.has_ended(now):
        shaped["finished_time"] = rfc3339(run.ends or now)
    shaped["steps"] = [_step_json(*done, output=output) for done in run.steps(now)]
    return shaped


def _step_json(step: Step, outcome: Outcome, *, output: bool) -> dict[str, Any]:
    shaped: dict[str, Any] = {"name": step.name, "exit_code": outcome.exit_code}
    return shaped | {"stdout": outcome.stdout, "stderr": outcome.stderr} if output else shaped


def _pagination(call: Call, what: str, place: int, total: int) -> dict[str, Any]:
    """Shape `pagination_info`: place 0 says that nothing comes after, and there is no token."""
    after = {"after": call.universe.connect.page_token(what, place)} if place else {}
    return {**after, "total": total}


def _devices(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"
