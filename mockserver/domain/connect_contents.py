"""What is in a fleet of JFrog Connect: devices, update flows, and the names of apps and groups.

In Connect it is made in the web UI and by the devices' agents; here the control API puts it in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.connect_device import ConnectDevice, DevicePlan
from otakit.mockserver.domain.connect_flow import Flow, FlowPlan
from otakit.mockserver.domain.errors import Conflict, Invalid, Unprocessable
from otakit.mockserver.domain.ids import Ids

MAX_DEVICES = 100_000
MAX_FLOWS = 1_000
MAX_NAMES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """A whole fleet as it is put in place of another."""

    devices: Sequence[DevicePlan] = ()
    flows: Sequence[FlowPlan] = ()
    apps: Sequence[str] = ()
    groups: Sequence[str] = ()


@dataclass(slots=True)
class Contents:
    """The things themselves, by UUID or name.

    Apps and groups also come into being with the devices that name them.
    """

    devices: dict[str, ConnectDevice] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    apps: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: FleetPlan, ids: Ids, now: Seconds) -> "Contents":
        """Make all that a plan has; raises as `add_device` and `add_flow` do."""
        made = cls()
        made.learn_names(plan.apps, plan.groups)
        for number, device in enumerate(plan.devices):
            with_place(f"devices/{number}", made.add_device, device, ids, now)
        for number, flow in enumerate(plan.flows):
            with_place(f"flows/{number}", made.add_flow, flow, ids)
        return made

    def add_device(self, plan: DevicePlan, ids: Ids, now: Seconds) -> ConnectDevice:
        """Add a device; raises Conflict for a UUID in use, Unprocessable for one too many."""
        uuid = plan.uuid or new_uuid("d", self.devices, ids)
        _must_be_new("device", uuid, self.devices, MAX_DEVICES)
        self.learn_names(plan.apps, plan.groups)
        device = ConnectDevice(
            uuid=uuid,
            name=plan.name,
            state=plan.state,
            tags=frozenset(plan.tags),
            groups=frozenset(plan.groups),
            apps=dict(plan.apps),
            online_since=now,
        )
        self.devices[uuid] = device
        return device

    def add_flow(self, plan: FlowPlan, ids: Ids) -> Flow:
        """Add an update flow; raises as `add_device` does, and Invalid for one that cannot run."""
        plan.check()
        for number, step in enumerate(plan.steps):
            listed = step.fails.devices if step.fails else frozenset[str]()
            for unknown in sorted(listed - self.devices.keys()):
                message = f"steps/{number}/fails/devices: no device '{unknown}' in this fleet"
                raise Invalid(message)
        uuid = plan.uuid or new_uuid("f", self.flows, ids)
        _must_be_new("flow", uuid, self.flows, MAX_FLOWS)
        flow = self.flows[uuid] = Flow(uuid=uuid, plan=plan)
        return flow

    def learn_names(self, apps: Iterable[str], groups: Iterable[str]) -> None:
        """Know these apps and groups; raises Unprocessable where they are too many."""
        for kind, known, named in (("app", self.apps, apps), ("group", self.groups, groups)):
            new = dict.fromkeys(name for name in named if name not in known)
            if len(known) + len(new) > MAX_NAMES:
                message = f"a fleet has at most {MAX_NAMES} {kind}s here"
                raise Unprocessable(message)
            known.update(new)

    def settle(self, now: Seconds) -> None:
        """Take over what the devices' runs have changed by now."""
        for device in self.devices.values():
            device.settle(now)

    def shown(self) -> dict[str, Any]:
        """Return all as plain data, the way in which it can be put in place again."""
        return {
            "devices": [device.shown() for device in self.devices.values()],
            "flows": [flow.shown() for flow in self.flows.values()],
            "apps": list(self.apps),
            "groups": list(self.groups),
        }


def new_uuid(kind: str, taken: Mapping[str, object], ids: Ids) -> str:
    """Draw an id in Connect's form: `d-4cfe-4e51`."""
    while True:
        digits = ids.secret(4).hex()
        uuid = f"{kind}-{digits[:4]}-{digits[4:]}"
        if uuid not in taken:
            return uuid


def with_place(place: str, add: Callable[..., object], *plan: object) -> None:
    """Add something; an error begins with the place in which it stands."""
    try:
        add(*plan)
    except (Conflict, Invalid, Unprocessable) as error:
        message = f"{place}: {error.message}"
        raise type(error)(message) from None


def _must_be_new(kind: str, uuid: str, known: Mapping[str, object], limit: int) -> None:
    if uuid in known:
        message = f"a {kind} '{uuid}' is in the fleet already"
        raise Conflict(message)
    if len(known) >= limit:
        message = f"a fleet has at most {limit} {kind}s here"
        raise Unprocessable(message)
