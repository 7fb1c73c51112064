"""The picture of the README: the demo in the middle of things."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("dashboard picture")  # which start Chromium once

MAX_SIZE = 300 * 1024

LIVELY = 4
"""Statuses that a deployment's devices have at once, at least."""

STRUCK = 2
"""Requests that have met the fault, at least."""


def test_picture(ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path]) -> None:
    """To renew the README's: OTAKIT_SCREENSHOTS=docs/images, and this test alone."""
    dashboard = ota_dashboard()
    page = dashboard.page
    page.set_viewport_size({"width": 1440, "height": 960})
    dashboard.open()
    dashboard.load("demo")
    dashboard.control.put("clock", json={"speed": 0})
    kiosks = dashboard.card("Kiosks to 4.1")
    expect(kiosks).to_be_visible()
    for _ in range(60):
        if kiosks.locator(".legend li").count() >= LIVELY:
            break
        dashboard.control.post("clock/advance", json={"seconds": 2})
        page.wait_for_timeout(400)
    dashboard.button("500 on 10 % of management requests").click()
    dashboard.button("429 on device polls").click()
    page.get_by_role("switch", name="429 on device polls: on").click()
    expect(page.locator("#fault-rows .switch")).to_have_count(2)
    struck = 0
    while struck < STRUCK:
        for path in ("v1/deployments/deployments", "v2/devauth/devices", "v1/inventory/groups"):
            answer = dashboard.user.get(path)
            struck += answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    expect(page.locator(".struck")).to_have_count(struck)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    picture = ota_screenshot("dashboard")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= MAX_SIZE
