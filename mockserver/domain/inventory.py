"""Inventory: what is known of each device, in scopes, and the groups of devices.

Reference, Device APIs / Device inventory; section 9 of the server facts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from otakit.mockserver.domain.clock import Clock, Seconds, rfc3339
from otakit.mockserver.domain.errors import Invalid, NotFound, PreconditionFailed
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.index import Index
from otakit.mockserver.domain.values import value

INVENTORY = "inventory"
TAGS = "tags"
SCOPES = ("system", "identity", INVENTORY, "monitor", TAGS)
SHARED, SHORT = 1 << 13, 100
"""Attributes that are remembered for other devices that tell them, and how long they may be."""

MAX_ATTRIBUTES = {INVENTORY: 100, TAGS: 20}


Key = tuple[str, str]
"""An attribute's scope and name."""


@value
class Attribute:
    """One named value of a device; the value is a text, a number, or a list of either."""

    name: str
    scope: str
    value: Any
    description: str | None = None
    timestamp: Seconds | None = None


@dataclass(slots=True, kw_only=True)
class Record:
    """What inventory itself keeps of one device; identity and status are the device's."""

    device_id: str
    attributes: dict[Key, Attribute] = field(default_factory=dict)
    group: str | None = None
    etag: str | None = None
    updated: Seconds = 0.0


class Inventory:
    """The inventory of one World."""

    _records: dict[str, Record]
    _groups: dict[str, Index[str]]

    def __init__(self, clock: Clock, ids: Ids) -> None:
        """Begin empty."""
        self._clock = clock
        self._ids = ids
        self._watchers: list[Callable[[str], None]] = []
        self._records = {}
        self._groups = {}

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Tell somebody of each device that has other attributes, or another group."""
        self._watchers.append(watcher)

    def add(self, device_id: str) -> None:
        """Begin a record for a device that has just become known."""
        self._records[device_id] = Record(device_id=device_id, updated=self._clock.now())

    def remove(self, device_id: str) -> None:
        """Forget a device."""
        record = self._records.pop(device_id, None)
        if record is not None:
            self._leave(record)
            self._drop_empty_groups()

    def __contains__(self, device_id: str) -> bool:
        """Say whether there is a record of a device."""
        return device_id in self._records

    def record(self, device_id: str) -> Record:
        """Return a device's record; raises NotFound."""
        try:
            return self._records[device_id]
        except KeyError:
            message = f"no device '{device_id}'"
            raise NotFound(message) from None

    def assign(
        self, device_id: str, scope: str, attributes: Iterable[Mapping[str, Any]], *, replace: bool
    ) -> None:
        """Write attributes of one scope: merge them by name, or `replace` all of that scope.

        Raises NotFound, or Invalid above the scope's number of attributes.
        """
        record = self.record(device_id)
        now = self._clock.now()
        stamp = now if scope == TAGS else None
        held = record.attributes
        given = dict([_kept(scope, told, stamp) for told in attributes])
        others = {key: old for key, old in held.items() if key[0] != scope}
        if replace:
            kept = given
        else:
            kept = {key: old for key, old in held.items() if key[0] == scope} | given
        if len(kept) > MAX_ATTRIBUTES[scope]:
            message = f"a device has at most {MAX_ATTRIBUTES[scope]} attributes in scope '{scope}'"
            raise Invalid(message)
        record.attributes = others | kept if others else kept
        record.updated = now
        self._tell(device_id)

    def tag(
        self,
        device_id: str,
        tags: Iterable[Mapping[str, Any]],
        *,
        replace: bool,
        if_match: str | None,
    ) -> None:
        """Write tags and give them a new entity tag.

        Raises PreconditionFailed where `if_match` is given and is not the current entity tag.
        """
        record = self.record(device_id)
        if if_match is not None and if_match.strip('"') != record.etag:
            message = f"ETag does not match: '{if_match}' is not the current one"
            raise PreconditionFailed(message)
        self.assign(device_id, TAGS, tags, replace=replace)
        record.etag = self._ids.uuid()

    # Groups: a device is in at most one, and a group exists while a device is in it

    def groups(self) -> list[str]:
        """Return the names of the groups, sorted."""
        return sorted(self._groups)

    def members(self, group: str) -> Index[str]:
        """Return the devices of a group, by id; raises NotFound."""
        try:
            return self._groups[group]
        except KeyError:
            message = f"no group '{group}'"
            raise NotFound(message) from None

    def join(self, group: str, device_ids: Iterable[str]) -> tuple[int, int]:
        """Put devices into a group, out of any other; return how many are known and moved."""
        known = [self._records[i] for i in dict.fromkeys(device_ids) if i in self._records]
        moved = [record for record in known if record.group != group]
        for record in moved:
            self._leave(record)
            record.group = group
            self._groups.setdefault(group, Index()).add(record.device_id, record.device_id)
            self._tell(record.device_id)
        self._drop_empty_groups()
        return len(known), len(moved)

    def leave(self, group: str, device_ids: Iterable[str] | None = None) -> int:
        """Take devices (None: all) out of a group; return how many were in it."""
        index = self._groups.get(group)
        if index is None:
            return 0
        chosen = list(index) if device_ids is None else dict.fromkeys(device_ids)
        mine = [r for i in chosen if (r := self._records.get(i)) and r.group == group]
        for record in mine:
            self._leave(record)
        self._drop_empty_groups()
        return len(mine)

    def _leave(self, record: Record) -> None:
        if record.group is not None:
            self._groups[record.group].discard(record.device_id, record.device_id)
            record.group = None
            self._tell(record.device_id)

    def _tell(self, device_id: str) -> None:
        for tell in self._watchers:
            tell(device_id)

    def _drop_empty_groups(self) -> None:
        for name in [name for name, members in self._groups.items() if not len(members)]:
            del self._groups[name]


def _kept(scope: str, told: Mapping[str, Any], stamp: Seconds | None) -> tuple[Key, Attribute]:
    """Return an attribute as it is kept, under its key.

    Of a fleet most say the same, again and again: what is short is the same object for all.
    """
    name, value, description = told["name"], told["value"], told.get("description")
    key = _key(scope, name) if len(name) <= SHORT else (scope, name)
    if stamp is None and description is None and type(value) is str and len(value) <= SHORT:
        return key, _shared(key, value)
    return key, Attribute(
        name=key[1], scope=scope, value=value, description=description, timestamp=stamp
    )


@lru_cache(SHARED)
def _key(scope: str, name: str) -> Key:
    return scope, name


@lru_cache(SHARED)
def _shared(key: Key, value: str) -> Attribute:
    scope, name = key
    return Attribute(name=name, scope=scope, value=value)


def system_attribute(name: str, value: Any) -> Attribute:
    """Make an attribute that the server itself knows; moments are written as RFC 3339."""
    shown = rfc3339(value) if isinstance(value, float) else value
    return Attribute(name=name, scope="system", value=shown)
