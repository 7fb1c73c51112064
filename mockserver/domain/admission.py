"""Admission: which devices the backend lets in, and the tokens that they get.

Reference, Device APIs / Device authentication and Management APIs / Device authentication; where
they are silent, section 3 of the server facts.
"""

from typing import Any

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.device import (
    ACCEPTED,
    PENDING,
    PREAUTHORIZED,
    REJECTED,
    AuthSet,
    Device,
)
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.errors import (
    AtLimit,
    DeviceExists,
    Invalid,
    Mismatch,
    NotFound,
    Unauthorized,
    Unprocessable,
)
from otakit.mockserver.domain.tokens import TokenRecord, Tokens

DEVICE_TOKEN_LIFETIME: Seconds = 7 * 24 * 3600
UNLIMITED = -1
MAX_DEVICES = 1_000_000
MAX_AUTH_SETS = 1000
"""Of one device: anybody can send a known identity with ever new keys."""

_TRANSITIONS = {
    (PENDING, ACCEPTED),
    (PENDING, REJECTED),
    (ACCEPTED, REJECTED),
    (ACCEPTED, PENDING),
    (REJECTED, ACCEPTED),
    (REJECTED, PENDING),
}
_DENIED = "dev auth: unauthorized"
_FULL = f"there are at most {MAX_DEVICES} devices: decommission one first"


class Admission:
    """Which devices of one World are let in, and the tokens that say so."""

    limit: int

    def __init__(self, devices: Devices, clock: Clock) -> None:
        """Decide on these devices, without a limit."""
        self.limit = UNLIMITED
        self.tokens = Tokens(clock)
        self._devices = devices
        self._clock = clock

    # What a device asks

    def authenticate(self, identity_data: dict[str, Any], pubkey: str) -> TokenRecord:
        """Answer an authentication request whose signature has been verified.

        An unknown identity, or a known one with a new key, is written down as pending.
        Raises Unauthorized until the pair is accepted, and where no more can be written down.
        """
        device = self._devices.with_identity(identity_data)
        if device is None:
            if self._devices.count() >= MAX_DEVICES:
                message = f"{_DENIED}: {_FULL}"
                raise Unauthorized(message)
            device = self._devices.create(identity_data)
        auth_set = next((a for a in device.auth_sets.values() if a.pubkey == pubkey), None)
        if auth_set is None:
            if len(device.auth_sets) >= MAX_AUTH_SETS:
                message = f"{_DENIED}: a device has at most {MAX_AUTH_SETS} authentication sets"
                raise Unauthorized(message)
            self._devices.add_auth_set(device, pubkey, PENDING)
            raise Unauthorized(_DENIED)
        if auth_set.status == PREAUTHORIZED:
            try:
                self._admit(device, auth_set)
            except Unprocessable as full:
                raise AtLimit(full.message) from None
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
        auth_set = self._devices.any_auth_set(jti)
        if record is None or auth_set is None or auth_set.status != ACCEPTED:
            return None
        return self._devices.device(auth_set.device_id)

    # What a user asks

    def preauthorize(self, identity_data: dict[str, Any], pubkey: str) -> Device:
        """Announce a device, to be accepted at its first request.

        Raises DeviceExists, and Invalid above a million.
        """
        known = self._devices.with_identity(identity_data)
        if known is not None:
            raise DeviceExists(known)
        if self._devices.count() >= MAX_DEVICES:
            raise Invalid(_FULL)
        device = self._devices.create(identity_data)
        self._devices.add_auth_set(device, pubkey, PREAUTHORIZED)
        return device

    def set_status(self, device_id: str, auth_set_id: str, status: str) -> None:
        """Accept, reject or dismiss (back to pending) an authentication set.

        Accepting one rejects the device's other accepted set. Raises NotFound, Invalid for a
        transition that the reference does not list, Unprocessable at the limit of devices.
        """
        auth_set = self._devices.auth_set(device_id, auth_set_id)
        if auth_set.device_id != device_id:
            raise Mismatch(device_id, auth_set_id)
        if auth_set.status == status:
            return
        if (auth_set.status, status) not in _TRANSITIONS:
            message = f"an authentication set cannot go from '{auth_set.status}' to '{status}'"
            raise Invalid(message)
        device = self._devices.device(device_id)
        if status == ACCEPTED:
            self._admit(device, auth_set)
            return
        if auth_set.status == ACCEPTED:
            self.tokens.revoke_all(device_id)
        auth_set.status = status
        self._devices.derive_status(device)

    def delete_auth_set(self, device_id: str, auth_set_id: str) -> str | None:
        """Remove an authentication set; return the id of its device where that went with it.

        A device goes with its last set if that was preauthorized (reference, Reject
        authentication), else it stays without authentication. Raises NotFound.
        """
        auth_set = self._devices.auth_set(device_id, auth_set_id)
        device = self._devices.device(auth_set.device_id)
        if auth_set.status == ACCEPTED:
            self.tokens.revoke_all(device.id)
        if auth_set.status == PREAUTHORIZED and len(device.auth_sets) == 1:
            self.remove(device.id)
            return device.id
        self._devices.remove_auth_set(device, auth_set_id)
        return None

    def remove(self, device_id: str) -> None:
        """Forget a device, its authentication sets and its tokens; raises NotFound."""
        device = self._devices.device(device_id)
        self.tokens.revoke_all(device_id)
        self._devices.remove(device)

    def revoke_token(self, jti: str) -> str:
        """Revoke one device token and return its device's id; raises NotFound."""
        record = self.tokens.revoke(jti)
        if record is None:
            message = f"no token '{jti}'"
            raise NotFound(message)
        return record.subject

    def _admit(self, device: Device, auth_set: AuthSet) -> None:
        if device.status != ACCEPTED:
            self._check_limit()
        for other in device.auth_sets.values():
            if other.status == ACCEPTED:
                other.status = REJECTED
        auth_set.status = ACCEPTED
        self._devices.derive_status(device)

    def _check_limit(self) -> None:
        if self.limit != UNLIMITED and self._devices.count(ACCEPTED) >= self.limit:
            message = f"maximum number of accepted devices reached: {self.limit}"
            raise Unprocessable(message)
