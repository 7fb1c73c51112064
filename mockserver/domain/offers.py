"""What a device is offered when it asks for its next update.

Reference, Device APIs / Deployments / Check Update; sections 4.2 to 4.6 of the server facts.
"""

from collections.abc import Callable

from otakit.mockserver.domain.artifacts import Artifact, Artifacts
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import Conflict
from otakit.mockserver.domain.progress import (
    ALREADY_INSTALLED,
    FAILURE,
    NOARTIFACT,
    PENDING,
    DeviceDeployment,
)
from otakit.mockserver.domain.values import value


@value
class Offer:
    """An update for one device: this deployment's, with this artifact.

    There is no artifact where the deployment has a configuration instead.
    """

    deployment: Deployment
    artifact: Artifact | None = None


class Offers:
    """The answers to devices that ask for updates in one World."""

    def __init__(
        self,
        clock: Clock,
        deployments: Deployments,
        artifacts: Artifacts,
        dialect: Dialect,
        is_member: Callable[[Deployment, str], bool],
    ) -> None:
        """Draw on these; `is_member` says whether a device is meant by a dynamic deployment."""
        self._clock = clock
        self._deployments = deployments
        self._artifacts = artifacts
        self._dialect = dialect
        self._is_member = is_member

    def next(self, device_id: str, provides: dict[str, str]) -> Offer | None:
        """Return the update that a device which provides this should install now, or None.

        `provides` has `artifact_name` and `device_type`, and whatever else the device tells.
        Exactly one deployment is looked at: when it turns out not to be for this device
        (`noartifact`) or already there (`already-installed`), the next request gets the next one.
        Raises Conflict where the device tells something else than when it was first offered this
        deployment; that is a failure of the device's.
        """
        deployment = self._choose(device_id)
        if deployment is None:
            return None
        part = self._deployments.begin(deployment, device_id)
        if part.request is None:
            part.request = provides
        elif part.request != provides:
            self._deployments.move(deployment, part, FAILURE)
            message = "Conflicting request data provided: the device told something else before"
            raise Conflict(message)
        if deployment.configuration is not None:
            return Offer(deployment=deployment)
        artifact = self._assign(deployment, part)
        if artifact is None:
            self._deployments.move(deployment, part, NOARTIFACT)
            return None
        if self._is_installed(deployment, part, artifact):
            self._deployments.move(deployment, part, ALREADY_INSTALLED)
            return None
        return Offer(deployment=deployment, artifact=artifact)

    def _choose(self, device_id: str) -> Deployment | None:
        """Return the deployment the device is busy with, else the oldest that it may begin.

        One that is older than the last one handled is never begun, so that an old version does
        not follow a new one; unless it waited for a phase to open. What was aborted was not
        handled: the reference, Abort Deployments for a Device, promises later ones to the device.
        """
        self._join_dynamic(device_id)
        fresh: list[Deployment] = []
        for deployment in self._deployments.queues.waiting(device_id):
            if device_id in deployment.devices:
                return deployment
            fresh.append(deployment)
        handled = self._deployments.queues.handled(device_id)
        now = self._clock.now()
        for deployment in fresh:
            if deployment.finished is not None or self._has_left(deployment, device_id):
                continue
            if not deployment.phases:
                if deployment.number > handled:
                    return deployment
            elif any(phase.admit(now) for phase in deployment.phases):
                return deployment
        return None

    def _join_dynamic(self, device_id: str) -> None:
        handled = self._deployments.queues.handled(device_id)
        for deployment in self._deployments.dynamic():
            if deployment.number <= handled and not deployment.phases:
                continue  # it would never be offered
            if not deployment.means(device_id) and self._is_member(deployment, device_id):
                self._deployments.join(deployment, device_id)

    def _has_left(self, deployment: Deployment, device_id: str) -> bool:
        """Say whether a device no longer matches what it has not begun yet.

        Reference, Deployments v2, Create Deployment: software goes to devices matching the filter.
        It is offered again should it match again; until then it stays in the list, pending.
        """
        return deployment.scope.dynamic and not self._is_member(deployment, device_id)

    def _assign(self, deployment: Deployment, part: DeviceDeployment) -> Artifact | None:
        """Return the artifact for a device: the one it has, else the smallest that fits it."""
        if part.artifact_id is not None:
            return self._artifacts.get(part.artifact_id)
        provides = part.request or {}
        fitting = [
            artifact
            for artifact_id in deployment.artifacts
            if (artifact := self._artifacts.get(artifact_id)) is not None
            and artifact.fits(provides, match_depends=self._dialect.match_depends)
        ]
        if not fitting:
            return None
        artifact = min(fitting, key=lambda a: a.content.size)
        part.artifact_id = artifact.id
        if not self._is_installed(deployment, part, artifact):
            deployment.statistics.total_size += artifact.content.size
        return artifact

    @staticmethod
    def _is_installed(deployment: Deployment, part: DeviceDeployment, artifact: Artifact) -> bool:
        return (
            part.status == PENDING
            and not deployment.plan.force_installation
            and (part.request or {}).get("artifact_name") == artifact.name
        )
