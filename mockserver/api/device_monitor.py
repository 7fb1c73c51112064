"""Device APIs / Device monitor (devices/monitor-v1)."""

from typing import Any

from otakit.mockserver.answers import Answer, empty
from otakit.mockserver.operations import Call, operation


@operation("reportAlerts")
def report_alerts(call: Call) -> Answer:
    """Take down a device's alerts."""
    call.world.monitoring.report(call.caller, _list(call.body))
    return empty()


@operation("setMonitorConfiguration")
def set_monitor_configuration(call: Call) -> Answer:
    """Keep what a device watches."""
    call.world.monitoring.configure(call.caller, _list(call.body))
    return empty()


def _list(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]
