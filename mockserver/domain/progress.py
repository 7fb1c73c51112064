"""How far one device is with one deployment, and the counters over all its devices.

Reference, Management APIs / Deployments / DeviceStatus and DeploymentStatistics.
"""

from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.clock import Seconds

PENDING = "pending"
SUCCESS = "success"
FAILURE = "failure"
NOARTIFACT = "noartifact"
ALREADY_INSTALLED = "already-installed"
ABORTED = "aborted"
DECOMMISSIONED = "decommissioned"

PAUSED = ("pause_before_installing", "pause_before_rebooting", "pause_before_committing")
ACTIVE = (PENDING, "downloading", "installing", "rebooting", *PAUSED)
FINAL = (SUCCESS, FAILURE, NOARTIFACT, ALREADY_INSTALLED, ABORTED, DECOMMISSIONED)
STATUSES = (*ACTIVE, *FINAL)
ENDED_BY_SERVER = (ABORTED, DECOMMISSIONED)
"""A status that a device cannot leave any more."""

LISTED = (
    FAILURE,
    ABORTED,
    *("pause_before_installing", "pause_before_committing", "pause_before_rebooting"),
    *("downloading", "installing", "rebooting"),
    *(PENDING, SUCCESS, NOARTIFACT, ALREADY_INSTALLED, DECOMMISSIONED),
)
"""The statuses in the order in which the real server lists devices by them."""

GROUPS = {"pause": frozenset(PAUSED), "active": frozenset(ACTIVE), "finished": frozenset(FINAL)}
"""What a list of a deployment's devices may be filtered by, besides the statuses themselves."""


@dataclass(slots=True, kw_only=True)
class DeviceDeployment:
    """One device's part in one deployment, from its first request on.

    `request` is what the device said it provides when it was first offered the update; `attempt`
    counts from 0; `log` is the list of messages that it sent; `deleted` says when it was struck
    out of the device's history.
    """

    device_id: str
    id: str = ""
    status: str = PENDING
    substate: str | None = None
    started: Seconds | None = None
    finished: Seconds | None = None
    request: dict[str, str] | None = None
    artifact_id: str | None = None
    attempt: int = 0
    log: list[dict[str, Any]] | None = None
    deleted: Seconds | None = None

    @property
    def active(self) -> bool:
        """Say whether the device still has something to do."""
        return self.status in ACTIVE

    @property
    def device_type(self) -> str | None:
        """Return the type that the device gave, if it asked yet."""
        return self.request["device_type"] if self.request else None


_NONE = dict.fromkeys(STATUSES, 0)


class Statistics:
    """How many of a deployment's devices have each status.

    They add up to its targets, unless an abort has let those that never asked drop out.
    """

    __slots__ = ("_counts", "total_size")

    _counts: dict[str, int]
    total_size: int

    def __init__(self, targets: int) -> None:
        """Begin with all targets pending."""
        self._counts = _NONE.copy()
        self._counts[PENDING] = targets
        self.total_size = 0

    def move(self, before: str, after: str) -> None:
        """Count one device from one status to another."""
        self._counts[before] -= 1
        self._counts[after] += 1

    def join(self) -> None:
        """Count one more target, pending."""
        self._counts[PENDING] += 1

    def drop(self) -> None:
        """Count one pending target less."""
        self._counts[PENDING] -= 1

    def counts(self) -> dict[str, int]:
        """Return the count of each status."""
        return dict(self._counts)

    @property
    def targets(self) -> int:
        """Count all devices."""
        return sum(self._counts.values())

    @property
    def final(self) -> int:
        """Count the devices that are done, one way or another."""
        return sum(self._counts[status] for status in FINAL)

    @property
    def completed(self) -> int:
        """Count the devices that came to an end of their own, in success or failure."""
        return self.final - sum(self._counts[status] for status in ENDED_BY_SERVER)

    @property
    def moved(self) -> bool:
        """Say whether any device has left pending, other than by leaving the system."""
        return self.targets - self._counts[DECOMMISSIONED] > self._counts[PENDING]
