"""Device configuration: what users want a device to be set to, and what it says it is set to.

Reference, Device APIs / Device configure and Management APIs / Device configure; section 7 of the
server facts. A user's wishes reach the device with a configuration deployment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from otakit.mockserver.domain.clock import Clock, Seconds
from otakit.mockserver.domain.device import ACCEPTED, Device
from otakit.mockserver.domain.dialect import Dialect
from otakit.mockserver.domain.errors import BadEntry, Invalid, NotFound

MAX_KEYS = 100
MAX_LENGTH = 4096
"""Of a key and of a value, in characters."""

KEY, VALUE = "key", "value"
"""Parts of an entry."""

_BLANK = "cannot be blank"
_TOO_LONG = f"the length must be no more than {MAX_LENGTH}"


@dataclass(slots=True, kw_only=True)
class Configuration:
    """One device's two maps; `deployment_id` is that of the latest configuration deployment.

    A map is never changed, only replaced: whoever has one holds a snapshot.
    """

    device_id: str
    updated: Seconds
    configured: Mapping[str, str] = field(default_factory=dict)
    reported: Mapping[str, str] = field(default_factory=dict)
    reported_at: Seconds | None = None
    deployment_id: str | None = None


class Configurations:
    """The configurations of one World's devices."""

    _records: dict[str, Configuration]

    def __init__(self, clock: Clock, dialect: Dialect, is_known: Callable[[str], bool]) -> None:
        """Begin with none; `is_known` says whether there is a device."""
        self._clock = clock
        self._dialect = dialect
        self._is_known = is_known
        self._records = {}

    def begin(self, device_id: str) -> Configuration:
        """Return a device's record, a new one with empty maps unless it has one already."""
        record = self._records.get(device_id)
        if record is None:
            record = Configuration(device_id=device_id, updated=self._clock.now())
            self._records[device_id] = record
        return record

    def device_changed(self, device: Device) -> None:
        """Begin a record for a device that is let in."""
        if device.status == ACCEPTED:
            self.begin(device.id)

    def device_removed(self, device: Device) -> None:
        """Forget a device that is gone."""
        self._records.pop(device.id, None)

    def of(self, device_id: str) -> Configuration:
        """Return a device's record; raises NotFound for one never accepted nor configured."""
        try:
            return self._records[device_id]
        except KeyError:
            message = f"device does not exist: '{device_id}' has never been accepted nor configured"
            raise NotFound(message) from None

    def configure(self, device_id: str, values: Mapping[str, str]) -> Mapping[str, str]:
        """Put a user's wishes in place of earlier ones, which are returned.

        Nothing is deployed by that. Raises Invalid, NotFound.
        """
        record = self._record_to_write(device_id, values)
        before, record.configured = record.configured, dict(values)
        record.updated = self._clock.now()
        return before

    def report(self, device_id: str, values: Mapping[str, str]) -> None:
        """Put what a device says in place of what it said before; raises Invalid, NotFound."""
        record = self._record_to_write(device_id, values)
        record.reported = dict(values)
        record.reported_at = self._clock.now()

    def _record_to_write(self, device_id: str, values: Mapping[str, str]) -> Configuration:
        _check(values)
        if self._dialect.configure_strangers or self._is_known(device_id):
            return self.begin(device_id)
        message = f"device does not exist: '{device_id}'"
        raise NotFound(message)


def _check(values: Mapping[str, str]) -> None:
    if len(values) > MAX_KEYS:
        message = f"a configuration has at most {MAX_KEYS} keys, not {len(values)}"
        raise Invalid(message)
    for key, value in values.items():
        if not key:
            raise BadEntry(KEY, "", _BLANK)
        if len(key) > MAX_LENGTH:
            raise BadEntry(KEY, f"'{key[:40]}…'", _TOO_LONG)
        if len(value) > MAX_LENGTH:
            raise BadEntry(VALUE, f"of '{key[:40]}'", _TOO_LONG)
