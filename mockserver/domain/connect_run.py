"""One device's share in a JFrog Connect deployment: when it begins, and what comes of it.

JFrog Connect, Get Deployment Status on Device. Nothing moves a run but the clock: its plan is made
when it begins to wait, and everything else is read off the plan and the time.
"""

from dataclasses import dataclass

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.connect_flow import Outcome, Script, Step

PENDING = "Pending"
IN_PROGRESS = "In Progress"
SUCCESS = "Success"
FAILED = "Failed"
ABORTED = "Aborted"
STATUSES = (PENDING, IN_PROGRESS, SUCCESS, FAILED, ABORTED)


@dataclass(slots=True, kw_only=True)
class Run:
    """One device's run of an update flow.

    `delay` is how long the device takes to see it, `begins` when it will begin or has begun, None
    as long as the device is offline. It does `count` steps of the script; the last one of them
    `fails` or not.
    """

    device_uuid: str
    script: Script
    created: Seconds
    delay: Seconds
    count: int
    fails: bool
    begins: Seconds | None = None
    aborted: Seconds | None = None

    @property
    def ends(self) -> Seconds | None:
        """Tell when it will end or has ended, if it is known."""
        if self.aborted is not None or self.begins is None:
            return self.aborted
        return self.begins + self.script.ends[self.count - 1]

    def has_begun(self, now: Seconds) -> bool:
        """Say whether the device has begun by now."""
        return self.begins is not None and self.begins <= now

    def has_ended(self, now: Seconds) -> bool:
        """Say whether it is over by now, one way or another."""
        ends = self.ends
        return ends is not None and ends <= now

    def succeeded(self, now: Seconds) -> bool:
        """Say whether it has ended well by now."""
        return self.status(now) == SUCCESS

    def status(self, now: Seconds) -> str:
        """Tell how far it is."""
        if self.aborted is not None:
            return ABORTED
        if not self.has_begun(now):
            return PENDING
        if not self.has_ended(now):
            return IN_PROGRESS
        return FAILED if self.fails else SUCCESS

    def abort(self, now: Seconds) -> bool:
        """Stop it; False where it has ended before."""
        if self.has_ended(now):
            return False
        if not self.has_begun(now):
            self.begins = None
        self.aborted = now
        return True

    def steps(self, now: Seconds) -> list[tuple[Step, Outcome]]:
        """Return the steps that have ended by now, or before it was aborted, and their outcomes."""
        if self.begins is None:
            return []
        until = now if self.aborted is None else self.aborted
        done = sum(self.begins + ends <= until for ends in self.script.ends[: self.count])
        return [
            self.script.step(number, failed=self.fails and number == self.count - 1)
            for number in range(done)
        ]
