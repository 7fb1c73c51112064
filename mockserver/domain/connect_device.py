"""A device of a JFrog Connect fleet: what it is, and the runs that wait for it.

JFrog Connect, Deploy Update: device_filter and `app`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.connect_run import Run

ONLINE, OFFLINE = "online", "offline"
STATES = (ONLINE, OFFLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """A device as it is put into a fleet; without a UUID it is given one."""

    name: str
    uuid: str | None = None
    state: str = ONLINE
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    apps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ConnectDevice:
    """One device; `apps` has the version of each app, `online_since` counts while it is online.

    It does one run after the other, in the order in which the deployments were made.
    """

    uuid: str
    name: str
    state: str
    tags: frozenset[str]
    groups: frozenset[str]
    apps: dict[str, str]
    online_since: Seconds
    _runs: list[Run] = field(default_factory=list, repr=False)

    def settle(self, now: Seconds) -> None:
        """Take over the app versions of the runs that have succeeded, and forget what has ended."""
        ended = [run for run in self._runs if run.has_ended(now)]
        if not ended:
            return
        for run in ended:
            if run.succeeded(now):
                self.apps.update(run.script.apps)
        self._runs = [run for run in self._runs if not run.has_ended(now)]

    def join(self, run: Run, now: Seconds) -> None:
        """Put a new run behind those that wait."""
        self.settle(now)
        free = self._runs[-1].ends if self._runs else now
        self._runs.append(run)
        self._arrange([run], free, now)

    def set_state(self, state: str, now: Seconds) -> None:
        """Go online or offline: what has not begun waits for a device that is offline."""
        if state == self.state:
            return
        self.settle(now)
        self.state, self.online_since = state, now
        self.rearrange(now)

    def rearrange(self, now: Seconds) -> None:
        """Plan anew all that has not begun, after an abort or a change of state."""
        self.settle(now)
        begun = [run for run in self._runs if run.has_begun(now)]
        waiting = [run for run in self._runs if not run.has_begun(now)]
        self._arrange(waiting, begun[-1].ends if begun else now, now)

    def _arrange(self, runs: Iterable[Run], free: Seconds | None, now: Seconds) -> None:
        for run in runs:
            if self.state == OFFLINE or free is None:
                run.begins = free = None
            else:
                seen = max(run.created, self.online_since) + run.delay
                run.begins = max(seen, free, now)
                free = run.ends

    def shown(self) -> dict[str, Any]:
        """Return the device as plain data, the way in which it can be put into a fleet again."""
        return {
            "uuid": self.uuid,
            "name": self.name,
            "state": self.state,
            "tags": sorted(self.tags),
            "groups": sorted(self.groups),
            "apps": dict(self.apps),
        }
