"""Names are anybody's input: the dashboard shows them as text, whatever they say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from ota_support.device import Device
from ota_support.server import NO_TLS

pytestmark = pytest.mark.xdist_group("dashboard hostile")  # which start Chromium once

IMAGE = "<img src=x onerror=\"window.hacked = 'by an image'\">"
SCRIPT = "</td></table><script>window.hacked = 'by a script'</script>"
BLANK = "(blank)"
"""What stands for a name that could not be seen."""

LONG = "device-" * 1500


@pytest.mark.parametrize("name", [IMAGE, SCRIPT, LONG, "\u202egnp.exe", "a\nb\tc", " "])
def test_names_are_text(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path], name: str
) -> None:
    """Of devices, deployments, faults, paths and bodies; nothing runs, nothing sticks out."""
    dashboard = ota_dashboard("small-fleet")
    stranger(dashboard, name)
    dashboard.deploy(name[:256] or "x", group="tills", artifact_name="app-1.1")
    plan = {"name": name[:256], "do": {"action": "latency", "seconds": 0}}
    dashboard.control.post("faults", json=plan).raise_for_status()
    dashboard.user.get("v1/inventory/devices/" + quote(name[:200], safe=""))
    page = dashboard.open().page
    page.locator("#device-states [data-state=pending]").click()
    rows = page.locator("#device-rows tr")
    expect(rows).to_have_count(3)
    shown = rows.locator(".name button").all_text_contents()
    assert (name[:300] if name.strip() else BLANK) in shown
    assert (name[:256] if name.strip() else BLANK) in page.locator(
        "#deployment-cards h3"
    ).all_text_contents()
    expect(page.locator("#fault-rows > li")).to_have_count(1)
    page.locator("#journal-rows button").first.click()
    expect(page.locator("#request")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = rows.evaluate_all("all => all.map(row => row.getBoundingClientRect().height)")
    assert len(set(heights)) == 1
    ota_screenshot("hostile")


def stranger(dashboard: Any, name: str) -> None:
    """Let a device of that name ask to be let in."""
    base = f"{dashboard.url}/api/devices/"
    with httpx.Client(base_url=base, verify=NO_TLS) as client:
        device = Device(client, 7)
        device.identity = {"mac": name}
        answer = device.authenticate(tenant_token=dashboard.made["tenant_token"])
        assert answer.status_code == 401


def test_universe_of_a_bad_name(ota_dashboard: Callable[..., Any]) -> None:
    """Also in the list to choose from, and as an address."""
    dashboard = ota_dashboard()
    url = f"{dashboard.url}/otakit/v1/universes"
    made = httpx.post(url, json={"name": IMAGE}, verify=NO_TLS).json()
    try:
        page = dashboard.open().page
        option = page.locator(f"#universe option[value='{made['id']}']")
        expect(option).to_have_text(IMAGE)
        assert page.evaluate("window.hacked") is None
    finally:
        httpx.delete(f"{url}/{made['id']}", verify=NO_TLS)


@pytest.mark.parametrize("universe", ["nowhere", "../../etc", IMAGE, "%", "a/b?c#d"])
def test_universe_that_there_is_not(
    ota_dashboard: Callable[..., Any], ota_console: Any, universe: str
) -> None:
    """The page says so, and shows the default one."""
    ota_console.expect("404 .Not Found.")
    dashboard = ota_dashboard()
    page = dashboard.page
    page.goto(f"{dashboard.url}/#universe={httpx.QueryParams({'u': universe})}".replace("u=", ""))
    dashboard.expect_live()
    expect(page.locator("#universe")).to_have_value("default")
    assert json.loads(page.evaluate("JSON.stringify(window.hacked ?? null)")) is None
