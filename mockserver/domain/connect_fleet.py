"""A fleet of JFrog Connect: what is in it, and the deployments to it.

JFrog Connect, Deployments; a fleet was called a project before.
"""

from collections.abc import Collection
from typing import Any

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.connect_contents import Contents, FleetPlan
from otakit.mockserver.domain.connect_deployments import ConnectDeployments
from otakit.mockserver.domain.connect_device import ConnectDevice, DevicePlan
from otakit.mockserver.domain.connect_flow import Flow, FlowPlan
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.ids import Ids


class ConnectFleet:
    """One fleet; a new one is empty."""

    _seed: int
    contents: Contents

    def __init__(self, clock: Clock, seed: int) -> None:
        """Begin empty; ids depend on the seed and on what follows here, not on the World's rest."""
        self._clock = clock
        self._seed = seed
        self._ids = Ids(seed, "connect fleet")
        self._put(Contents())

    def _put(self, contents: Contents) -> None:
        self.contents = contents
        self.deployments = ConnectDeployments(contents, self._clock, self._ids, self._seed)

    def replace(self, plan: FleetPlan) -> None:
        """Begin anew with this fleet: deployments are dropped, too.

        Raises as `Contents.of` does; then the fleet is what it was.
        """
        self._put(Contents.of(plan, self._ids, self._clock.now()))

    def shown(self) -> dict[str, Any]:
        """Return what is in the fleet now as plain data, which could be put in place again."""
        self.contents.settle(self._clock.now())
        return self.contents.shown()

    def add_device(self, plan: DevicePlan) -> ConnectDevice:
        """Add a device, which earlier deployments do not mean; raises Conflict, Unprocessable."""
        return self.contents.add_device(plan, self._ids, self._clock.now())

    def add_flow(self, plan: FlowPlan) -> Flow:
        """Add an update flow; raises Conflict, Invalid, Unprocessable."""
        return self.contents.add_flow(plan, self._ids)

    def device(self, uuid: str) -> ConnectDevice:
        """Return a device as it is now; raises NotFound."""
        device = self.contents.devices.get(uuid)
        if device is None:
            message = f"no device '{uuid}' in this fleet"
            raise NotFound(message)
        device.settle(self._clock.now())
        return device

    def change_device(  # noqa: PLR0913 - all that can be changed of a device
        self,
        uuid: str,
        *,
        name: str | None = None,
        state: str | None = None,
        tags: Collection[str] | None = None,
        groups: Collection[str] | None = None,
        apps: dict[str, str] | None = None,
    ) -> ConnectDevice:
        """Change what is given of a device; raises NotFound, Unprocessable.

        One that goes online sees the deployments that wait for it; one that goes offline ends what
        it has begun.
        """
        device = self.device(uuid)
        self.contents.learn_names(apps or (), groups or ())
        device.name = device.name if name is None else name
        device.tags = device.tags if tags is None else frozenset(tags)
        device.groups = device.groups if groups is None else frozenset(groups)
        device.apps = device.apps if apps is None else dict(apps)
        if state is not None:
            device.set_state(state, self._clock.now())
        return device
