"""Profiles: all that is known of each device, from every part of the World, and the search in it.

Section 9 of the server facts: identity and system attributes stand beside what devices and users
have written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.device import Device
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.filters import Predicate, matches
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.inventory import Attribute, Inventory, Record, system_attribute
from otakit.mockserver.domain.monitoring import Monitoring


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

    def values(self, device_id: str) -> dict[tuple[str, str], Any]:
        """Return a device's attribute values by scope and name, its id among its identity."""
        values = {(a.scope, a.name): a.value for a in self.attributes(device_id)}
        values["identity", "id"] = device_id
        return values

    def search(
        self,
        page: Page,
        *,
        predicates: Sequence[Predicate] = (),
        order: Sequence[Order] = (),
        also: Callable[[Mapping[tuple[str, str], Any]], bool | int] | None = None,
        ids: Iterable[str] | None = None,
    ) -> tuple[list[str], int]:
        """Return a page of the devices that meet all predicates, and how many do.

        `also` is one more test; where it tells numbers, the greatest come first. Otherwise they are
        in order of age where no `order` is given. Raises Invalid for a predicate of no use.
        """
        if not predicates and not order and also is None and ids is None:
            return self._devices.oldest(page), self._devices.count()
        fits = matches(predicates)
        chosen: Iterable[str] = self._devices.ids()
        if ids is not None:
            known = {i for i in ids if i in self._devices}
            chosen = sorted(known, key=lambda i: self._devices.device(i).number)
        ranked = [
            (rank, name, values)
            for name in chosen
            if fits(values := self.values(name)) and (rank := also(values) if also else 1)
        ]
        found = [(n, v) for _, n, v in sorted(ranked, key=lambda entry: -entry[0])]
        for rule in reversed(order):
            key = (rule.scope, rule.attribute)
            have = [entry for entry in found if key in entry[1]]
            lack = [entry for entry in found if key not in entry[1]]
            have.sort(key=lambda entry: _rank(entry[1][key]), reverse=rule.descending)
            found = have + lack
        return [name for name, _ in page.of(found)], len(found)


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
