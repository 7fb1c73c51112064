"""Devices: all that the backend knows, by identity, by age and by status.

Reference, Management APIs / Device authentication; section 3 of the server facts. Who of them is
let in, `admission` decides.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.device import NOAUTH, STATUSES, AuthSet, Device, identity_key
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.index import Index, Page, cut


class DeviceWatcher(Protocol):
    """Somebody who wants to know what becomes of devices."""

    def device_changed(self, device: Device) -> None:
        """Hear of a device that has another status now."""

    def device_removed(self, device: Device) -> None:
        """Hear of a device that is gone."""


class Devices:
    """The devices of one World with their authentication sets."""

    _count: int
    _devices: dict[str, Device]
    _by_identity: dict[str, Device]
    _auth_sets: dict[str, AuthSet]
    _by_age: Index[int]
    _by_status: dict[str, Index[int | str]]

    def __init__(self, clock: Clock, ids: Ids, dialect: Dialect) -> None:
        """Begin with none."""
        self._clock = clock
        self._ids = ids
        self._dialect = dialect
        self._watchers: list[DeviceWatcher] = []
        self._count = 0
        self._devices = {}
        self._by_identity = {}
        self._auth_sets = {}
        self._by_age = Index()
        self._by_status = {status: Index() for status in STATUSES}

    def watch(self, watcher: DeviceWatcher) -> None:
        """Tell somebody of each device that gets another status or goes."""
        self._watchers.append(watcher)

    # What there is

    def __contains__(self, device_id: str) -> bool:
        """Say whether a device is known."""
        return device_id in self._devices

    def newest(self) -> Device | None:
        """Return the device that became known last and is still there."""
        name = next(reversed(self._by_age), None)
        return None if name is None else self._devices[name]

    def device(self, device_id: str) -> Device:
        """Return a device; raises NotFound."""
        try:
            return self._devices[device_id]
        except KeyError:
            message = f"no device '{device_id}'"
            raise NotFound(message) from None

    def with_identity(self, identity_data: dict[str, Any]) -> Device | None:
        """Return the device that has an identity."""
        return self._by_identity.get(identity_key(identity_data))

    def auth_set(self, device_id: str, auth_set_id: str) -> AuthSet:
        """Return an authentication set of a device; raises NotFound."""
        if not self._dialect.auth_sets_have_devices and auth_set_id in self._auth_sets:
            return self._auth_sets[auth_set_id]
        device = self.device(device_id)
        try:
            return device.auth_sets[auth_set_id]
        except KeyError:
            message = f"no authentication set '{auth_set_id}' of device '{device_id}'"
            raise NotFound(message) from None

    def any_auth_set(self, auth_set_id: str) -> AuthSet | None:
        """Return an authentication set, whichever device's it is."""
        return self._auth_sets.get(auth_set_id)

    def count(self, status: str | None = None) -> int:
        """Count the devices, or those of one status."""
        return len(self._by_age if status is None else self._by_status[status])

    def ids(self, status: str | None = None) -> Iterator[str]:
        """Go through the ids of the devices, oldest first, or of one status as they are listed."""
        return iter(self._by_age if status is None else self._by_status[status])

    @property
    def by_age(self) -> Index[int]:
        """All devices, oldest first."""
        return self._by_age

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Go through the devices, each with the number that it has by age."""
        return ((device.id, device.number) for device in self._devices.values())

    def number(self, device_id: str) -> int | None:
        """Return the number that a device has by age; None for one that is not known."""
        device = self._devices.get(device_id)
        return None if device is None else device.number

    def page(
        self, page: Page, *, statuses: Iterable[str] = (), ids: Iterable[str] = ()
    ) -> tuple[list[Device], bool]:
        """Return a page of the devices in the dialect's order, and whether there is another one.

        Empty `statuses` or `ids` stand for any; given both, a device has to fit both. A status that
        there is not has no devices.
        """
        by_age = self._dialect.devices_by_age
        wanted, chosen = set(statuses), set(ids)
        if chosen:
            fitting = (self._devices[i] for i in chosen if i in self._devices)
            found = sorted(
                (d for d in fitting if not wanted or d.status in wanted),
                key=lambda d: (d.number, "") if by_age else (0, f"{d.status} {d.id}"),
            )
            return page.of(found), len(found) > page.stop
        if by_age and not wanted:
            return [self._devices[i] for i in self._by_age.page(page)], len(
                self._by_age
            ) > page.stop
        parts = [self._by_status[s] for s in sorted(wanted or STATUSES) if s in self._by_status]
        if by_age and len(parts) > 1:
            numbered = [(self._devices[i].number, i) for part in parts for i in part]
            names = [name for _, name in sorted(numbered)]
            return [self._devices[i] for i in page.of(names)], len(names) > page.stop
        names = cut(parts, page)
        return [self._devices[i] for i in names], sum(map(len, parts)) > page.stop

    # How they come, change and go: admission's business alone

    def create(self, identity_data: dict[str, Any]) -> Device:
        """Write a device down that has no authentication set yet."""
        now = self._clock.now()
        self._count += 1
        device = Device(
            id=self._ids.uuid(),
            number=self._count,
            identity=identity_key(identity_data),
            identity_data=identity_data,
            created=now,
            updated=now,
        )
        self._devices[device.id] = self._by_identity[device.identity] = device
        self._by_age.add(device.number, device.id)
        self._by_status[device.status].add(self._place(device), device.id)
        return device

    def add_auth_set(self, device: Device, pubkey: str, status: str) -> None:
        """Give a device one more authentication set."""
        auth_set = AuthSet(
            id=self._ids.uuid(),
            device_id=device.id,
            identity_data=device.identity_data,
            pubkey=pubkey,
            status=status,
            created=self._clock.now(),
        )
        device.auth_sets[auth_set.id] = self._auth_sets[auth_set.id] = auth_set
        self.derive_status(device)

    def remove_auth_set(self, device: Device, auth_set_id: str) -> None:
        """Take an authentication set from a device, which stays."""
        del device.auth_sets[auth_set_id], self._auth_sets[auth_set_id]
        self.derive_status(device)

    def derive_status(self, device: Device) -> None:
        """Give a device the status that follows from those of its authentication sets."""
        held = {auth_set.status for auth_set in device.auth_sets.values()}
        status = next((s for s in STATUSES if s in held), NOAUTH)
        device.updated = self._clock.now()
        if status != device.status:
            self._by_status[device.status].discard(self._place(device), device.id)
            self._by_status[status].add(self._place(device), device.id)
            device.status = status
            for watcher in self._watchers:
                watcher.device_changed(device)

    def remove(self, device: Device) -> None:
        """Forget a device and its authentication sets."""
        for auth_set_id in device.auth_sets:
            del self._auth_sets[auth_set_id]
        del self._devices[device.id], self._by_identity[device.identity]
        self._by_age.discard(device.number, device.id)
        self._by_status[device.status].discard(self._place(device), device.id)
        for watcher in self._watchers:
            watcher.device_removed(device)

    def _place(self, device: Device) -> int | str:
        """Return what places a device among those of its status: its age, or its id."""
        return device.number if self._dialect.devices_by_age else device.id
