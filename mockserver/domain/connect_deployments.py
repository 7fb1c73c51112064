"""The deployments of one fleet of JFrog Connect: made, found, stopped.

JFrog Connect, Deployments. Its targets are the devices that fit when a deployment is made, and stay
so. A device does one deployment after the other.
"""

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.connect_contents import Contents, new_uuid
from otakit.mockserver.domain.connect_deployment import ConnectDeployment
from otakit.mockserver.domain.connect_filter import Fleet, compiled
from otakit.mockserver.domain.connect_flow import Script
from otakit.mockserver.domain.connect_plan import DeploymentPlan
from otakit.mockserver.domain.connect_run import Run
from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.ids import Ids, chance

FIRST_LOOK, LAST_LOOK = 1.0, 5.0
"""After how many seconds a device that is online sees a new deployment: at least, and under."""

MAX_PLACES = 2_000_000
"""Devices of all deployments together, where each deployment counts as ten more: about 1 GB."""

_OWN_PLACES = 10


class ConnectDeployments:
    """All deployments of a fleet."""

    _contents: Contents
    _seed: int
    _by_uuid: dict[str, ConnectDeployment]
    _by_age: list[ConnectDeployment]
    _places: int

    def __init__(self, contents: Contents, clock: Clock, ids: Ids, seed: int) -> None:
        """Begin with none."""
        self._contents = contents
        self._clock = clock
        self._ids = ids
        self._seed = seed
        self._by_uuid = {}
        self._by_age = []
        self._places = 0

    def __len__(self) -> int:
        """Count them."""
        return len(self._by_age)

    def create(self, plan: DeploymentPlan) -> ConnectDeployment:
        """Deploy a flow to all devices that fit now.

        Raises Invalid for a flow, app, parameter or criterion that makes no sense in this fleet,
        and where no more deployments are kept.
        """
        now = self._clock.now()
        flow = self._contents.flows.get(plan.flow_uuid)
        if flow is None:
            message = f"flow_uuid: no update flow '{plan.flow_uuid}' in this fleet"
            raise Invalid(message)
        script = Script(flow, plan.parameters, self._apps_of(plan))
        self._contents.settle(now)
        fits = compiled(
            plan.devices, Fleet(contents=self._contents, deployments=self._by_uuid, now=now)
        )
        targets = [device for device in self._contents.devices.values() if fits(device)]
        places = _OWN_PLACES + len(targets)
        if self._places + places > MAX_PLACES:
            message = (
                f"the deployments together have at most {MAX_PLACES} devices: "
                "another fleet begins without any"
            )
            raise Invalid(message)
        self._places += places
        uuid = new_uuid("dp", self._by_uuid, self._ids)
        runs = [self._run(uuid, device.uuid, script, now) for device in targets]
        for device, run in zip(targets, runs, strict=True):
            device.join(run, now)
        deployment = ConnectDeployment(
            uuid=uuid, created=now, comment=plan.comment, script=script, runs=runs
        )
        self._by_uuid[uuid] = deployment
        self._by_age.append(deployment)
        return deployment

    def get(self, uuid: str) -> ConnectDeployment:
        """Return a deployment; raises NotFound."""
        deployment = self._by_uuid.get(uuid)
        if deployment is None:
            message = f"no deployment '{uuid}' in this fleet"
            raise NotFound(message)
        return deployment

    def newest(self, size: int, before: int | None = None) -> tuple[list[ConnectDeployment], int]:
        """Return deployments, the newest first, and the `before` of the page after these.

        `before` means those that are older than so many; a page that ends with 0 is the last.
        """
        stop = len(self._by_age) if before is None else min(before, len(self._by_age))
        start = max(stop - size, 0)
        return self._by_age[start:stop][::-1], start

    def abort(self, uuid: str, device_uuid: str | None = None) -> tuple[int, int]:
        """Stop a deployment, or one device's share; tell how many were stopped, and had ended.

        Raises NotFound.
        """
        now = self._clock.now()
        deployment = self.get(uuid)
        runs = deployment.runs if device_uuid is None else [deployment.run(device_uuid)]
        stopped = [run for run in runs if run.abort(now)]
        for run in stopped:
            self._contents.devices[run.device_uuid].rearrange(now)
        return len(stopped), len(runs) - len(stopped)

    def _apps_of(self, plan: DeploymentPlan) -> dict[str, str]:
        if plan.app_version and not plan.app_name:
            message = "app: a version needs the app's name, too"
            raise Invalid(message)
        if plan.app_name and plan.app_name not in self._contents.apps:
            message = f"app: no app '{plan.app_name}' in this fleet; it must exist already"
            raise Invalid(message)
        return {plan.app_name: plan.app_version} if plan.app_version else {}

    def _run(self, deployment: str, device: str, script: Script, now: Seconds) -> Run:
        count, fails = script.course(device, self._seed, deployment)
        spread = chance(self._seed, deployment, device, "looks")
        delay = round(FIRST_LOOK + spread * (LAST_LOOK - FIRST_LOOK), 3)
        return Run(
            device_uuid=device, script=script, created=now, delay=delay, count=count, fails=fails
        )
