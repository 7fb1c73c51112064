"""What devices report of their deployments: statuses and logs.

Reference, Device APIs / Deployments / Update Deployment Status and Report Deployment Log;
sections 4.7 and 4.8 of the server facts.
"""

from typing import Any

from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import Conflict, NotFound
from otakit.mockserver.domain.progress import ENDED_BY_SERVER, FAILURE, PENDING, DeviceDeployment


class Reports:
    """The reports of the devices of one World."""

    def __init__(self, deployments: Deployments, dialect: Dialect) -> None:
        """Report into these deployments."""
        self._deployments = deployments
        self._dialect = dialect

    def status(
        self, device_id: str, deployment_id: str, status: str, substate: str | None = None
    ) -> None:
        """Take down a device's status.

        The same status again changes nothing; a substate stays until another one comes. A failure
        with retries left makes the device pending again. Raises NotFound for a deployment that
        the device was never offered, Conflict once it has been aborted.
        """
        deployment, part = self._part(device_id, deployment_id)
        if part.status in ENDED_BY_SERVER:
            message = f"Deployment {part.status}: the status cannot be changed any more"
            raise Conflict(message)
        if part.status == status:
            return
        if deployment.aborted and self._dialect.abort_freezes:
            message = f"Deployment aborted: the status stays '{part.status}'"
            raise Conflict(message)
        if substate is not None:
            part.substate = substate
        if status == FAILURE and part.active and part.attempt < deployment.plan.retries:
            self._retry(deployment, part)
        else:
            self._deployments.move(deployment, part, status)

    def log(self, device_id: str, deployment_id: str, messages: list[dict[str, Any]]) -> None:
        """Keep a device's log, in place of an earlier one; raises NotFound as `status` does."""
        _, part = self._part(device_id, deployment_id)
        part.log = messages

    def read_log(self, deployment_id: str, device_id: str) -> list[dict[str, Any]]:
        """Return the log that a device sent of a deployment; raises NotFound."""
        _, part = self._part(device_id, deployment_id)
        if part.log is None:
            message = f"device '{device_id}' has sent no log of deployment '{deployment_id}'"
            raise NotFound(message)
        return part.log

    def _retry(self, deployment: Deployment, part: DeviceDeployment) -> None:
        """Begin again: the device asks anew, and may tell other things of itself."""
        if part.status != PENDING:
            self._deployments.move(deployment, part, PENDING)
        part.attempt += 1
        part.request = None
        part.artifact_id = None

    def _part(self, device_id: str, deployment_id: str) -> tuple[Deployment, DeviceDeployment]:
        deployment = self._deployments.deployment(deployment_id)
        part = deployment.devices.get(device_id)
        if part is None or part.deleted is not None:
            message = f"device '{device_id}' has no part in deployment '{deployment_id}'"
            raise NotFound(message)
        return deployment, part
