"""Admission: which devices the backend knows, and which it lets in.

Reference, Device APIs / Device authentication and Management APIs / Device authentication; where
they are silent, section 3 of the server facts.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.device import (
    ACCEPTED,
    NOAUTH,
    PENDING,
    PREAUTHORIZED,
    REJECTED,
    STATUSES,
    AuthSet,
    Device,
    identity_key,
)
from otakit.mockserver.domain.dialect import DOCUMENTED, Dialect
from otakit.mockserver.domain.errors import (
    AtLimit,
    DeviceExists,
    Invalid,
    Mismatch,
    NotFound,
    Unauthorized,
    Unprocessable,
)
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.index import Index, Page, cut
from otakit.mockserver.domain.tokens import TokenRecord, Tokens

DEVICE_TOKEN_LIFETIME: Seconds = 7 * 24 * 3600
UNLIMITED = -1

_TRANSITIONS = {
    (PENDING, ACCEPTED),
    (PENDING, REJECTED),
    (ACCEPTED, REJECTED),
    (ACCEPTED, PENDING),
    (REJECTED, ACCEPTED),
    (REJECTED, PENDING),
}
_DENIED = "dev auth: unauthorized"


class DeviceWatcher(Protocol):
    """Somebody who wants to know what becomes of devices."""

    def device_changed(self, device: Device) -> None:
        """Hear of a device that has another status now."""

    def device_removed(self, device: Device) -> None:
        """Hear of a device that is gone."""


class Admission:
    """The devices of one World with their authentication sets and tokens."""

    def __init__(self, clock: Clock, ids: Ids, dialect: Dialect = DOCUMENTED) -> None:
        """Begin without devices and without a limit."""
        self._dialect = dialect
        self.limit = UNLIMITED
        self.tokens = Tokens(clock)
        self._watchers: list[DeviceWatcher] = []
        self._clock = clock
        self._ids = ids
        self._count = 0
        self._devices: dict[str, Device] = {}
        self._by_identity: dict[str, Device] = {}
        self._auth_sets: dict[str, AuthSet] = {}
        self._by_age: Index[int] = Index()
        self._by_status: dict[str, Index[int | str]] = {status: Index() for status in STATUSES}

    def watch(self, watcher: DeviceWatcher) -> None:
        """Tell somebody of each device that gets another status or goes."""
        self._watchers.append(watcher)

    # What a device asks

    def authenticate(self, identity_data: dict[str, Any], pubkey: str) -> TokenRecord:
        """Answer an authentication request whose signature has been verified.

        An unknown identity, or a known one with a new key, is written down as pending.
        Raises Unauthorized until the pair is accepted.
        """
        device = self._by_identity.get(identity_key(identity_data))
        if device is None:
            device = self._create(identity_data)
        auth_set = next((a for a in device.auth_sets.values() if a.pubkey == pubkey), None)
        if auth_set is None:
            self._add_auth_set(device, pubkey, PENDING)
            raise Unauthorized(_DENIED)
        if auth_set.status == PREAUTHORIZED:
            self._admit(device, auth_set)
        if auth_set.status != ACCEPTED:
            raise Unauthorized(_DENIED)
        device.checked_in = self._clock.now()
        return self.tokens.issue(auth_set.id, device.id, DEVICE_TOKEN_LIFETIME)

    def check_in(self, jti: str) -> Device | None:
        """Return the device that may act with this token now, and note that it was seen."""
        device = self.bearer(jti)
        if device is not None:
            device.checked_in = self._clock.now()
        return device

    def bearer(self, jti: str) -> Device | None:
        """Return the device that may act with this token now."""
        record = self.tokens.living(jti)
        auth_set = self._auth_sets.get(jti)
        if record is None or auth_set is None or auth_set.status != ACCEPTED:
            return None
        return self._devices[auth_set.device_id]

    # What a user asks

    def preauthorize(self, identity_data: dict[str, Any], pubkey: str) -> Device:
        """Announce a device, to be accepted at its first request; raises DeviceExists."""
        known = self._by_identity.get(identity_key(identity_data))
        if known is not None:
            raise DeviceExists(known)
        device = self._create(identity_data)
        self._add_auth_set(device, pubkey, PREAUTHORIZED)
        return device

    def set_status(self, device_id: str, auth_set_id: str, status: str) -> None:
        """Accept, reject or dismiss (back to pending) an authentication set.

        Accepting one rejects the device's other accepted set. Raises NotFound, Invalid for a
        transition that the reference does not list, Unprocessable at the limit of devices.
        """
        auth_set = self.auth_set(device_id, auth_set_id)
        if auth_set.device_id != device_id:
            raise Mismatch(device_id, auth_set_id)
        if auth_set.status == status:
            return
        if (auth_set.status, status) not in _TRANSITIONS:
            message = f"an authentication set cannot go from '{auth_set.status}' to '{status}'"
            raise Invalid(message)
        device = self._devices[device_id]
        if status == ACCEPTED:
            if device.status != ACCEPTED:
                self._check_limit()
            for other in device.auth_sets.values():
                if other.status == ACCEPTED:
                    other.status = REJECTED
        elif auth_set.status == ACCEPTED:
            self.tokens.revoke_all(device_id)
        auth_set.status = status
        self._derive_status(device)

    def delete_auth_set(self, device_id: str, auth_set_id: str) -> str | None:
        """Remove an authentication set; return the id of its device where that went with it.

        A device goes with its last set if that was preauthorized (reference, Reject
        authentication), else it stays without authentication. Raises NotFound.
        """
        auth_set = self.auth_set(device_id, auth_set_id)
        device = self._devices[auth_set.device_id]
        if auth_set.status == ACCEPTED:
            self.tokens.revoke_all(device.id)
        if auth_set.status == PREAUTHORIZED and len(device.auth_sets) == 1:
            self.remove(device.id)
            return device.id
        del device.auth_sets[auth_set_id], self._auth_sets[auth_set_id]
        self._derive_status(device)
        return None

    def remove(self, device_id: str) -> None:
        """Forget a device, its authentication sets and its tokens; raises NotFound."""
        device = self.device(device_id)
        self.tokens.revoke_all(device_id)
        for auth_set_id in device.auth_sets:
            del self._auth_sets[auth_set_id]
        del self._devices[device_id], self._by_identity[device.identity]
        self._by_age.discard(device.number, device_id)
        self._by_status[device.status].discard(self._place(device), device_id)
        for watcher in self._watchers:
            watcher.device_removed(device)

    def revoke_token(self, jti: str) -> str:
        """Revoke one device token and return its device's id; raises NotFound."""
        record = self.tokens.revoke(jti)
        if record is None:
            message = f"no token '{jti}'"
            raise NotFound(message)
        return record.subject

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

    def count(self, status: str | None = None) -> int:
        """Count the devices, or those of one status."""
        return len(self._by_age if status is None else self._by_status[status])

    def ids(self, status: str | None = None) -> Iterator[str]:
        """Go through the ids of the devices, oldest first, or of one status as they are listed."""
        return iter(self._by_age if status is None else self._by_status[status])

    def oldest(self, page: Page) -> list[str]:
        """Return the ids of a page of the devices, oldest first."""
        return self._by_age.page(page)

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
            return [self._devices[i] for i in self.oldest(page)], len(self._by_age) > page.stop
        parts = [self._by_status[s] for s in sorted(wanted or STATUSES) if s in self._by_status]
        if by_age and len(parts) > 1:
            numbered = [(self._devices[i].number, i) for part in parts for i in part]
            names = [name for _, name in sorted(numbered)]
            return [self._devices[i] for i in page.of(names)], len(names) > page.stop
        names = cut(parts, page)
        return [self._devices[i] for i in names], sum(map(len, parts)) > page.stop

    # How it is kept

    def _create(self, identity_data: dict[str, Any]) -> Device:
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

    def _place(self, device: Device) -> int | str:
        """Return what places a device among those of its status: its age, or its id."""
        return device.number if self._dialect.devices_by_age else device.id

    def _add_auth_set(self, device: Device, pubkey: str, status: str) -> None:
        auth_set = AuthSet(
            id=self._ids.uuid(),
            device_id=device.id,
            identity_data=device.identity_data,
            pubkey=pubkey,
            status=status,
            created=self._clock.now(),
        )
        device.auth_sets[auth_set.id] = self._auth_sets[auth_set.id] = auth_set
        self._derive_status(device)

    def _admit(self, device: Device, auth_set: AuthSet) -> None:
        if device.status != ACCEPTED:
            try:
                self._check_limit()
            except Unprocessable as full:
                raise AtLimit(full.message) from None
        for other in device.auth_sets.values():
            if other.status == ACCEPTED:
                other.status = REJECTED
        auth_set.status = ACCEPTED
        self._derive_status(device)

    def _check_limit(self) -> None:
        if self.limit != UNLIMITED and self.count(ACCEPTED) >= self.limit:
            message = f"maximum number of accepted devices reached: {self.limit}"
            raise Unprocessable(message)

    def _derive_status(self, device: Device) -> None:
        held = {auth_set.status for auth_set in device.auth_sets.values()}
        status = next((s for s in STATUSES if s in held), NOAUTH)
        device.updated = self._clock.now()
        if status != device.status:
            self._by_status[device.status].discard(self._place(device), device.id)
            self._by_status[status].add(self._place(device), device.id)
            device.status = status
            for watcher in self._watchers:
                watcher.device_changed(device)
