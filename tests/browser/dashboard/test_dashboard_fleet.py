"""The dashboard tells of simulated devices."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from ota_support.scripted import an_artifact

pytestmark = pytest.mark.xdist_group("dashboard fleet")  # which start Chromium once


def test_simulated_devices_are_counted_and_those_that_update(
    ota_dashboard: Callable[..., Any],
) -> None:
    """While they come, while they are busy, and when they are gone; the clock stands."""
    dashboard = ota_dashboard()
    dashboard.control.put("clock", json={"speed": 0}).raise_for_status()
    dashboard.open()
    line = dashboard.page.locator("#device-simulated")
    expect(line).to_have_text("")
    fleet = {"devices": 3, "poll": 10}
    dashboard.control.post("fleet", json=fleet).raise_for_status()
    expect(line).to_have_text("3 simulated")
    expect(dashboard.page.locator("#device-total")).to_have_text("3")
    dashboard.control.post("clock/advance", json={"seconds": 10}).raise_for_status()
    content = an_artifact(device_types=["raspberrypi4"])
    size, files = {"size": str(len(content))}, {"artifact": ("a.mender", content)}
    dashboard.user.post("v1/deployments/artifacts", data=size, files=files).raise_for_status()
    dashboard.deploy("all", artifact_name="release-2", all_devices=True)
    dashboard.control.post("clock/advance", json={"seconds": 10}).raise_for_status()
    expect(line).to_have_text("3 simulated, 3 updating")
    dashboard.control.delete("fleet").raise_for_status()
    expect(line).to_have_text("")
