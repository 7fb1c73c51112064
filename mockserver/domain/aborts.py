"""Deployments that are ended from the server's side, before their devices are done.

Reference, Management APIs / Deployments / Abort Deployment and Abort Deployments for a Device;
section 5 of the server facts.
"""

from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import Unprocessable
from otakit.mockserver.domain.progress import ABORTED, DECOMMISSIONED


class Aborts:
    """What the users of one World take back."""

    def __init__(self, deployments: Deployments, dialect: Dialect) -> None:
        """End these deployments."""
        self._deployments = deployments
        self._dialect = dialect

    def abort(self, deployment_id: str) -> None:
        """Abort a deployment for every device not done; raises Unprocessable when finished.

        Raises NotFound for an unknown one, unless the dialect takes that for finished.
        """
        deployment = self._deployments.get(deployment_id)
        if deployment is None and self._dialect.misses_unknown_deployments:
            deployment = self._deployments.deployment(deployment_id)
        if deployment is None or deployment.finished is not None:
            message = f"Deployment already finished: '{deployment_id}'"
            raise Unprocessable(message)
        deployment.aborted = True
        for device_id in deployment.targets():
            if not self._dialect.targets_take_part and device_id not in deployment.devices:
                self._deployments.drop(deployment, device_id)
                continue
            part = self._deployments.begin(deployment, device_id)
            if part.active:
                self._deployments.move(deployment, part, ABORTED)
        if deployment.finished is None:
            self._deployments.finish(deployment)

    def abort_device(self, device_id: str) -> None:
        """Abort what a device has not finished; a device unknown to all deployments is no error."""
        self._end_device(device_id, ABORTED)

    def leave_all(self, device_id: str) -> None:
        """End all that a device has not finished as decommissioned, though the device stays."""
        self._end_device(device_id, DECOMMISSIONED)

    def decommission_device(self, device_id: str) -> None:
        """End all that a device has not finished, because it leaves the system."""
        self.leave_all(device_id)
        self._deployments.queues.forget(device_id)

    def _end_device(self, device_id: str, status: str) -> None:
        queues = self._deployments.queues
        if self._dialect.abort_covers_queue:
            chosen = list(queues.waiting(device_id))
        else:
            chosen = queues.current_and_next(device_id)
        for deployment in chosen:
            part = self._deployments.begin(deployment, device_id)
            if part.active:
                self._deployments.move(deployment, part, status)
