"""One deployment: what was asked for, whom it means, how far it is.

Reference, Management APIs / Deployments / NewDeployment and Deployment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Index
from otakit.mockserver.domain.progress import PENDING, DeviceDeployment, Statistics
from otakit.mockserver.domain.rollout import Phase, PhasePlan
from otakit.mockserver.domain.values import value

SOFTWARE, CONFIGURATION = "software", "configuration"
INPROGRESS, FINISHED, SCHEDULED = "inprogress", "finished", "scheduled"

_FEW = 8
"""Devices that are looked through as quickly as a set, which takes more memory."""


@value
class Scope:
    """Whom a deployment means: the ids at its creation, and the filter that says so in words.

    In a dynamic deployment devices that come to match the filter's terms join later.
    """

    devices: tuple[str, ...]
    terms: tuple[Predicate, ...] = ()
    filter_id: str = ""
    filter_name: str = ""
    group: str | None = None
    dynamic: bool = False


@value
class Plan:
    """A deployment as it is asked for; `max_devices` 0 means no limit."""

    name: str
    artifact_name: str
    retries: int = 0
    phases: tuple[PhasePlan, ...] = ()
    update_control_map: dict[str, Any] | None = None
    force_installation: bool = False
    max_devices: int = 0


@dataclass(slots=True, kw_only=True)
class Deployment:
    """One deployment; `number` counts them in the order of creation.

    `devices` are those that have a part of their own; `listed` has their ids by status, where the
    dialect lists only these.
    One of a `configuration` has that in place of artifacts, and one device.
    """

    id: str
    number: int
    plan: Plan
    scope: Scope
    created: Seconds
    statistics: Statistics
    artifacts: list[str]
    phases: list[Phase]
    update_control_map: dict[str, Any] | None
    finished: Seconds | None = None
    aborted: bool = False
    devices: dict[str, DeviceDeployment] = field(default_factory=dict)
    joined: dict[str, None] = field(default_factory=dict)
    listed: dict[str, Index[str]] = field(default_factory=dict)
    configuration: Mapping[str, str] | None = None
    _meant: tuple[str, ...] | frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Remember the targets as a set, if they are many."""
        devices = self.scope.devices
        self._meant = devices if len(devices) <= _FEW else frozenset(devices)

    @property
    def type(self) -> str:
        """Say what is deployed: `software` or `configuration`."""
        return SOFTWARE if self.configuration is None else CONFIGURATION

    def status(self, now: Seconds) -> str:
        """Derive its status: scheduled, pending, inprogress or finished.

        Before its first phase nothing is in progress, whichever devices have been taken out of it.
        """
        if self.finished is not None:
            return FINISHED
        if self.phases and now < self.phases[0].start:
            return SCHEDULED
        return INPROGRESS if self.statistics.moved else PENDING

    @property
    def is_done(self) -> bool:
        """Say whether all its devices, or as many as a dynamic one may have, are done."""
        if self.scope.dynamic:
            return 0 < self.plan.max_devices <= self.statistics.completed
        return self.statistics.final >= self.statistics.targets

    def targets(self) -> Sequence[str]:
        """Return the ids of all its devices: those meant at creation, then those that joined."""
        return (*self.scope.devices, *self.joined) if self.joined else self.scope.devices

    def means(self, device_id: str) -> bool:
        """Say whether a device is one of its targets."""
        return device_id in self._meant or device_id in self.joined

    def part(self, device_id: str) -> DeviceDeployment:
        """Return a target's part; a device that has not asked yet has a pending one."""
        return self.devices.get(device_id) or DeviceDeployment(device_id=device_id)
