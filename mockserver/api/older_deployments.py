"""Deployments as only older documents have them (mender_1 and mender_2, management)."""

from otakit.mockserver.answers import Answer, empty
from otakit.mockserver.operations import Call, operation


@operation("decommissionDeviceDeployments")
def decommission_device_deployments(call: Call) -> Answer:
    """End all that a device has not finished as `decommissioned`; the current edition aborts it."""
    call.world.deployments.leave_all(call.params["id"])
    return empty()
