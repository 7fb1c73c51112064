"""Inventory: what devices tell of themselves, and what is known of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import OK, Expected, Oracle
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.inventory import INVENTORY, TAGS

DEVICES = "v1/inventory/devices"
SITE = "site"


@dataclass(frozen=True, kw_only=True)
class OfKnownDevice(Step):
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
class Telling(OfKnownDevice):
    """A step in which attributes are written; the site's value is one of this sequence's own."""

    attributes: Mapping[str, str] = field(default_factory=dict)

    def told(self, side: Hands | Oracle) -> list[dict[str, str]]:
        """Return the attributes as they are sent."""
        return [
            {"name": name, "value": side.ground.site(value) if name == SITE else value}
            for name, value in self.attributes.items()
        ]


@dataclass(frozen=True, kw_only=True)
class _ByDevice(Telling):
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
