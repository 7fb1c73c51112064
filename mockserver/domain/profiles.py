"""Profiles: all that is known of each device, from every part of the World, and the search in it.

Section 9 of the server facts: identity and system attributes stand beside what devices and users
have written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from otakit.mockserver.domain.device import Device
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.filters import MISSING, Predicate
from otakit.mockserver.domain.index import Index, Page
from otakit.mockserver.domain.inventory import (
    MAX_ATTRIBUTES,
    Attribute,
    Inventory,
    Key,
    Record,
    system_attribute,
)
from otakit.mockserver.domain.lookups import GROUP, Lookups
from otakit.mockserver.domain.monitoring import Monitoring

_OWN = ("id", "status")
"""What the server says of a device's identity; what the device itself calls so is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Sort devices by an attribute; devices without it come last."""

    scope: str
    attribute: str
    descending: bool = False


class Profiles:
    """The devices of one World as their users look for them."""

    def __init__(self, devices: Devices, inventory: Inventory, monitoring: Monitoring) -> None:
        """Look at these parts of the World."""
        self._devices = devices
        self._inventory = inventory
        self._monitoring = monitoring
        self._lookups = Lookups(devices.numbers, devices.number, self.value)
        devices.watch(self)
        inventory.watch(self._lookups.note)

    def device_changed(self, device: Device) -> None:
        """Hear of a device that has another status now."""
        self._lookups.note(device.id)

    def device_removed(self, device: Device) -> None:
        """Hear of a device that is gone."""
        self._lookups.note(device.id)

    def attributes(self, device_id: str) -> list[Attribute]:
        """Return all that is known of a device: identity, system, monitor, and what was written.

        Raises NotFound.
        """
        device = self._devices.device(device_id)
        record = self._inventory.record(device_id)
        return [
            *_identity_attributes(device),
            *_system_attributes(device, record),
            *(
                Attribute(name=name, scope="monitor", value=value)
                for name, value in self._monitoring.attributes(device_id)
            ),
            *record.attributes.values(),
        ]

    def values(self, device_id: str) -> dict[Key, Any]:
        """Return a device's attribute values by scope and name, its id among its identity."""
        values = {(a.scope, a.name): a.value for a in self.attributes(device_id)}
        values["identity", "id"] = device_id
        return values

    def value(self, device_id: str, key: Key) -> Any:
        """Return the value of one attribute of a device, or MISSING: as in `values`, but quicker.

        Raises NotFound.
        """
        scope, name = key
        record = self._inventory.record(device_id)
        if scope in MAX_ATTRIBUTES:
            attribute = record.attributes.get(key)
            return MISSING if attribute is None else attribute.value
        device = self._devices.device(device_id)
        if scope == "identity":
            if name in _OWN:
                return device.id if name == "id" else device.status
            known = device.identity_data
            return _plain(known[name]) if name in known else MISSING
        if key == GROUP:
            return MISSING if record.group is None else record.group
        return self.values(device_id).get(key, MISSING)

    def test(self, predicates: Sequence[Predicate]) -> Callable[[str], bool]:
        """Return the test of a device, by its id, whether it meets all predicates.

        Raises Invalid for a predicate of no use.
        """
        tests = [((p.scope, p.attribute), p.test()) for p in predicates]
        return lambda device_id: all(test(self.value(device_id, key)) for key, test in tests)

    def search(
        self,
        page: Page,
        *,
        predicates: Sequence[Predicate] = (),
        order: Sequence[Order] = (),
        also: Callable[[Mapping[Key, Any]], bool | int] | None = None,
        ids: Iterable[str] | None = None,
    ) -> tuple[list[str], int]:
        """Return a page of the devices that meet all predicates, and how many do.

        `also` is one more test; where it tells numbers, the greatest come first. Otherwise they are
        in order of age where no `order` is given. Raises Invalid for a predicate of no use.
        """
        fits = self.test(predicates)
        if ids is not None:
            found = self._by_age(ids)
        else:
            near, is_exact = self._near(predicates)
            if is_exact and len(near) == 1 and not order and also is None:
                return near[0].page(page), len(near[0])
            found = list(near[0]) if len(near) == 1 else self._by_age(chain.from_iterable(near))
        found = [name for name in found if fits(name)]
        if also is not None:
            ranked = [(also(self.values(name)), name) for name in found]
            ranked.sort(key=lambda entry: -entry[0])
            found = [name for rank, name in ranked if rank]
        for rule in reversed(order):
            held = [(self.value(name, (rule.scope, rule.attribute)), name) for name in found]
            have = [entry for entry in held if entry[0] is not MISSING]
            have.sort(key=lambda entry: _rank(entry[0]), reverse=rule.descending)
            found = [name for _, name in have] + [n for value, n in held if value is MISSING]
        return page.of(found), len(found)

    def _near(self, predicates: Sequence[Predicate]) -> tuple[list[Index[int]], bool]:
        """Return the fewest devices known to have among them all that meet the predicates.

        And whether there are no others among them.
        """
        looked_up = (self._lookups.narrowed(predicate) for predicate in predicates)
        narrowed = [indexes for indexes in looked_up if indexes is not None]
        fewest = min(narrowed, key=lambda i: sum(map(len, i)), default=[self._devices.by_age])
        return fewest, len(narrowed) == len(predicates) <= 1

    def _by_age(self, ids: Iterable[str]) -> list[str]:
        known = {i for i in ids if i in self._devices}
        return sorted(known, key=lambda i: self._devices.device(i).number)


def _rank(value: Any) -> tuple[int, Any]:
    """Return a key that sorts numbers before texts and lists by their first element."""
    first = (value[0] if value else "") if isinstance(value, list) else value
    return (0, first) if isinstance(first, (int, float)) else (1, str(first))


def _plain(value: Any) -> Any:
    """Return what inventory can show of an identity's value: texts, numbers, lists of one kind."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, list)):
        return json.dumps(value)
    if isinstance(value, list) and not all(isinstance(element, str) for element in value):
        return json.dumps(value)
    return value


def _identity_attributes(device: Device) -> list[Attribute]:
    known = {k: v for k, v in device.identity_data.items() if k != "status"}
    return [
        Attribute(name=name, scope="identity", value=_plain(value))
        for name, value in {**known, "status": device.status}.items()
    ]


def _system_attributes(device: Device, record: Record) -> list[Attribute]:
    known = {
        "created_ts": device.created,
        "updated_ts": max(device.updated, record.updated),
        "group": record.group,
        "check_in_time": device.checked_in,
    }
    return [system_attribute(name, value) for name, value in known.items() if value is not None]
