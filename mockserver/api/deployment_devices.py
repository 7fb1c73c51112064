"""Management APIs / Deployments: a deployment's devices (management/deployments-v1)."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from otakit.mockserver.answers import OK, Answer, empty, json_answer
from otakit.mockserver.api.artifacts import artifact_json
from otakit.mockserver.audit_trail import about_device, removed
from otakit.mockserver.domain.audit import ABORT
from otakit.mockserver.domain.clock import from_rfc3339, rfc3339
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.ids import uuid_of
from otakit.mockserver.domain.index import Page, cut
from otakit.mockserver.domain.progress import GROUPS, LISTED, DeviceDeployment
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of


@operation("listAllDeploymentDevices")
def list_all_deployment_devices(call: Call) -> Answer:
    """List a deployment's devices, all on one page."""
    deployment = _deployment(call, "deployment_id")
    return json_answer(_shaped(call, deployment, _listed(call, deployment)[0]))


@operation("listDeploymentDevices")
def list_deployment_devices(call: Call) -> Answer:
    """List a deployment's devices page by page, or those of one status."""
    deployment = _deployment(call, "deployment_id")
    page = page_of(call)
    status = call.params.get("status")
    wanted = GROUPS.get(status, {status}) if status else None
    ids, total = _listed(call, deployment, page, wanted)
    return json_answer(_shaped(call, deployment, ids), headers=counted(call, page, total))


@operation("listDeploymentDeviceIds")
def list_deployment_device_ids(call: Call) -> Answer:
    """List the ids of a deployment's devices."""
    return json_answer(_deployment(call, "id").targets())


@operation("getDeploymentLog")
def get_deployment_log(call: Call) -> Answer:
    """Show the log that a device sent, a line for each message."""
    params = call.params
    messages = call.world.reports.read_log(params["deployment_id"], params["device_id"])
    lines = [f"{_time(m['timestamp'])} {m['level']}: {m['message']}" for m in messages]
    return Answer(OK, "".join(f"{line}\n" for line in lines).encode(), b"text/plain")


@operation("abortDeviceDeployments")
def abort_device_deployments(call: Call) -> Answer:
    """Abort all that a device has not finished."""
    return end_deployments(call, call.world.aborts.abort_device)


def end_deployments(call: Call, act: Callable[[str], None]) -> Answer:
    """End what a device has not finished by an act of the domain, which may leave some of it."""
    device_id, deployments = call.params["id"], call.world.deployments
    before = [deployment.id for deployment in deployments.queues.waiting(device_id)]
    act(device_id)
    after = {deployment.id for deployment in deployments.queues.waiting(device_id)}
    ended = removed("deployment", (name for name in before if name not in after))
    call.audit(ABORT, about_device(call.world, device_id), ended)
    return empty()


def _deployment(call: Call, parameter: str) -> Deployment:
    return call.world.deployments.deployment(uuid_of(call.params[parameter]))


def _listed(
    call: Call,
    deployment: Deployment,
    page: Page | None = None,
    wanted: Collection[str] | None = None,
) -> tuple[Sequence[str], int]:
    """Return the ids on a page (None: all) of the devices with wanted statuses, and their number.

    That is all targets in their order, or those that have asked, by status and id.
    """
    if not call.world.dialect.targets_take_part:
        known = deployment.listed
        parts = [known[s] for s in LISTED if s in known and (wanted is None or s in wanted)]
        total = sum(map(len, parts))
        return cut(parts, page or Page(size=total)), total
    targets = deployment.targets()
    if wanted is not None:
        targets = [i for i in targets if deployment.part(i).status in wanted]
    return targets[page.start : page.stop] if page else targets, len(targets)


def _shaped(call: Call, deployment: Deployment, ids: Sequence[str]) -> list[dict[str, Any]]:
    return [device_json(call.world, deployment, deployment.part(i)) for i in ids]


def device_json(world: World, deployment: Deployment, part: DeviceDeployment) -> dict[str, Any]:
    """Shape a device in a deployment."""
    shaped: dict[str, Any] = {
        "id": part.device_id,
        "status": part.status,
        "created": rfc3339(deployment.created),
        "log": part.log is not None,
    }
    image = world.artifacts.get(part.artifact_id) if part.artifact_id else None
    shown = {
        "started": None if part.started is None else rfc3339(part.started),
        "finished": None if part.finished is None else rfc3339(part.finished),
        "deleted": None if part.deleted is None else rfc3339(part.deleted),
        "device_type": part.device_type if world.dialect.targets_take_part else None,
        "substate": part.substate,
        "image": None if image is None else artifact_json(image),
    }
    return shaped | {name: value for name, value in shown.items() if value is not None}


def _time(timestamp: str) -> str:
    """Write a message's time as the real server does: 2016-03-11 13:03:17.063 +0000 UTC."""
    moment = datetime.fromtimestamp(from_rfc3339(timestamp), UTC)
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text} +0000 UTC"
