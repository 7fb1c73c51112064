"""What has to become of the devices of one roll-out.

Reference, Deployments and Deployments v2, Create Deployment and NewDeploymentPhase.
"""

from dataclasses import dataclass, field

from ota_models.shares import room, shares
from otakit.mockserver.domain.deployment import Deployment

ACTIVE = ("downloading", "installing", "rebooting", "pause_before_installing")
COMPLETED = ("success", "failure", "noartifact", "already-installed")
TAKEN_OUT = ("aborted", "decommissioned")


@dataclass
class Expectation:
    """What was seen of one deployment.

    `initial` are the devices that were meant at its creation, `north` those that match its filter
    now; `begun` has the devices let in, in their order, and when; `seen` those that matched at the
    creation or when they asked; `status` that of those which have begun or were taken out;
    `offered` those that were offered the update and have not reported since.
    """

    initial: set[str] = field(default_factory=set)
    north: set[str] = field(default_factory=set)
    begun: dict[str, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    status: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    finished: bool = False

    @property
    def busy(self) -> list[str]:
        """List the devices that have been offered the update and are not done."""
        return [i for i, s in self.status.items() if s in ACTIVE or i in self.offered]

    def may_get(self, one: Deployment, device_id: str, now: float) -> bool:
        """Work out whether the deployment is for a device now."""
        if self.status.get(device_id) in (*COMPLETED, *TAKEN_OUT):
            return False
        if device_id in self.begun:
            return True
        means = device_id in (self.north if one.scope.dynamic else self.initial)
        return means and not self.finished and len(self.begun) < room(one, len(self.initial), now)

    def take_out(self, device_id: str, status: str) -> None:
        """Note that the server has ended a device's part, if it had one."""
        if device_id in self.seen and self.status.get(device_id) not in (*COMPLETED, *TAKEN_OUT):
            self.status[device_id] = status
            self.offered.discard(device_id)

    def note_report(self, one: Deployment, device_id: str, status: str) -> None:
        """Note what has to come of a report."""
        if status == "failure" and self.attempts[device_id] <= one.plan.retries:
            status = "pending"
        self.status[device_id] = status
        self.offered.discard(device_id)

    def deployment_status(self, one: Deployment, now: float) -> str:
        """Work out the deployment's status."""
        if self.finished:
            return "finished"
        planned = one.plan.phases
        if planned and now < (planned[0].start or one.created):
            return "scheduled"
        moved = {s for s in self.status.values() if s not in ("pending", "decommissioned")}
        return "inprogress" if moved else "pending"

    def counts_are_right(self, one: Deployment) -> None:
        """Each phase has let in its share at most, none before its start; all are counted."""
        assert set(one.targets()) == self.seen
        assert len(one.scope.devices) == len(self.initial)
        assert {i for i, part in one.devices.items() if part.request or part.attempt} <= set(
            self.begun
        )
        for device_id in self.seen:
            assert one.part(device_id).status == self.status.get(device_id, "pending")
        if one.phases:
            assert sum(phase.device_count for phase in one.phases) == len(self.begun)
            rooms = shares(one.plan.phases, len(self.initial), dynamic=one.scope.dynamic)
            opened = sorted(self.begun.values())
            for phase, share in zip(one.phases, rooms, strict=True):
                assert phase.device_count <= share
                assert phase.device_count <= len([when for when in opened if when >= phase.start])

    def finish_is_foreseen(self, one: Deployment, now: float) -> None:
        """Finish once all its devices, or as many as wanted, are done; and for ever."""
        if one.scope.dynamic:
            limit = one.plan.max_devices
            done = len([s for s in self.status.values() if s in COMPLETED])
            over = 0 < limit <= done
        else:
            over = all(self.status.get(i) in (*COMPLETED, *TAKEN_OUT) for i in self.initial)
        self.finished |= over
        assert (one.finished is not None) is self.finished
        assert one.status(now) == self.deployment_status(one, now)
