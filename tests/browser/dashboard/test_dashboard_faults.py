"""The dashboard lets things fail on purpose, and shows what was hit."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("dashboard faults")  # which start Chromium once


def test_fault_is_injected_and_hits(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path]
) -> None:
    """One click makes it, hits are counted live, the journal has them, another click ends it."""
    dashboard = ota_dashboard("small-fleet").open()
    page = dashboard.page
    preset = dashboard.button("500 on 10 % of management requests")
    expect(page.locator("#faults-empty")).to_contain_text("Nothing goes wrong")
    preset.click()
    expect(preset).to_have_attribute("aria-pressed", "true")
    row = page.locator("#fault-rows > li")
    expect(row).to_have_count(1)
    statuses = [dashboard.user.get("v2/devauth/devices/count").status_code for _ in range(60)]
    hits = statuses.count(500)
    assert hits > 0
    expect(row.locator(".hits")).to_have_text(f"{hits} hit{'s' if hits > 1 else ''}")
    row.locator(".hits").click()
    expect(dashboard.rows()).to_have_count(hits)
    expect(dashboard.rows().first.locator(".status")).to_have_text("500")
    expect(dashboard.rows().first.locator(".struck")).to_be_visible()
    ota_screenshot("faults")
    preset.click()
    expect(row).to_have_count(0)
    after = [dashboard.user.get("v2/devauth/devices/count").status_code for _ in range(60)]
    assert set(after) == {200}


def test_fault_is_switched_off_and_on(ota_dashboard: Callable[..., Any]) -> None:
    """One that is off stays in the list and hits nothing."""
    dashboard = ota_dashboard().open()
    plan = {"name": "mine", "do": {"action": "status", "status": 503}}
    dashboard.control.post("faults", json=plan).raise_for_status()
    switch = dashboard.page.get_by_role("switch", name="mine: on")
    expect(switch).to_have_attribute("aria-checked", "true")
    assert dashboard.user.get("v2/devauth/devices").status_code == 503
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert dashboard.user.get("v2/devauth/devices").status_code == 200
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert dashboard.user.get("v2/devauth/devices").status_code == 503
    dashboard.button("Delete mine").click()
    expect(switch).to_have_count(0)
    assert dashboard.control.get("faults").json() == []


def test_fault_of_the_form(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path], ota_console: Any
) -> None:
    """Operation, action, probability and number are what the server is told; it names mistakes."""
    ota_console.expect("400 .Bad Request.")
    dashboard = ota_dashboard().open()
    page = dashboard.page
    dashboard.button("New fault…").click()
    page.locator("#fault-name").fill("slow lists")
    page.get_by_label("Operation", exact=True).fill("listDevice")
    page.get_by_label("Action").select_option("latency")
    page.get_by_label("Seconds").fill("0.25")
    page.get_by_label("Probability, %").fill("50")
    page.get_by_label("At most, times").fill("3")
    expect(page.locator("#operations option[value=listDevices]")).to_have_count(1)
    dashboard.button("Create the fault").click()
    expect(page.locator("#fault-error")).to_have_text(re.compile("listDevice'.*listDevices"))
    ota_screenshot("fault-form")
    page.get_by_label("Operation", exact=True).fill("listDevices")
    dashboard.button("Create the fault").click()
    expect(page.locator("#fault-dialog")).to_be_hidden()
    expect(page.locator("#fault-rows")).to_contain_text("slow lists")
    (made,) = dashboard.control.get("faults").json()
    assert made["on"] == {"operations": ["listDevices"]}
    assert (made["do"]["action"], made["do"]["seconds"]) == ("latency", 0.25)
    assert (made["when"]["probability"], made["when"]["times"]) == (0.5, 3)


def test_every_action_of_the_form_is_one_of_the_server(ota_dashboard: Callable[..., Any]) -> None:
    """With the numbers that the form begins with, each makes a fault."""
    dashboard = ota_dashboard().open()
    page = dashboard.page
    actions = page.locator("#fault-action option").evaluate_all("all => all.map(o => o.value)")
    for made, action in enumerate(actions, start=1):
        dashboard.button("New fault…").click()
        page.get_by_label("Action").select_option(action)
        dashboard.button("Create the fault").click()
        expect(page.locator("#fault-rows > li")).to_have_count(made)
    assert {f["do"]["action"] for f in dashboard.control.get("faults").json()} == set(actions)


def test_every_preset_is_taken(ota_dashboard: Callable[..., Any]) -> None:
    """All of them at once are five faults."""
    dashboard = ota_dashboard().open()
    presets = dashboard.page.locator("#presets button")
    expect(presets).to_have_count(5)
    for number in range(5):
        presets.nth(number).click()
        expect(dashboard.page.locator("#fault-rows > li")).to_have_count(number + 1)
