"""Deployments: created, listed, counted, finished.

Reference, Management APIs / Deployments; section 5 of the server facts. What devices do with
them is in `offers` and `reports`, what users take back in `aborts`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment, Plan, Scope
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound, Unprocessable
from otakit.mockserver.domain.history import History
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.index import Index, Page
from otakit.mockserver.domain.progress import (
    ENDED_BY_SERVER,
    PENDING,
    DeviceDeployment,
    Statistics,
)
from otakit.mockserver.domain.queues import Queues
from otakit.mockserver.domain.rollout import Phase, plan_phases

MAX_PLACES = 5_000_000
"""Devices of all deployments together, where each deployment counts as ten more: about 1 GB."""

_OWN_PLACES = 10


class Deployments:
    """The deployments of one World."""

    _deployments: dict[str, Deployment]
    _by_age: Index[int]
    _unfinished: dict[str, Deployment]
    _dynamic: dict[str, Deployment]
    _used_artifacts: set[str]
    _places: int

    def __init__(self, clock: Clock, ids: Ids, dialect: Dialect) -> None:
        """Begin with none."""
        self.history = History()
        self.queues = Queues()
        self._clock = clock
        self._ids = ids
        self._dialect = dialect
        self._deployments = {}
        self._by_age = Index()
        self._unfinished = {}
        self._dynamic = {}
        self._used_artifacts = set()
        self._places = 0

    def create(self, plan: Plan, scope: Scope, artifacts: Sequence[Artifact]) -> Deployment:
        """Start a deployment of these artifacts, which all have the plan's artifact name.

        Raises Invalid without devices, for phases that do not add up, or where no more deployments
        are kept, Unprocessable without artifacts, Conflict for a twin of an unfinished one where
        the dialect refuses that.
        """
        if not scope.devices and not scope.dynamic:
            message = "No devices for the deployment"
            raise Invalid(message)
        if not artifacts:
            message = (
                f"No artifact for the deployment: no artifact has the name '{plan.artifact_name}'"
            )
            raise Unprocessable(message)
        self._refuse_twin(plan, scope)
        phases = plan_phases(
            plan.phases,
            len(scope.devices),
            now=self._clock.now(),
            ids=self._ids,
            dynamic=scope.dynamic,
        )
        ids = [artifact.id for artifact in artifacts]
        return self._start(self._ids.uuid(), plan, scope, artifacts=ids, phases=phases)

    def configure(
        self,
        scope: Scope,
        configuration: Mapping[str, str],
        *,
        retries: int = 0,
        update_control_map: dict[str, Any] | None = None,
    ) -> Deployment:
        """Start the deployment of a configuration, which must not change any more, to a device."""
        deployment_id = self._ids.uuid()
        name = f"configuration-{deployment_id}"
        plan = Plan(
            name=name, artifact_name=name, retries=retries, update_control_map=update_control_map
        )
        return self._start(deployment_id, plan, scope, configuration=configuration)

    def _start(  # noqa: PLR0913 - what makes a deployment
        self,
        deployment_id: str,
        plan: Plan,
        scope: Scope,
        *,
        artifacts: Sequence[str] = (),
        phases: Sequence[Phase] = (),
        configuration: Mapping[str, str] | None = None,
    ) -> Deployment:
        places = _OWN_PLACES + len(scope.devices)
        if self._places + places > MAX_PLACES:
            message = (
                f"the deployments together have at most {MAX_PLACES} devices: "
                "a reset of the universe drops them"
            )
            raise Invalid(message)
        self._places += places
        deployment = Deployment(
            id=deployment_id,
            number=len(self._deployments) + 1,
            plan=plan,
            scope=scope,
            created=self._clock.now(),
            statistics=Statistics(len(scope.devices)),
            artifacts=list(artifacts),
            phases=list(phases),
            update_control_map=plan.update_control_map,
            configuration=configuration,
        )
        self._deployments[deployment.id] = self._unfinished[deployment.id] = deployment
        if scope.dynamic:
            self._dynamic[deployment.id] = deployment
        self._by_age.add(deployment.number, deployment.id)
        self._used_artifacts.update(deployment.artifacts)
        for device_id in scope.devices:
            self.queues.add(device_id, deployment)
        return deployment

    def attach(self, artifact: Artifact) -> None:
        """Let unfinished deployments of its name use a new artifact."""
        for deployment in self._unfinished.values():
            named_so = deployment.plan.artifact_name == artifact.name
            if named_so and deployment.configuration is None:
                deployment.artifacts.append(artifact.id)
                self._used_artifacts.add(artifact.id)

    # The one place where a device's status changes, so that the counters always add up

    def move(self, deployment: Deployment, part: DeviceDeployment, status: str) -> None:
        """Give a device another status in a deployment, count it, and finish what is done."""
        now = self._clock.now()
        if part.status == PENDING and part.started is None:
            part.started = now
        was_active = part.active
        deployment.statistics.move(part.status, status)
        self._unlist(deployment, part)
        part.status = status
        self._list(deployment, part)
        if not part.active:
            part.finished = now
            if status not in ENDED_BY_SERVER:
                self.queues.handle(part.device_id, deployment)
            self.queues.discard(part.device_id, deployment)
        elif not was_active:
            self.queues.add(part.device_id, deployment)
        if deployment.finished is None and deployment.is_done:
            self.finish(deployment)

    def join(self, deployment: Deployment, device_id: str) -> None:
        """Add a device that has come to match a dynamic deployment's filter."""
        deployment.joined[device_id] = None
        deployment.statistics.join()
        self.queues.add(device_id, deployment)

    def drop(self, deployment: Deployment, device_id: str) -> None:
        """Take a target that has no part of its own out of a deployment and its counters."""
        deployment.statistics.drop()
        self.queues.discard(device_id, deployment)

    def finish(self, deployment: Deployment) -> None:
        """End a deployment, whatever its devices still do."""
        deployment.finished = self._clock.now()
        del self._unfinished[deployment.id]
        self._dynamic.pop(deployment.id, None)

    def begin(self, deployment: Deployment, device_id: str) -> DeviceDeployment:
        """Return a target's own part in a deployment, kept from now on."""
        part = deployment.devices.get(device_id)
        if part is None:
            part = DeviceDeployment(device_id=device_id, id=self._ids.uuid())
            deployment.devices[device_id] = part
            self._list(deployment, part)
            self.history.add(deployment, part)
        return part

    def clear_history(self, device_id: str) -> list[Deployment]:
        """Strike out all that is over for a device, as if it had never been asked to do it.

        Returns the deployments that it is struck out of.
        """
        struck = self.history.clear(device_id, self._clock.now())
        for deployment, part in struck:
            self._unlist(deployment, part)
        self.queues.forget_handled(device_id)
        return [deployment for deployment, _ in struck]

    # Update control maps

    def control_map(self, deployment_id: str, device_id: str) -> dict[str, Any]:
        """Return the control map for a device that is busy with a deployment; raises NotFound."""
        deployment = self.deployment(deployment_id)
        part = deployment.devices.get(device_id)
        if part is None or not part.active or deployment.update_control_map is None:
            message = f"no update control map of deployment '{deployment_id}' for this device"
            raise NotFound(message)
        return deployment.update_control_map

    def set_control_map(self, deployment_id: str, control_map: dict[str, Any] | None) -> None:
        """Put another control map (None: the same) in place; raises NotFound, Conflict."""
        deployment = self.deployment(deployment_id)
        if deployment.update_control_map is None:
            message = f"deployment '{deployment_id}' has no update control map"
            raise Conflict(message)
        if control_map is not None:
            deployment.update_control_map = control_map

    # What there is

    def deployment(self, deployment_id: str) -> Deployment:
        """Return a deployment; raises NotFound."""
        try:
            return self._deployments[deployment_id]
        except KeyError:
            message = f"no deployment '{deployment_id}'"
            raise NotFound(message) from None

    def get(self, deployment_id: str) -> Deployment | None:
        """Return a deployment, or None."""
        return self._deployments.get(deployment_id)

    def find(
        self, page: Page, *, wanted: Callable[[Deployment], bool] | None, newest_first: bool
    ) -> tuple[list[Deployment], int]:
        """Return a page of the deployments by age, and how many there are before paging."""
        if wanted is None:
            names = self._by_age.page(page, newest_first=newest_first)
            return [self._deployments[name] for name in names], len(self._by_age)
        order = reversed(self._by_age) if newest_first else iter(self._by_age)
        found = [d for name in order if wanted(d := self._deployments[name])]
        return page.of(found), len(found)

    def dynamic(self) -> Iterator[Deployment]:
        """Go through the unfinished dynamic deployments, oldest first."""
        return iter(self._dynamic.values())

    def unfinished(self) -> Iterator[Deployment]:
        """Go through the unfinished deployments, oldest first."""
        return iter(self._unfinished.values())

    def uses(self, artifact_id: str, *, unfinished: bool) -> bool:
        """Say whether any deployment, or any unfinished one, has this artifact."""
        if not unfinished:
            return artifact_id in self._used_artifacts
        return any(artifact_id in d.artifacts for d in self._unfinished.values())

    def unfinished_users(self, artifact_ids: Collection[str]) -> list[str]:
        """Return the ids of the unfinished deployments that have one of these artifacts."""
        wanted = set(artifact_ids)
        unfinished = self._unfinished.values()
        return [d.id for d in unfinished if not wanted.isdisjoint(d.artifacts)]

    # How it is kept

    def _list(self, deployment: Deployment, part: DeviceDeployment) -> None:
        if not self._dialect.targets_take_part:
            index = deployment.listed.setdefault(part.status, Index())
            index.add(part.device_id, part.device_id)

    def _unlist(self, deployment: Deployment, part: DeviceDeployment) -> None:
        if not self._dialect.targets_take_part:
            deployment.listed[part.status].discard(part.device_id, part.device_id)

    def _refuse_twin(self, plan: Plan, scope: Scope) -> None:
        if not self._dialect.refuse_twins:
            return
        mine = (plan.name, plan.artifact_name, plan.force_installation, scope)
        for other in self._unfinished.values():
            theirs = other.plan
            if mine == (theirs.name, theirs.artifact_name, theirs.force_installation, other.scope):
                message = (
                    "Invalid deployment definition: there is already an active deployment"
                    " with the same parameters"
                )
                raise Conflict(message)
