"""Device APIs / Deployments and Deployments v2 (devices/deployments-v1 and -v2)."""

from typing import Any

from otakit.mockserver.answers import NO_CONTENT, Answer, empty, json_answer
from otakit.mockserver.api.configuration_download import configuration_link
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.ids import uuid_of
from otakit.mockserver.downloads import artifact_link
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.plans import ENTERPRISE, covers

LINK_LIFETIME: Seconds = 24 * 3600
"""How long an update can be fetched after it was offered; each request makes a new link."""

_NO_UPDATE = empty(NO_CONTENT)


@operation("checkUpdate")
def check_update(call: Call) -> Answer:
    """Offer the next update to a device that names its artifact and type."""
    params = call.params
    provides = {"artifact_name": params["artifact_name"], "device_type": params["device_type"]}
    return _offer(call, provides, maps=False)


@operation("checkUpdateDepends")
def check_update_depends(call: Call) -> Answer:
    """Offer the next update whose depends the device's provides meet."""
    told = dict(call.body)
    provides = told.pop("artifact_provides", {})
    described = told if call.world.dialect.free_keys_describe else ("artifact_name", "device_type")
    known = {key: told[key] for key in described if isinstance(told[key], str)}
    return _offer(call, {**provides, **known}, maps=False)


@operation("checkUpdateV2")
def check_update_v2(call: Call) -> Answer:
    """Offer the next update, with its control map to a device that understands one.

    A device says what it can do, not what its tenant has booked: where the plan has no maps it gets
    none, as from a server that knows of none, instead of an error that would keep it from updates.
    """
    maps = call.body.get("update_control_map", False) and _has_maps(call)
    return _offer(call, call.body["device_provides"], maps=maps)


@operation("getUpdateControlMap")
def get_update_control_map(call: Call) -> Answer:
    """Show the control map to a device that is busy with the deployment."""
    deployment_id = uuid_of(call.params["id"])
    if not _has_maps(call):
        message = f"no update control map: the tenant's plan '{call.universe.plan}' has none"
        raise NotFound(message)
    control_map = call.world.deployments.control_map(deployment_id, call.caller)
    return json_answer({"update_control_map": {**control_map, "id": deployment_id}})


@operation("reportDeploymentStatus")
def report_deployment_status(call: Call) -> Answer:
    """Take down how far a device is."""
    report = call.body
    call.world.reports.status(
        call.caller, call.params["id"], report["status"], report.get("substate")
    )
    return empty()


@operation("reportDeploymentLog")
def report_deployment_log(call: Call) -> Answer:
    """Keep a device's log."""
    call.world.reports.log(call.caller, call.params["id"], call.body["messages"])
    return empty()


def _has_maps(call: Call) -> bool:
    return covers(call.universe.plan, ENTERPRISE)


def _offer(call: Call, provides: dict[str, str], *, maps: bool) -> Answer:
    offer = call.world.offers.next(call.caller, provides)
    if offer is None:
        return _NO_UPDATE
    deployment = offer.deployment
    instructions: dict[str, Any] = {
        "id": deployment.id,
        "artifact": _configuration(call, deployment, provides["device_type"])
        if offer.artifact is None
        else _software(call, offer.artifact),
    }
    if maps and deployment.update_control_map is not None:
        instructions["update_control_map"] = {
            **deployment.update_control_map,
            "id": deployment.id,
        }
    return json_answer(instructions)


def _software(call: Call, artifact: Artifact) -> dict[str, Any]:
    uri, expire = artifact_link(call, artifact, LINK_LIFETIME, device_id=call.caller)
    return {
        "id": artifact.id,
        "artifact_name": artifact.name,
        "source": {"uri": uri, "expire": expire, "method": "GET"},
        "device_types_compatible": artifact.content.device_types,
    }


def _configuration(call: Call, deployment: Deployment, device_type: str) -> dict[str, Any]:
    """Shape an artifact that is made when it is fetched, so that it has no id of its own."""
    uri, expire = configuration_link(call, deployment, call.caller, device_type)
    return {
        "id": deployment.id + call.caller,
        "artifact_name": deployment.plan.artifact_name,
        "source": {"uri": uri, "expire": expire},
        "device_types_compatible": [device_type],
    }
