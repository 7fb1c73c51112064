"""Management APIs / Device monitor: users see what is wrong with a device, and what it watches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_equal, expect_error, expect_status, json_of
from otakit.contracts.pages import expect_links, expect_order, expect_pages, expect_total
from otakit.contracts.rule import rule
from otakit.contracts.rules.device_monitor import (
    DETAILS,
    alert,
    configure,
    monitor,
    raise_alerts,
)
from otakit.contracts.signing_device import SigningDevice

SECTION = "Management APIs / Device monitor"
ALERTS = f"{SECTION} / List Alerts"
LATEST = f"{SECTION} / List Latest Alerts"
CONFIG = f"{SECTION} / Get Monitor Configuration"

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no device has."""

_TIMES = [f"2026-01-01T1{hour}:00:00Z" for hour in range(3)]


@rule(
    "MEN-MGT-MON-001",
    "A device's alert is listed as the device sent it, with the device's id",
    document=ALERTS,
    operations=["reportAlerts", "listAlerts"],
)
def alert_is_listed(backend: Backend) -> None:
    """Let a device raise an alert, and look."""
    device = backend.accepted_device()
    sent = alert(details=DETAILS)
    _raised(backend, device, sent)
    answer, found = _listed(backend, device)
    shown = [{name: entry.get(name) for name in ("name", "level", "subject")} for entry in found]
    wanted = [{name: sent[name] for name in ("name", "level", "subject")}]
    expect_equal(answer, shown, wanted, "the alerts of the device")
    times = [_moment(entry) for entry in found]
    expect_equal(answer, times, [_moment(sent)], "when they occurred")
    devices = [entry.get("device_id") for entry in found]
    expect_equal(answer, devices, [device.id], "whose alerts they are")


@rule(
    "MEN-MGT-MON-002",
    "Alerts are listed by the time at which they occurred, the newest or the oldest first",
    document=ALERTS,
    operations=["listAlerts"],
)
def alerts_are_sorted_by_time(backend: Backend) -> None:
    """Let a device raise three alerts, the newest of them in between."""
    device = _device_with_three(backend)
    for ascending, wanted in (("false", "bca"), ("true", "acb")):
        answer = _ask(backend, device, sort_ascending=ascending)
        expect_order(answer, _subjects, list(wanted))


@rule(
    "MEN-MGT-MON-003",
    "Alerts are filtered by the time at which they occurred",
    document=ALERTS,
    operations=["listAlerts"],
)
def alerts_are_filtered_by_time(backend: Backend) -> None:
    """Let a device raise three alerts, an hour apart, and list two of them."""
    device = _device_with_three(backend)
    middle = int(datetime.fromisoformat(_TIMES[1]).timestamp())
    expect_order(_ask(backend, device, issued_before=middle + 60), _subjects, ["c", "a"])
    expect_order(_ask(backend, device, issued_after=middle - 60), _subjects, ["b", "c"])


@rule(
    "MEN-MGT-MON-004",
    "A page of alerts has no more than per_page says, and the next goes on from there",
    document=ALERTS,
    operations=["listAlerts"],
)
def alerts_have_pages(backend: Backend) -> None:
    """List three alerts two by two."""
    device = _device_with_three(backend)
    expect_pages(lambda **query: _ask(backend, device, **query), _subjects, "abc")


@rule(
    "MEN-MGT-MON-005",
    "X-Total-Count of alerts is the number of those that match, Link leads from page to page",
    document=ALERTS,
    operations=["listAlerts"],
)
def alerts_are_counted(backend: Backend) -> None:
    """List three alerts one by one."""
    device = _device_with_three(backend)
    expect_total(_ask(backend, device, page=1, per_page=1), 3)
    expect_links(backend.management, lambda **query: _ask(backend, device, **query), _subjects)


@rule(
    "MEN-MGT-MON-006",
    "Alerts of a device that there is not are answered 404",
    document=ALERTS,
    operations=["listAlerts"],
)
def unknown_device_has_no_alerts(backend: Backend) -> None:
    """Ask for the alerts of an id that no device has."""
    expect_error(backend.management.get(f"v1/devicemonitor/devices/{NOBODY}/alerts"), 404)


@rule(
    "MEN-MGT-MON-010",
    "The latest alerts have the newest of each subject: what is well again is not critical",
    document=LATEST,
    operations=["listLatestAlerts"],
    severity="critical",
)
def latest_alerts_are_the_newest(backend: Backend) -> None:
    """Let two services fail, and one of them come back."""
    device = backend.accepted_device()
    _raised(backend, device, alert("cron"), alert("sshd"))
    _raised(backend, device, alert("cron", level="OK", timestamp=_TIMES[2]))
    answer = _ask(backend, device, "/alerts/latest")
    found = sorted((e["subject"]["name"], e["level"]) for e in _entries(answer))
    wanted = [("cron", "OK"), ("sshd", "CRITICAL")]
    expect_equal(answer, found, wanted, "the latest alert of each service")


@rule(
    "MEN-MGT-MON-011",
    "The latest alerts are filtered by their level: from CRITICAL on, only what is wrong now",
    document=LATEST,
    operations=["listLatestAlerts"],
)
def latest_alerts_are_filtered_by_level(backend: Backend) -> None:
    """Let one service fail and another one be well."""
    device = backend.accepted_device()
    _raised(backend, device, alert("cron", level="OK"), alert("sshd"))
    expect_order(
        _ask(backend, device, "/alerts/latest", level_from="CRITICAL"), _subjects, ["sshd"]
    )


@rule(
    "MEN-MGT-MON-012",
    "A device's monitor configuration is shown as it sent it last",
    document=CONFIG,
    operations=["setMonitorConfiguration", "getMonitorConfiguration"],
)
def monitor_configuration_is_shown(backend: Backend) -> None:
    """Let a device say twice what it watches."""
    device = backend.accepted_device()
    for names in (["cron", "sshd"], ["sshd"]):
        with backend.building("a monitor configuration"):
            expect_status(configure(device, *map(monitor, names)), 204)
    answer = _ask(backend, device, "/config")
    expect_equal(answer, _entries(answer), [monitor("sshd")], "what the device watches")


def _device_with_three(backend: Backend) -> SigningDevice:
    """Return a device with alerts of a, b and c; a is the oldest and b the newest."""
    device = backend.accepted_device()
    _raised(
        backend,
        device,
        *(alert(name, timestamp=_TIMES[hour]) for name, hour in zip("abc", (0, 2, 1), strict=True)),
    )
    return device


def _raised(backend: Backend, device: SigningDevice, *alerts: dict[str, Any]) -> None:
    with backend.building("alerts"):
        expect_status(raise_alerts(device, *alerts), 204)


def _ask(backend: Backend, device: SigningDevice, below: str = "/alerts", **query: Any) -> Exchange:
    path = f"v1/devicemonitor/devices/{in_path(device.id)}{below}"
    return expect_status(backend.management.get(path, params=query), 200)


def _listed(backend: Backend, device: SigningDevice) -> tuple[Exchange, list[dict[str, Any]]]:
    answer = _ask(backend, device)
    return answer, _entries(answer)


def _entries(answer: Exchange) -> list[dict[str, Any]]:
    return [dict(entry) for entry in json_of(answer)]


def _subjects(answer: Exchange) -> list[str]:
    return [str(entry.get("subject", {}).get("name")) for entry in _entries(answer)]


def _moment(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(entry["timestamp"]))
