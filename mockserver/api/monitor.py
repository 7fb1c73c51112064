"""Device monitor management: alerts and monitors of a device (management/monitor-v1)."""

from typing import Any

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.monitoring import OK, Alert
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of


@operation("listAlerts")
def list_alerts(call: Call) -> Answer:
    """List a device's alerts by the time at which they occurred."""
    page, given = page_of(call), call.params
    found, total = call.world.monitoring.alerts(
        _device(call),
        page,
        issued_before=given.get("issued_before"),
        issued_after=given.get("issued_after"),
        newest_first=not given["sort_ascending"],
    )
    return json_answer([_alert_json(a) for a in found], headers=counted(call, page, total))


@operation("listLatestAlerts")
def list_latest_alerts(call: Call) -> Answer:
    """List the newest alert of each subject of a device."""
    page = page_of(call)
    found = call.world.monitoring.latest(_device(call), call.params.get("level_from", OK))
    shaped = [_alert_json(alert) for alert in page.of(found)]
    return json_answer(shaped, headers=counted(call, page, len(found)))


@operation("getMonitorConfiguration")
def get_monitor_configuration(call: Call) -> Answer:
    """Show what a device watches."""
    return json_answer(call.world.monitoring.configuration(_device(call)))


def _device(call: Call) -> str:
    return call.world.devices.device(call.params["id"]).id


def _alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "device_id": alert.device_id,
        "name": alert.name,
        "level": alert.level,
        "subject": alert.subject,
        "timestamp": rfc3339(alert.issued),
    }
