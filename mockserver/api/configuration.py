"""Management APIs / Device configure (management/configuration-v1)."""

from typing import Any

from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.audit_trail import about_deployment, about_device, difference
from otakit.mockserver.domain.audit import CREATE, UPDATE
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.configuration import Configuration
from otakit.mockserver.domain.ids import uuid_of
from otakit.mockserver.operations import Call, operation


@operation("getDeviceConfiguration")
def get_device_configuration(call: Call) -> Answer:
    """Show what a device is to be set to, and what it says it is set to."""
    return json_answer(_configuration_json(call.world.configurations.of(_device_id(call))))


@operation("setDeviceConfiguration")
def set_device_configuration(call: Call) -> Answer:
    """Put another configuration in place; the device does not hear of it."""
    device_id, wanted = _device_id(call), call.body or {}  # as built, null is an empty map
    before = call.world.configurations.configure(device_id, wanted)
    call.audit(UPDATE, about_device(call.world, device_id), difference(before, wanted))
    return empty()


@operation("deployDeviceConfiguration")
def deploy_device_configuration(call: Call) -> Answer:
    """Deploy what is configured for a device now, and make it ask for that if it is connected."""
    device_id = _device_id(call)
    deployment = call.world.deploy_configuration(
        device_id,
        retries=call.body.get("retries", 0),
        update_control_map=call.body.get("update_control_map"),
    )
    call.audit(CREATE, about_deployment(deployment))
    call.universe.sockets.prompt(device_id)
    return json_answer({"deployment_id": deployment.id})


def _device_id(call: Call) -> str:
    text: str = call.params["deviceId"]
    return text if call.world.dialect.configure_strangers else uuid_of(text)


def _configuration_json(record: Configuration) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": record.device_id,
        "configured": record.configured,
        "reported": record.reported,
        "updated_ts": rfc3339(record.updated),
    }
    if record.deployment_id is not None:
        shaped["deployment_id"] = record.deployment_id
    if record.reported_at is not None:
        shaped["reported_ts"] = rfc3339(record.reported_at)
    return shaped
