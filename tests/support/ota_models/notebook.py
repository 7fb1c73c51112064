"""What somebody who watches a World writes down, and what has to follow from it.

Reference, Management and Device APIs / Deployments; section 4.3 of the server facts.
"""

from collections import Counter

from ota_models.shares import room
from otakit.mockserver.domain.deployment import Deployment

PAUSES = ("pause_before_installing", "pause_before_rebooting", "pause_before_committing")
ACTIVE = ("pending", "downloading", "installing", "rebooting", *PAUSES)
FINAL = ("success", "failure", "noartifact", "already-installed", "aborted", "decommissioned")
BY_SERVER = ("aborted", "decommissioned")


class Notebook:
    """The deployments in their order, and what was seen of their devices.

    `asked` are the deployments' ids with those of the devices that they were expected for, and
    `site` the devices that match the filter of dynamic deployments.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.deployments: list[Deployment] = []
        self.asked: dict[tuple[str, str], None] = {}
        self.failures: Counter[tuple[str, str]] = Counter()
        self.finished: dict[str, float] = {}
        self.site: set[str] = set()
        self._handled: Counter[str] = Counter()
        self._ended: dict[tuple[str, str], str] = {}

    def expected(self, device_id: str, now: float) -> Deployment | None:
        """Work out which deployment a device has to get, from the facts' words alone (4.3)."""
        meaning = [
            d
            for d in self.deployments
            if (
                (d.id, device_id) in self.asked or (d.finished is None and device_id in self.site)
                if d.scope.dynamic
                else d.means(device_id)
            )
        ]
        begun = [d for d in meaning if (d.id, device_id) in self.asked]
        busy = [d for d in begun if d.part(device_id).status in ACTIVE]
        if busy:
            return busy[0]
        for deployment in meaning:
            fresh = deployment not in begun and deployment.part(device_id).status in ACTIVE
            if (
                fresh
                and deployment.finished is None
                and (deployment.phases or deployment.number > self._handled[device_id])
                and self._admitted(deployment) < self._room(deployment, now)
            ):
                return deployment
        return None

    def meaning(self, device_id: str) -> list[Deployment]:
        """List the deployments that mean a device."""
        return [d for d in self.deployments if d.means(device_id)]

    # What always holds

    def statistics_add_up(self) -> None:
        """Count all thirteen statuses anew."""
        for deployment in self.deployments:
            targets = deployment.targets()
            counted = Counter(deployment.part(i).status for i in targets)
            counts = deployment.statistics.counts()
            assert counts == {status: counted[status] for status in (*ACTIVE, *FINAL)}
            assert sum(counts.values()) == len(targets) == len(set(targets))
            assert set(deployment.devices) <= set(targets)

    def ended_stays_ended(self) -> None:
        """Compare what the server has ended with what was seen, and note what devices have."""
        for deployment in self.deployments:
            for part in deployment.devices.values():
                key = deployment.id, part.device_id
                if part.status in BY_SERVER:
                    self._ended.setdefault(key, part.status)
                elif part.status in FINAL:
                    newest = max(self._handled[part.device_id], deployment.number)
                    self._handled[part.device_id] = newest
                assert self._ended.get(key, part.status) == part.status

    def finished_stays_finished(self, now: float) -> None:
        """Find a deployment finished once all its devices are, and for ever."""
        for deployment in self.deployments:
            counts = deployment.statistics.counts()
            if deployment.finished is not None:
                first = self.finished.setdefault(deployment.id, deployment.finished)
                assert deployment.finished == first
                assert deployment.status(now) == "finished"
            else:
                assert deployment.id not in self.finished
                limit = deployment.plan.max_devices
                done = sum(counts[status] for status in FINAL)
                completed = done - sum(counts[status] for status in BY_SERVER)
                assert (
                    (not limit or completed < limit)
                    if deployment.scope.dynamic
                    else done < sum(counts.values())
                )

    def phases_hold(self, now: float) -> None:
        """Find that no more devices were let in than the open phases have room for."""
        for deployment in self.deployments:
            if deployment.phases:
                admitted = self._admitted(deployment)
                assert admitted <= self._room(deployment, now)
                assert admitted == sum(phase.device_count for phase in deployment.phases)

    def _admitted(self, deployment: Deployment) -> int:
        return sum(1 for name, _ in self.asked if name == deployment.id)

    @staticmethod
    def _room(deployment: Deployment, now: float) -> float:
        return room(deployment, len(deployment.scope.devices), now)
