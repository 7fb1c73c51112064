"""Devices raise and end alerts; users see them by device, and find the devices by them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

ALERT = "v1/devicemonitor/alert"
CONFIG = "v1/devicemonitor/config"
LINES = [{"line_number": n, "data": f"Line {n}"} for n in range(1, 4)]
DETAILS = {
    "description": "it failed",
    "lines_before": LINES[:1],
    "line_matching": LINES[1],
    "lines_after": LINES[2:],
}


def alert(level: str = "CRITICAL", at: str = "2019-07-21T17:32:28Z", **subject: Any) -> Any:
    """Make an alert."""
    about = {"name": "sshd", "type": "systemd.unit", "status": "not-running", **subject}
    return {"name": "sshd service", "level": level, "timestamp": at, "subject": about}


def alerts(management: httpx.Client, device: Any, *, latest: bool = False, **params: Any) -> Any:
    """List a device's alerts."""
    path = f"v1/devicemonitor/devices/{device.id}/alerts{'/latest' if latest else ''}"
    answer = management.get(path, params=params)
    assert answer.status_code == 200
    return answer.json()


def found(management: httpx.Client, value: Any, attribute: str = "alerts") -> list[str]:
    """Search devices by an attribute of the scope `monitor`."""
    term = {"scope": "monitor", "attribute": attribute, "type": "$eq", "value": value}
    answer = management.post("v2/inventory/filters/search", json={"filters": [term]})
    assert answer.status_code == 200
    return [device["id"] for device in answer.json()]


def test_alert_is_shown_as_it_was_sent(management: httpx.Client, device: Any) -> None:
    """With its details, an id, and its moment in UTC."""
    sent = alert(at="2019-07-21T19:32:28.25+02:00", details=DETAILS)
    assert device.http.post(ALERT, json=[sent]).status_code == 204
    (shown,) = alerts(management, device)
    kept = {"id": shown["id"], "device_id": device.id, "timestamp": "2019-07-21T17:32:28.250Z"}
    assert shown == {**sent, **kept}


def test_one_alert_needs_no_list(management: httpx.Client, device: Any) -> None:
    """The reference's table has one, its example a list."""
    assert device.http.post(ALERT, json=alert()).status_code == 204
    assert device.http.post(ALERT, json=[]).status_code == 204
    assert len(alerts(management, device)) == 1


