"""The dashboard's journal: requests as they come, filtered, and one of them whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("dashboard journal")  # which start Chromium once


def ask_around(dashboard: Any) -> None:
    """Ask six things, of three kinds."""
    for _ in range(3):
        dashboard.user.get("v2/devauth/devices")
    dashboard.user.get("v1/deployments/deployments?page=1")
    dashboard.user.post("v1/deployments/deployments", json={"name": "none", "artifact_name": "a"})
    dashboard.user.get("v1/deployments/deployments/5f0c7a1e-0000-4000-8000-000000000000")


def test_requests_turn_up_and_are_filtered(ota_dashboard: Callable[..., Any]) -> None:
    """By path, method and status; those that come later have to fit, too."""
    dashboard = ota_dashboard().open()
    page, rows = dashboard.page, dashboard.rows()
    expect(page.locator("#journal-empty")).to_contain_text("Nothing was asked yet")
    ask_around(dashboard)
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("getDeployment")
    page.keyboard.press("/")
    page.keyboard.type("devauth")
    expect(rows).to_have_count(3)
    ask_around(dashboard)
    expect(rows).to_have_count(6)
    dashboard.button("Clear filters").click()
    expect(rows).to_have_count(12)
    page.get_by_label("Method", exact=True).first.select_option("POST")
    expect(rows).to_have_count(2)
    page.locator("#filter-method").select_option("")
    page.locator("#filter-status").select_option("4xx")
    expect(rows).to_have_count(4)
    page.locator("#filter-side").select_option("devices")
    expect(page.locator("#journal-empty")).to_contain_text("No request fits")
    dashboard.button("Clear filters").click()
    expect(rows).to_have_count(12)


def test_request_is_shown_whole(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path]
) -> None:
    """Headers, bodies, times, caller, and a command that repeats it; no secrets."""
    dashboard = ota_dashboard().open()
    ask_around(dashboard)
    dashboard.rows().filter(has_text="createDeployment").click()
    drawer = dashboard.page.locator("#request")
    expect(drawer).to_be_visible()
    for text in ("createDeployment", '"artifact_name": "a"', "x-men-requestid", "curl", '"error"'):
        expect(drawer).to_contain_text(text)
    assert dashboard.made["token"] not in drawer.inner_text()
    ota_screenshot("request")
    dashboard.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_callers_have_names(ota_dashboard: Callable[..., Any]) -> None:
    """A device's request shows its name, and leads to the device's other requests."""
    dashboard = ota_dashboard("small-fleet").open()
    dashboard.control.post("clock/advance", json={"seconds": 60}).raise_for_status()
    row = dashboard.rows().filter(has_text="till-1").first
    row.click()
    drawer = dashboard.page.locator("#request")
    expect(drawer).to_contain_text("device till-1 (")
    dashboard.button("Only this caller's requests").click()
    expect(drawer).to_be_hidden()
    expect(dashboard.page.locator("#filter-about")).to_have_text("From: till-1✕")
    expect(dashboard.rows().filter(has_not_text="till-1")).to_have_count(0)
    assert dashboard.rows().count() > 1


def test_journal_is_paused_emptied_and_saved(ota_dashboard: Callable[..., Any]) -> None:
    """A paused list stands still and tells how much has come."""
    dashboard = ota_dashboard().open()
    dashboard.user.get("v2/devauth/devices")
    expect(dashboard.rows()).to_have_count(1)
    dashboard.button("Pause").click()
    dashboard.user.get("v2/devauth/devices/count")
    expect(dashboard.button("Go on (1)")).to_be_visible()
    expect(dashboard.rows()).to_have_count(1)
    dashboard.button("Go on (1)").click()
    expect(dashboard.rows()).to_have_count(2)
    with dashboard.page.expect_download() as download:
        dashboard.button("Save HAR").click()
    har = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(har["log"]["entries"]) == 2
    dashboard.button("Empty").click()
    dashboard.button("Empty it").click()
    expect(dashboard.rows()).to_have_count(0)
    assert dashboard.control.get("journal").json() == []


def test_list_stays_bounded(ota_dashboard: Callable[..., Any]) -> None:
    """The newest 200 are in the page, in order, whatever came."""
    dashboard = ota_dashboard().open()
    for _ in range(230):
        dashboard.user.get("v2/devauth/devices/count")
    expect(dashboard.rows().first.locator("td").first).to_have_text("230")
    expect(dashboard.rows()).to_have_count(200)
    numbers = dashboard.page.locator("#journal-rows td.c-number").all_inner_texts()
    assert numbers == [str(number) for number in range(230, 30, -1)]
