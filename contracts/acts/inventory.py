"""Inventory: what devices tell of themselves, how users tag them, and groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import NO_CONTENT, OK, Expected, Oracle
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.inventory import INVENTORY, TAGS

DEVICES = "v1/inventory/devices"
GROUPS = "v1/inventory/groups"
SITE = "site"


@dataclass(frozen=True, kw_only=True)
class _OfKnownDevice(Step):
    """A step about a device that is known."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need the device."""
        return oracle.knows(self.device)

    def path(self, hands: Hands) -> str:
        """Return where the device is."""
        return f"{DEVICES}/{in_path(hands.id('device', self.device))}"

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the device."""
        del oracle
        return [Shown(device=self.device)]


@dataclass(frozen=True, kw_only=True)
class _Telling(_OfKnownDevice):
    """A step in which attributes are written; the site's value is one of this sequence's own."""

    attributes: Mapping[str, str] = field(default_factory=dict)

    def told(self, side: Hands | Oracle) -> list[dict[str, str]]:
        """Return the attributes as they are sent."""
        return [
            {"name": name, "value": side.ground.site(value) if name == SITE else value}
            for name, value in self.attributes.items()
        ]


@dataclass(frozen=True, kw_only=True)
class _ByDevice(_Telling):
    """A device tells attributes."""

    def possible(self, oracle: Oracle) -> bool:
        """Need a device with a token, good or not."""
        return self.device in oracle.tokens

    def _expected(self, oracle: Oracle, *, replace: bool) -> Expected:
        def tell() -> None:
            told = self.told(oracle)
            device = oracle.bearer(self.device)
            oracle.world.inventory.assign(device, INVENTORY, told, replace=replace)

        return oracle.answer(tell, OK)


@step("inventory-tell", "assignInventory", "What a device tells is added to its inventory")
@dataclass(frozen=True, kw_only=True)
class Tell(_ByDevice):
    """A device adds to its attributes."""

    def send(self, hands: Hands) -> Exchange:
        """Tell them."""
        device, told = hands.device(self.device), self.told(hands)
        return device.request("PATCH", "v1/inventory/device/attributes", json=told)

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down."""
        return self._expected(oracle, replace=False)


@step("inventory-replace", "replaceInventory", "What a device tells can replace its inventory")
@dataclass(frozen=True, kw_only=True)
class Replace(_ByDevice):
    """A device tells all its attributes anew."""

    def send(self, hands: Hands) -> Exchange:
        """Tell them."""
        device, told = hands.device(self.device), self.told(hands)
        return device.request("PUT", "v1/inventory/device/attributes", json=told)

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down in place of earlier ones."""
        return self._expected(oracle, replace=True)


@dataclass(frozen=True, kw_only=True)
class _ByUser(_Telling):
    """A user writes tags."""

    def _expected(self, oracle: Oracle, *, replace: bool) -> Expected:
        device, told = oracle.device(self.device), self.told(oracle)
        tag = oracle.world.inventory.tag
        return oracle.answer(lambda: tag(device, told, replace=replace, if_match=None), OK)


@step("inventory-tag", "assignTags", "Tags are added to those that a device has")
@dataclass(frozen=True, kw_only=True)
class Tag(_ByUser):
    """A user adds to a device's tags."""

    def send(self, hands: Hands) -> Exchange:
        """Write them."""
        return hands.management.patch(f"{self.path(hands)}/tags", json=self.told(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down."""
        return self._expected(oracle, replace=False)


@step("inventory-retag", "replaceTags", "Tags can be replaced, all at once")
@dataclass(frozen=True, kw_only=True)
class Retag(_ByUser):
    """A user replaces a device's tags."""

    def send(self, hands: Hands) -> Exchange:
        """Write them."""
        return hands.management.put(f"{self.path(hands)}/tags", json=self.told(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Write them down in place of earlier ones."""
        return self._expected(oracle, replace=True)


@step("inventory-move", "putDeviceInGroup", "A device is in the group that it was put into last")
@dataclass(frozen=True, kw_only=True)
class Move(_OfKnownDevice):
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
class Leave(_OfKnownDevice):
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


@step("inventory-shown", "getInventory", "Inventory has what devices and users have written")
@dataclass(frozen=True, kw_only=True)
class Shown(Step):
    """A user looks at all that is known of a device."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need a device that was known once."""
        return oracle.has("device", self.device)

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        path = f"{DEVICES}/{in_path(hands.id('device', self.device))}"
        return hands.management.get(path)

    def expect(self, oracle: Oracle) -> Expected:
        """Show what is written, the device's status and its group."""
        if not oracle.knows(self.device):
            return Expected(status=404)
        known = oracle.world.profiles.attributes(oracle.device(self.device))
        told = [{"scope": a.scope, "name": a.name, "value": a.value} for a in known]
        return Expected(status=OK, body=_by_scope(told))

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read the attributes by scope."""
        body = answer.json()
        return {"device": hands.labels.labelled(body["id"]), **_by_scope(body["attributes"])}


def _by_scope(attributes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Sort attributes by scope; what the server adds of its own is left out."""
    found: dict[str, dict[str, Any]] = {"identity": {}, INVENTORY: {}, TAGS: {}}
    group = None
    for attribute in attributes:
        scope, name = attribute["scope"], attribute["name"]
        if scope in found:
            found[scope][name] = attribute["value"]
        elif (scope, name) == ("system", "group"):
            group = attribute["value"]
    names = {f"names in {scope}": sorted(found[scope]) for scope in (INVENTORY, TAGS)}
    return {**found, **names, "group": group}


@step("inventory-search", "searchInventories", "Devices are found by what they tell")
@dataclass(frozen=True, kw_only=True)
class Search(Step):
    """A user searches for the devices of a site."""

    site: str = "north"

    def send(self, hands: Hands) -> Exchange:
        """Search."""
        term = {"scope": INVENTORY, "attribute": SITE, "type": "$eq"}
        term["value"] = hands.ground.site(self.site)
        body = {"page": 1, "per_page": 100, "filters": [term]}
        return hands.management.post("v2/inventory/filters/search", json=body)

    def expect(self, oracle: Oracle) -> Expected:
        """Search."""
        term = Predicate(
            scope=INVENTORY, attribute=SITE, type="$eq", value=oracle.ground.site(self.site)
        )
        found, _ = oracle.world.profiles.search(Page(size=100), predicates=[term])
        return Expected(status=OK, body={"devices": found})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are."""
        return {"devices": [hands.labels.labelled(device["id"]) for device in answer.json()]}