def test_pages_of_alerts(
    management: httpx.Client,
    device: Any,
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """By moment, with totals and links; another device's are not among them."""
    device.http.post(ALERT, json=[alert(at=f"2019-07-21T00:00:0{n}Z") for n in range(5)])
    path = f"v1/devicemonitor/devices/{device.id}/alerts"
    answer = management.get(path, params={"page": 2, "per_page": 2, "sort_ascending": "true"})
    assert [a["timestamp"][-6:] for a in answer.json()] == ["2.000Z", "3.000Z"]
    assert answer.headers["x-total-count"] == "5"
    assert relations(answer).keys() == {"first", "prev", "next", "last"}
    second = 1563667200
    between = alerts(management, device, issued_after=second + 1, issued_before=second + 2)
    assert [a["timestamp"][-6:] for a in between] == ["2.000Z", "1.000Z"]


def test_latest_alerts_say_how_it_is(management: httpx.Client, device: Any) -> None:
    """The newest of each subject, the oldest of them first; or only what is wrong."""
    device.http.post(ALERT, json=[alert(), alert(at="2019-07-21T18:00:00Z", name="disk")])
    device.http.post(ALERT, json=[alert("OK", at="2019-07-21T19:00:00Z")])
    latest = alerts(management, device, latest=True)
    assert [(a["subject"]["name"], a["level"]) for a in latest] == [
        ("disk", "CRITICAL"),
        ("sshd", "OK"),
    ]
    assert alerts(management, device, latest=True, level_from="CRITICAL") == latest[:1]
    assert alerts(management, device, latest=True, page=2, per_page=1) == latest[1:]


def test_alerts_are_attributes(management: httpx.Client, new_device: Callable[..., Any]) -> None:
    """Devices are found by them, in both versions of inventory and by a saved filter."""
    pump, valve = new_device(), new_device()
    assert found(management, value=True) == []
    pump.http.post(ALERT, json=[alert()])
    valve.http.post(ALERT, json=[alert("OK")])
    assert (found(management, value=True), found(management, value=False)) == (
        [pump.id],
        [valve.id],
    )
    assert found(management, 1, "alert_count") == [pump.id]
    assert (found(management, 1), found(management, "true")) == ([], [])
    listed = management.get("v1/inventory/devices", params={"monitor/alerts": "true"}).json()
    assert [device["id"] for device in listed] == [pump.id]
    shown = [a for a in listed[0]["attributes"] if a["scope"] == "monitor"]
    assert shown == [
        {"name": "alerts", "value": True, "scope": "monitor"},
        {"name": "alert_count", "value": 1, "scope": "monitor"},
    ]
    term = {"scope": "monitor", "attribute": "alerts", "type": "$eq", "value": True}
    saved = management.post("v2/inventory/filters", json={"name": "ill", "terms": [term]})
    name = saved.headers["location"].rpartition("/")[2]
    ill = management.get(f"v2/inventory/filters/{name}/search").json()
    assert [device["id"] for device in ill] == [pump.id]


def test_configuration_is_replaced(management: httpx.Client, device: Any) -> None:
    """What the device told before is gone."""
    path = f"v1/devicemonitor/devices/{device.id}/config"
    assert management.get(path).json() == []
    monitors = [{"name": n, "status": "enabled", "type": "service"} for n in ("sshd", "dbus")]
    for told in (monitors, monitors[1:], monitors[0], []):
        assert device.http.post(CONFIG, json=told).status_code == 204
        assert management.get(path).json() == (told if isinstance(told, list) else [told])


def test_nothing_is_left_of_a_device(
    management: httpx.Client, device: Any, refused: Callable[[httpx.Response, int], str]
) -> None:
    """A decommissioned device has no alerts and no monitors any more."""
    device.http.post(ALERT, json=[alert()])
    assert management.delete(f"v2/devauth/devices/{device.id}").status_code == 204
    for path in ("alerts", "alerts/latest", "config"):
        answer = management.get(f"v1/devicemonitor/devices/{device.id}/{path}")
        assert device.id in refused(answer, 404)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "alert",
        {},
        [{}],
        [alert("WARNING")],
        [alert(at="yesterday")],
        [alert(at="2019-07-21T17:32:28")],
        [alert(at="0001-01-01T00:00:00+23:59")],
        [alert(name=None)],
        [alert(details=[])],
        [alert(details={"lines_before": LINES * 40})],
        [alert(details={"line_matching": {"line_number": "3", "data": ""}})],
        [alert(details={"line_matching": {"line_number": 1, "data": "x" * 5000}})],
        [alert()] * 101,
        [alert(), alert(at="")],
    ],
)
def test_bad_report_is_refused_whole(
    management: httpx.Client,
    device: Any,
    refused: Callable[[httpx.Response, int], str],
    body: Any,
) -> None:
    """Nothing of it is taken down."""
    refused(device.http.post(ALERT, json=body), 400)
    assert alerts(management, device) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([alert(), alert("WARNING")], '1/level: "WARNING" is not one of "OK" or "CRITICAL"'),
        (alert("WARNING"), 'level: "WARNING" is not one of "OK" or "CRITICAL"'),
        ({}, '"name" is a required property'),
        ([alert(at="0001-01-01T00:00:00+23:59")], "timestamp: '0001-01-01T00:00:00+23:59' is no"),
    ],
)
def test_refusal_names_the_place(
    device: Any, refused: Callable[[httpx.Response, int], str], body: Any, said: str
) -> None:
    """Though a body may be of two kinds."""
    assert refused(device.http.post(ALERT, json=body), 400).startswith(said)


@pytest.mark.parametrize(
    "body", [None, {}, [{"name": "a", "status": "b"}], [{"name": 1, "status": "b", "type": "c"}]]
)
def test_bad_configuration_is_refused(
    management: httpx.Client,
    device: Any,
    refused: Callable[[httpx.Response, int], str],
    body: Any,
) -> None:
    """The one before stays."""
    kept = [{"name": "sshd", "status": "enabled", "type": "service"}]
    device.http.post(CONFIG, json=kept)
    refused(device.http.post(CONFIG, json=body), 400)
    assert management.get(f"v1/devicemonitor/devices/{device.id}/config").json() == kept


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("alerts", {"issued_after": "x"}),
        ("alerts", {"sort_ascending": "maybe"}),
        ("alerts", {"per_page": 501}),
        ("alerts/latest", {"level_from": "WARNING"}),
    ],
)
def test_bad_question_is_named(
    management: httpx.Client,
    device: Any,
    refused: Callable[[httpx.Response, int], str],
    path: str,
    params: dict[str, Any],
) -> None:
    """The message has the parameter."""
    answer = management.get(f"v1/devicemonitor/devices/{device.id}/{path}", params=params)
    assert refused(answer, 400).startswith(next(iter(params)))
