"""Deployments as only older documents have them (mender_1 and mender_2, management)."""

from otakit.mockserver.answers import Answer
from otakit.mockserver.api.deployment_devices import end_deployments
from otakit.mockserver.operations import Call, operation


@operation("decommissionDeviceDeployments")
def decommission_device_deployments(call: Call) -> Answer:
    """End all that a device has not finished as `decommissioned`; the current edition aborts it."""
    return end_deployments(call, call.world.aborts.leave_all)
