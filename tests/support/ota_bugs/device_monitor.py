"""Bugs in alerts and monitors, on both sides."""

from dataclasses import replace
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import Answer, empty, json_answer
from otakit.mockserver.api import monitor
from otakit.mockserver.domain import monitoring
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.monitoring import Alert, Monitoring
from otakit.mockserver.operations import Call


@bug("MEN-DEV-MON-001", "MEN-DEV-MON-010")
def alerts_are_answered_200() -> None:
    """What devices say of themselves is answered 200, with an empty object."""
    for operation in ("reportAlerts", "setMonitorConfiguration"):

        @answering(operation)
        def answer(real: Any, call: Call) -> Answer:
            real(call)
            return json_answer({})


@bug("MEN-DEV-MON-002", "MEN-DEV-MON-003", "MEN-DEV-MON-004", "MEN-DEV-MON-006")
def alerts_may_be_anything() -> None:
    """Alerts are not checked."""
    without_checks("reportAlerts")

    @answering("reportAlerts")
    def answer(*_: Any) -> Answer:
        return empty()


@bug("MEN-DEV-MON-005")
def timestamps_may_be_anything() -> None:
    """An alert whose timestamp cannot be read has occurred at the beginning of time."""
    without_checks("reportAlerts")

    @instead_of(monitoring, "from_rfc3339")
    def moment(real: Any, text: str) -> Any:
        try:
            return real(text)
        except ValueError:
            return 0.0


@bug("MEN-DEV-MON-011")
def monitors_may_be_anything() -> None:
    """A monitor configuration is not checked."""
    without_checks("setMonitorConfiguration")


@bug("MEN-MGT-MON-001")
def alerts_lose_their_details() -> None:
    """Of what an alert is about, the details are not shown."""
    _shown(lambda alert: replace(alert, subject={**alert.subject, "details": {}}))


@bug("MEN-MGT-MON-001")
def alerts_are_nobodys() -> None:
    """An alert is shown with its own id in place of the device's."""
    _shown(lambda alert: replace(alert, device_id=alert.id))


@bug("MEN-MGT-MON-002")
def alerts_come_as_they_were_sent() -> None:
    """Alerts are listed in the order in which they came, not by the time of their occurrence."""
    monitoring._age = lambda alert: (0.0, alert.number)


@bug("MEN-MGT-MON-003")
def alerts_of_all_times_are_listed() -> None:
    """The list of alerts ignores the filters for time."""

    @instead_of(Monitoring, "alerts")
    def alerts(
        real: Any, kept: Monitoring, device_id: str, page: Page, *, newest_first: bool, **_: Any
    ) -> Any:
        return real(kept, device_id, page, newest_first=newest_first)


@bug("MEN-MGT-MON-004")
def alerts_are_on_all_pages() -> None:
    """Each page of alerts is the first one."""

    @instead_of(Monitoring, "alerts")
    def alerts(real: Any, kept: Monitoring, device_id: str, page: Page, **how: Any) -> Any:
        return real(kept, device_id, Page(1, page.size), **how)


@bug("MEN-MGT-MON-005")
def totals_of_alerts_are_the_pages() -> None:
    """X-Total-Count of alerts says how many are on the page."""

    @instead_of(monitor, "counted")
    def counted(real: Any, call: Call, page: Page, total: int) -> Any:
        return real(call, page, min(total, page.size))


@bug("MEN-MGT-MON-006")
def unknown_devices_have_no_alerts() -> None:
    """The alerts of a device that there is not are an empty list."""

    @answering("listAlerts")
    def listed(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer([], headers=[(b"x-total-count", b"0")])
        return answer


@bug("MEN-MGT-MON-010", "MEN-MGT-MON-011")
def latest_alerts_are_all_alerts() -> None:
    """The latest alerts are all of them, whatever their level."""

    @instead_of(Monitoring, "latest")
    def latest(_: Any, kept: Monitoring, device_id: str, _level: str = "OK") -> Any:
        return kept._records[device_id].alerts if device_id in kept._records else []


@bug("MEN-MGT-MON-012")
def the_first_monitors_stay() -> None:
    """A device's monitor configuration is saved once only."""

    @instead_of(Monitoring, "configure")
    def configure(real: Any, kept: Monitoring, device_id: str, monitors: Any) -> None:
        real(kept, device_id, kept.configuration(device_id) or monitors)


def _shown(change: Any) -> None:
    @instead_of(monitor, "_alert_json")
    def shaped(real: Any, alert: Alert) -> Any:
        return real(change(alert))
