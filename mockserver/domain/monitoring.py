"""What devices watch, and the alerts that they raise and end.

Reference, Device APIs / Device monitor; what users see of it is the real service's.
"""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otakit.mockserver.domain.clock import Seconds, from_rfc3339, rfc3339
from otakit.mockserver.domain.device import Device
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.index import Page

OK, CRITICAL = "OK", "CRITICAL"
LEVELS = (OK, CRITICAL)
"""How bad it is, in rising order."""

MAX_ALERTS = 500
"""How many alerts are kept of a device: the newest, by the time at which they occurred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that a device watches has become critical, or is well again."""

    id: str
    number: int
    device_id: str
    name: str
    level: str
    subject: Mapping[str, Any]
    issued: Seconds

    @property
    def watched(self) -> tuple[str, str]:
        """Return what the alert is about: type and name of its subject."""
        return self.subject["type"], self.subject["name"]


@dataclass(slots=True)
class _Record:
    """One device's alerts, oldest first, the newest of each subject, and its configuration."""

    alerts: list[Alert] = field(default_factory=list)
    latest: list[Alert] = field(default_factory=list)
    configuration: Sequence[Mapping[str, str]] = ()


_NOTHING = _Record()


class Monitoring:
    """The alerts and monitors of one World's devices."""

    _records: dict[str, _Record]
    _count: int

    def __init__(self, ids: Ids) -> None:
        """Begin with none."""
        self._ids = ids
        self._records = {}
        self._count = 0

    def report(self, device_id: str, told: Sequence[Mapping[str, Any]]) -> None:
        """Take down alerts of a device; raises Invalid for a moment that is none."""
        moments = [_moment(alert["timestamp"]) for alert in told]
        if not told:
            return
        record = self._records.setdefault(device_id, _Record())
        for alert, issued in zip(told, moments, strict=True):
            self._count += 1
            kept = Alert(
                id=self._ids.uuid(),
                number=self._count,
                device_id=device_id,
                name=alert["name"],
                level=alert["level"],
                subject=alert["subject"],
                issued=issued,
            )
            insort(record.alerts, kept, key=_age)
        del record.alerts[:-MAX_ALERTS]
        newest = {alert.watched: alert for alert in record.alerts}
        record.latest = sorted(newest.values(), key=_age)

    def configure(self, device_id: str, monitors: Sequence[Mapping[str, str]]) -> None:
        """Put what a device watches in place of what it told before."""
        self._records.setdefault(device_id, _Record()).configuration = monitors

    def device_changed(self, device: Device) -> None:
        """Keep what is known of a device, whatever its status."""

    def device_removed(self, device: Device) -> None:
        """Forget a device that is gone."""
        self._records.pop(device.id, None)

    def alerts(
        self,
        device_id: str,
        page: Page,
        *,
        issued_before: Seconds | None = None,
        issued_after: Seconds | None = None,
        newest_first: bool = True,
    ) -> tuple[list[Alert], int]:
        """Return a page of a device's alerts, and how many there are between the moments."""
        kept = self._records.get(device_id, _NOTHING).alerts
        found = [
            alert
            for alert in (reversed(kept) if newest_first else kept)
            if (issued_before is None or int(alert.issued) <= issued_before)
            and (issued_after is None or int(alert.issued) >= issued_after)
        ]
        return page.of(found), len(found)

    def latest(self, device_id: str, level_from: str = OK) -> list[Alert]:
        """Return the newest alert of each subject at or above a level, the oldest first."""
        wanted = LEVELS[LEVELS.index(level_from) :]
        latest = self._records.get(device_id, _NOTHING).latest
        return [alert for alert in latest if alert.level in wanted]

    def configuration(self, device_id: str) -> Sequence[Mapping[str, str]]:
        """Return what a device watches."""
        return self._records.get(device_id, _NOTHING).configuration

    def attributes(self, device_id: str) -> Iterable[tuple[str, Any]]:
        """Return what inventory shows: is anything critical, and how much; () if never alerted."""
        if not self._records.get(device_id, _NOTHING).alerts:
            return ()
        critical = len(self.latest(device_id, CRITICAL))
        return ("alerts", critical > 0), ("alert_count", critical)


def _age(alert: Alert) -> tuple[Seconds, int]:
    return alert.issued, alert.number


def _moment(text: str) -> Seconds:
    try:
        moment = from_rfc3339(text)
        rfc3339(moment)  # an offset may lead out of the years that there are
    except (ValueError, OverflowError):
        message = f"timestamp: '{text[:80]}' is no date-time"
        raise Invalid(message) from None
    return moment
