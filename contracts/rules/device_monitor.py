"""Device APIs / Device monitor: devices raise alerts, and say what they watch."""

from copy import deepcopy
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_error, expect_status
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

SECTION = "Device APIs / Device monitor"
ALERT = f"{SECTION} / DeviceAlertPost"
CONFIG = f"{SECTION} / Set Monitor Configuration"
ALERT_PATH, CONFIG_PATH = "v1/devicemonitor/alert", "v1/devicemonitor/config"

DETAILS = {
    "description": "The service has stopped.",
    "lines_before": [{"line_number": 1, "data": "starting"}],
    "line_matching": {"line_number": 2, "data": "Main process exited"},
    "lines_after": [{"line_number": 3, "data": "Failed"}],
}


@rule(
    "MEN-DEV-MON-001",
    "The service processes alerts, with and without details: 204",
    document=ALERT,
    operations=["reportAlerts"],
)
def alerts_are_processed(backend: Backend) -> None:
    """Raise an alert with all there may be in it, and one with what has to be."""
    device = backend.lent_device()
    expect_status(raise_alerts(device, alert(details=DETAILS)), 204)
    expect_status(raise_alerts(device, alert(level="OK"), alert()), 204)


@rule(
    "MEN-DEV-MON-002",
    "An alert without name, level, subject or timestamp is answered 400",
    document=f"{SECTION} / Schemas / Alert",
    operations=["reportAlerts"],
)
def alerts_are_whole(backend: Backend) -> None:
    """Leave out one part after the other."""
    for part in ("name", "level", "subject", "timestamp"):
        sent = alert()
        del sent[part]
        _expect_refused(backend, sent)


@rule(
    "MEN-DEV-MON-003",
    "An alert whose subject has no name, type or status is answered 400",
    document=f"{SECTION} / Schemas / AlertSubject",
    operations=["reportAlerts"],
)
def subjects_are_whole(backend: Backend) -> None:
    """Leave out one part of the subject after the other."""
    for part in ("name", "type", "status"):
        sent = alert()
        del sent["subject"][part]
        _expect_refused(backend, sent)


@rule(
    "MEN-DEV-MON-004",
    "An alert of another level than OK and CRITICAL is answered 400",
    document=f"{SECTION} / Schemas / Alert",
    operations=["reportAlerts"],
)
def levels_are_known(backend: Backend) -> None:
    """Warn."""
    _expect_refused(backend, alert(level="WARNING"))


@rule(
    "MEN-DEV-MON-005",
    "An alert whose timestamp is no date-time is answered 400",
    document=f"{SECTION} / Schemas / Alert",
    operations=["reportAlerts"],
)
def timestamps_are_moments(backend: Backend) -> None:
    """Raise an alert that occurred yesterday."""
    _expect_refused(backend, alert(timestamp="yesterday"))


@rule(
    "MEN-DEV-MON-006",
    "A line of an alert's details without its number or data is answered 400",
    document=f"{SECTION} / Schemas / LineDescriptor",
    operations=["reportAlerts"],
    severity="minor",
)
def lines_are_whole(backend: Backend) -> None:
    """Leave out one part of the matching line after the other."""
    for part in ("line_number", "data"):
        sent = alert(details=deepcopy(DETAILS))
        sent["subject"]["details"]["line_matching"].pop(part)
        _expect_refused(backend, sent)


@rule(
    "MEN-DEV-MON-010",
    "The service saves a device's monitor configuration: 204",
    document=CONFIG,
    operations=["setMonitorConfiguration"],
)
def configuration_is_saved(backend: Backend) -> None:
    """Send what a device watches."""
    expect_status(configure(backend.accepted_device(), monitor("sshd")), 204)


@rule(
    "MEN-DEV-MON-011",
    "A monitor without name, status or type is answered 400",
    document=f"{SECTION} / Schemas / MonitorConfiguration",
    operations=["setMonitorConfiguration"],
)
def monitors_are_whole(backend: Backend) -> None:
    """Leave out one part after the other."""
    for part in ("name", "status", "type"):
        sent = monitor("sshd")
        sent.pop(part)
        expect_error(configure(backend.lent_device(), sent), 400)


def alert(
    subject: str = "mender-connect",
    *,
    level: str = "CRITICAL",
    timestamp: str = "2026-01-01T10:00:00Z",
    **more: Any,
) -> dict[str, Any]:
    """Return an alert about a service; `more` is the subject's."""
    return {
        "name": f"{subject} systemd service",
        "level": level,
        "timestamp": timestamp,
        "subject": {"name": subject, "type": "systemd.unit", "status": "not-running", **more},
    }


def monitor(name: str) -> dict[str, str]:
    """Return something that a device watches."""
    return {"name": name, "status": "enabled", "type": "service"}


def raise_alerts(device: SigningDevice, *alerts: dict[str, Any]) -> Exchange:
    """Let a device send alerts."""
    return device.request("POST", ALERT_PATH, json=list(alerts))


def configure(device: SigningDevice, *monitors: dict[str, str]) -> Exchange:
    """Let a device say what it watches."""
    return device.request("POST", CONFIG_PATH, json=list(monitors))


def _expect_refused(backend: Backend, sent: dict[str, Any]) -> None:
    expect_error(raise_alerts(backend.lent_device(), sent), 400)
