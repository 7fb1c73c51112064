"""Groups: users put devices into them, and take them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.inventory import OfKnownDevice, Shown
from otakit.contracts.acts.step import Step, step
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import NO_CONTENT, OK, Expected, Oracle
from otakit.mockserver.domain.errors import NotFound

GROUPS = "v1/inventory/groups"


@step("inventory-move", "putDeviceInGroup", "A device is in the group that it was put into last")
@dataclass(frozen=True, kw_only=True)
class Move(OfKnownDevice):
    """A user puts a device into a group."""

    group: str = "a"

    def send(self, hands: Hands) -> Exchange:
        """Put it there."""
        body = {"group": hands.ground.group(self.group)}
        return hands.management.put(f"{self.path(hands)}/group", json=body)

    def expect(self, oracle: Oracle) -> Expected:
        """Put it there."""
        oracle.groups.add(self.group)
        oracle.world.inventory.join(oracle.ground.group(self.group), [oracle.device(self.device)])
        return Expected(status=NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the group and the device."""
        del oracle
        return [Group(group=self.group), Shown(device=self.device)]


@step("inventory-leave", "removeDeviceFromGroup", "A device can be taken out of its group")
@dataclass(frozen=True, kw_only=True)
class Leave(OfKnownDevice):
    """A user takes a device out of a group."""

    group: str = "a"

    def send(self, hands: Hands) -> Exchange:
        """Take it out."""
        name = in_path(hands.ground.group(self.group))
        return hands.management.delete(f"{self.path(hands)}/group/{name}")

    def expect(self, oracle: Oracle) -> Expected:
        """Take it out, if it is in."""
        oracle.groups.add(self.group)
        name = oracle.ground.group(self.group)
        left = oracle.world.inventory.leave(name, [oracle.device(self.device)])
        return Expected(status=NO_CONTENT if left else 404)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the group and the device."""
        del oracle
        return [Group(group=self.group), Shown(device=self.device)]


@dataclass(frozen=True, kw_only=True)
class _OfDevices(Step):
    """A step about several devices and a group."""

    devices: tuple[int, ...]
    group: str = "a"

    def possible(self, oracle: Oracle) -> bool:
        """Need the devices."""
        return bool(self.devices) and all(oracle.knows(n) for n in self.devices)

    def path(self, hands: Hands) -> str:
        """Return where the group's devices are."""
        return f"{GROUPS}/{in_path(hands.ground.group(self.group))}/devices"

    def ids(self, side: Hands | Oracle) -> list[str]:
        """Return the devices' ids at a side."""
        return [side.id("device", number) for number in self.devices]

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the group."""
        del oracle
        return [Group(group=self.group)]


@step("inventory-gather", "addDevicesToGroup", "Several devices can be put into a group at once")
@dataclass(frozen=True, kw_only=True)
class Gather(_OfDevices):
    """A user puts devices into a group."""

    def send(self, hands: Hands) -> Exchange:
        """Put them there."""
        return hands.management.patch(self.path(hands), json=self.ids(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Put them there, and count them."""
        oracle.groups.add(self.group)
        name = oracle.ground.group(self.group)
        matched, updated = oracle.world.inventory.join(name, self.ids(oracle))
        return Expected(status=OK, body={"matched_count": matched, "updated_count": updated})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Take a count that is missing for 0."""
        del hands
        body = answer.json()
        return {name: body.get(name) or 0 for name in ("matched_count", "updated_count")}


@step("inventory-scatter", "removeDevicesFromGroup", "Several devices can leave a group at once")
@dataclass(frozen=True, kw_only=True)
class Scatter(_OfDevices):
    """A user takes devices out of a group."""

    def send(self, hands: Hands) -> Exchange:
        """Take them out."""
        return hands.management.request("DELETE", self.path(hands), json=self.ids(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Take out those that are in."""
        oracle.groups.add(self.group)
        oracle.world.inventory.leave(oracle.ground.group(self.group), self.ids(oracle))
        return Expected(status=OK)


@dataclass(frozen=True, kw_only=True)
class _OfGroup(Step):
    """A step about a group."""

    group: str

    def possible(self, oracle: Oracle) -> bool:
        """Need a group that was spoken of."""
        return self.group in oracle.groups


@step("inventory-dissolve", "deleteGroup", "A group is gone once its devices are taken out")
@dataclass(frozen=True, kw_only=True)
class Dissolve(_OfGroup):
    """A user takes all devices out of a group."""

    def send(self, hands: Hands) -> Exchange:
        """Take them out."""
        return hands.management.delete(f"{GROUPS}/{in_path(hands.ground.group(self.group))}")

    def expect(self, oracle: Oracle) -> Expected:
        """Take them out."""
        oracle.world.inventory.leave(oracle.ground.group(self.group))
        return Expected(status=OK)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the group."""
        del oracle
        return [Group(group=self.group)]


@step("inventory-group", "listGroupDevices", "A group has the devices that were put into it")
@dataclass(frozen=True, kw_only=True)
class Group(_OfGroup):
    """A user looks at a group."""

    def send(self, hands: Hands) -> Exchange:
        """List its devices."""
        name = in_path(hands.ground.group(self.group))
        return hands.management.get(f"{GROUPS}/{name}/devices", params={"per_page": 100})

    def expect(self, oracle: Oracle) -> Expected:
        """List its devices."""
        try:
            members = oracle.world.inventory.members(oracle.ground.group(self.group))
        except NotFound:
            return Expected(status=404)
        return Expected(status=OK, body={"devices": list(members)})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are."""
        return {"devices": hands.labels.labelled(answer.json())}


@step("inventory-groups", "listGroups", "There are the groups that have devices")
@dataclass(frozen=True, kw_only=True)
class Groups(Step):
    """A user lists the groups."""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        return hands.management.get(GROUPS)

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        return Expected(status=OK, body={"groups": oracle.world.inventory.groups()})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Leave out those of others."""
        return {"groups": [n for n in answer.json() if n.startswith(f"{hands.ground.prefix}-")]}
