"""The dashboard shows devices and deployments as they are, and as they change."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("dashboard deployments")  # which start Chromium once

MINUTE = 60_000


def test_deployment_finishes_live(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path]
) -> None:
    """A deployment turns up, moves as devices report, and is finished, without a reload."""
    dashboard = ota_dashboard("small-fleet").open()
    dashboard.page.evaluate("window.untouched = true")
    dashboard.button("Freeze").click()
    expect(dashboard.page.locator("#pace")).to_have_text("frozen")
    deployment = dashboard.deploy("scales to 1.1", group="scales", artifact_name="app-1.1")
    card = dashboard.card("scales to 1.1")
    expect(card.locator(".badge")).to_have_text("pending")
    expect(card.get_by_role("progressbar")).to_have_attribute("aria-valuemax", "3")
    while status(dashboard, deployment) == "pending":
        dashboard.control.post("clock/advance", json={"seconds": 1}).raise_for_status()
    expect(card.locator(".badge")).to_have_text("in progress")
    ota_screenshot("deployment-in-progress")
    dashboard.page.locator("[data-speed='60']").click()
    expect(card.locator(".badge")).to_have_text("finished", timeout=MINUTE)
    expect(card.locator(".percent")).to_have_text("100 %")
    expect(card.locator(".legend")).to_have_text("3success")
    scale = dashboard.page.locator("#device-rows tr").filter(has_text="scale-1")
    expect(scale).to_contain_text("app-1.1")
    expect(scale.locator(".badge.soft")).to_have_text("success")
    assert dashboard.page.evaluate("window.untouched")


def status(dashboard: Any, deployment: str) -> str:
    """Ask the server for a deployment's status."""
    answer = dashboard.user.get(f"v1/deployments/deployments/{deployment}")
    return str(answer.json()["status"])


def test_phase_opens_when_the_clock_is_turned(ota_dashboard: Callable[..., Any]) -> None:
    """Time is frozen, advanced by a day, and turned to the next phase, whose devices begin."""
    dashboard = ota_dashboard("phased-rollout").open()
    page = dashboard.page
    dashboard.button("Freeze").click()
    expect(page.locator("#pace")).to_have_text("frozen")
    expect(dashboard.button("Freeze")).to_have_attribute("aria-pressed", "true")
    stopped = page.locator("#now").inner_text()
    phases = dashboard.card("trams to 3.1").locator(".phase")
    third = phases.nth(2)
    expect(third).to_have_attribute("data-state", "waiting")
    expect(third.locator(".phase-state")).to_have_text(re.compile("in (5 d|4 d 23 h)"))
    assert page.locator("#now").inner_text() == stopped
    dashboard.button("+1 day").click()
    expect(third.locator(".phase-state")).to_have_text(re.compile("in (4 d|3 d 23 h)"))
    news = page.locator("#clock-news")  # comes when the devices have lived that day
    expect(news).to_contain_text("Turned forward by 1 d.", timeout=30_000)
    page.locator("#next-phase").click()
    expect(third).to_have_attribute("data-state", re.compile("open|full"), timeout=MINUTE)
    expect(phases.nth(3)).to_have_attribute("data-state", "waiting")
    dashboard.button("+1 h").click()
    expect(third.locator(".phase-state")).to_have_text(re.compile("12/12"), timeout=MINUTE)
    assert dashboard.control.get("clock").json()["speed"] == 0


def test_devices_are_listed_by_state(ota_dashboard: Callable[..., Any]) -> None:
    """A state's chip lists its devices; one that is accepted elsewhere goes over by itself."""
    dashboard = ota_dashboard("small-fleet").open()
    rows = dashboard.page.locator("#device-rows tr")
    chips = dashboard.page.locator("#device-states")
    expect(chips.get_by_role("button", name="all 10")).to_have_attribute("aria-pressed", "true")
    expect(rows).to_have_count(10)
    chips.get_by_role("button", name="pending 2").click()
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".badge").first).to_have_text("pending")
    pending = dashboard.user.get("v2/devauth/devices", params={"status": "pending"}).json()[0]
    path = f"v2/devauth/devices/{pending['id']}/auth/{pending['auth_sets'][0]['id']}/status"
    dashboard.user.put(path, json={"status": "accepted"}).raise_for_status()
    expect(rows).to_have_count(1)
    expect(chips.get_by_role("button", name="accepted 9")).to_be_visible()


def test_requests_of_a_device_and_of_a_deployment(ota_dashboard: Callable[..., Any]) -> None:
    """A name leads to the requests about what has that name."""
    dashboard = ota_dashboard("small-fleet").open()
    devices = dashboard.page.locator("#device-rows")
    devices.get_by_role("button", name="till-1", exact=True).click()
    about = dashboard.page.locator("#filter-about")
    expect(about).to_contain_text("till-1")
    caller = devices.get_by_role("button", name="till-1", exact=True).get_attribute("data-caller")
    listed = dashboard.control.get("journal", params={"caller": caller, "per_page": 200})
    expect(dashboard.rows()).to_have_count(len(listed.json()))
    about.click()
    expect(about).to_be_hidden()
    button = dashboard.page.locator("#deployment-cards").get_by_role("button").first
    button.click()
    found = dashboard.page.locator("#filter-path").input_value()
    assert found == button.get_attribute("data-id")


def test_fleet_of_jfrog_connect(ota_dashboard: Callable[..., Any]) -> None:
    """Its deployments are in a tab of their own, which an empty fleet does not have."""
    dashboard = ota_dashboard("demo").open()
    dashboard.button("JFrog Connect").click()
    cards = dashboard.page.locator("#connect-cards > li")
    assert cards.count() >= 1
    expect(cards.first.get_by_role("progressbar")).to_be_visible()
    dashboard.load("empty")
    expect(dashboard.button("JFrog Connect")).to_be_hidden()
    expect(dashboard.page.locator("#deployments-empty")).to_contain_text("No deployments yet")
