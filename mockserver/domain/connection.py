"""Connections: which devices hold a websocket open, and since when.

Reference, Device APIs / Device connect; section 8 of the server facts. The sockets themselves are
outside the model: this is what is known of them.
"""

from dataclasses import dataclass
from typing import Literal

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.device import ACCEPTED, Device
from otakit.mockserver.domain.errors import NotFound

ConnectionStatus = Literal["connected", "disconnected"]


@dataclass(slots=True, kw_only=True)
class Connection:
    """What is known of a device's connection; `updated` is when the status last changed."""

    device_id: str
    status: ConnectionStatus
    created: Seconds
    updated: Seconds


class Connections:
    """The records of one World, by device."""

    _records: dict[str, Connection]

    def __init__(self, clock: Clock) -> None:
        """Begin without any."""
        self._clock = clock
        self._records = {}

    def begin(self, device_id: str) -> None:
        """Make a record for a device that is let in, unless it has one."""
        if device_id not in self._records:
            now = self._clock.now()
            self._records[device_id] = Connection(
                device_id=device_id, status="disconnected", created=now, updated=now
            )

    def connect(self, device_id: str) -> None:
        """Write down that a device has connected."""
        self.begin(device_id)
        self._set(device_id, "connected")

    def disconnect(self, device_id: str) -> None:
        """Write down that a device's connection is gone; nothing for a device without a record."""
        if device_id in self._records:
            self._set(device_id, "disconnected")

    def disconnect_all(self) -> None:
        """Write down that no device is connected any more."""
        for device_id, record in self._records.items():
            if record.status != "disconnected":
                self._set(device_id, "disconnected")

    def device_changed(self, device: Device) -> None:
        """Begin a record for a device that is let in."""
        if device.status == ACCEPTED:
            self.begin(device.id)

    def device_removed(self, device: Device) -> None:
        """Forget a device that is gone."""
        self._records.pop(device.id, None)

    def record(self, device_id: str) -> Connection:
        """Return a device's record; raises NotFound."""
        try:
            return self._records[device_id]
        except KeyError:
            message = f"device not found: '{device_id}' has never been accepted"
            raise NotFound(message) from None

    def _set(self, device_id: str, status: ConnectionStatus) -> None:
        record = self._records[device_id]
        record.status = status
        record.updated = self._clock.now()
