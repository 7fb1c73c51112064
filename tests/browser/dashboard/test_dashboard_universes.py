"""The dashboard's universes: made, shown by their address, filled, reset, saved, deleted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from ota_support.server import NO_TLS

pytestmark = pytest.mark.xdist_group("dashboard universes")  # which start Chromium once


def manage(dashboard: Any) -> Any:
    """Open the dialog of universes; return it."""
    dashboard.button("Manage…").click()
    dialog = dashboard.page.locator("#universe-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("#scenarios li").first).to_be_visible()
    return dialog


def test_universe_is_made_shown_and_deleted(
    ota_dashboard: Callable[..., Any], ota_screenshot: Callable[[str], Path]
) -> None:
    """What it shows of a new one lets its user in; the address keeps which one is shown."""
    dashboard = ota_dashboard().open()
    page = dashboard.page
    dialog = manage(dashboard)
    ota_screenshot("universes")
    dialog.get_by_placeholder("Name, for people").fill("checkout page")
    dialog.get_by_role("button", name="Create").click()
    values = dialog.locator("#new-pairs code")
    expect(values).to_have_count(6)
    email, password, token = values.all_inner_texts()[:3]
    login = f"{dashboard.url}/api/management/v1/useradm/auth/login"
    assert httpx.post(login, auth=(email, password), verify=NO_TLS).status_code == 200
    headers = {"Authorization": f"Bearer {token}"}
    devices = f"{dashboard.url}/api/management/v2/devauth/devices"
    assert httpx.get(devices, headers=headers, verify=NO_TLS).status_code == 200
    dialog.get_by_role("link", name="Show the new universe").click()
    made = email.removeprefix("admin@").removesuffix(".example.com")
    expect(page.locator("#universe")).to_have_value(made)
    page.reload()
    dashboard.expect_live()
    expect(page.locator("#universe")).to_have_value(made)
    expect(page.locator("#universe option:checked")).to_have_text("checkout page")
    dialog = manage(dashboard)
    dashboard.button("Delete…").click()
    dashboard.button("Cancel").last.click()
    expect(page.locator("#universe")).to_have_value(made)
    dashboard.button("Delete…").click()
    dashboard.button("Delete it").click()
    expect(page.locator("#universe")).to_have_value("default")
    gone = httpx.get(f"{dashboard.url}/otakit/v1/universes/{made}", verify=NO_TLS)
    assert gone.status_code == 404


def test_universes_are_switched(ota_dashboard: Callable[..., Any]) -> None:
    """The page shows only the chosen one, and what comes to it."""
    full, bare = ota_dashboard("small-fleet"), ota_dashboard()
    full.open()
    expect(full.page.locator("#device-total")).to_have_text("10")
    full.page.locator("#universe").focus()
    full.page.locator("#universe").select_option(bare.id)
    expect(full.page.locator("#devices-empty")).to_contain_text("No devices yet")
    bare.user.get("v2/devauth/devices")
    expect(bare.rows()).to_have_count(1)
    full.page.go_back()
    expect(full.page.locator("#device-total")).to_have_text("10")


def test_scenario_and_reset(ota_dashboard: Callable[..., Any]) -> None:
    """A scenario fills it, a reset empties it, each only once somebody is sure."""
    dashboard = ota_dashboard().open()
    total = dashboard.page.locator("#device-total")
    dialog = manage(dashboard)
    dashboard.button("Load small-fleet").click()
    dashboard.button("Load it").click()
    expect(dialog).to_be_hidden()
    expect(total).to_have_text("10")
    manage(dashboard)
    dashboard.button("Reset…").click()
    dashboard.page.keyboard.press("Escape")
    expect(total).to_have_text("10")
    dashboard.button("Reset…").click()
    dashboard.button("Reset it").click()
    expect(total).to_have_text("0")


def test_snapshot_is_saved_and_restored(ota_dashboard: Callable[..., Any], tmp_path: Path) -> None:
    """The file that was saved brings back what was lost."""
    dashboard = ota_dashboard("small-fleet").open()
    total = dashboard.page.locator("#device-total")
    manage(dashboard)
    with dashboard.page.expect_download() as download:
        dashboard.button("Save a snapshot").click()
    saved = tmp_path / "snapshot.json"
    download.value.save_as(saved)
    dashboard.load("empty")
    expect(total).to_have_text("0")
    with dashboard.page.expect_file_chooser() as chooser:
        dashboard.button("Restore a snapshot…").click()
    chooser.value.set_files(saved)
    dashboard.button("Restore it").click()
    expect(total).to_have_text("10")


def test_deleted_universe_makes_room_for_default(ota_dashboard: Callable[..., Any]) -> None:
    """Somebody else deletes what the page shows."""
    dashboard = ota_dashboard().open()
    path = f"{dashboard.url}/otakit/v1/universes/{dashboard.id}"
    assert httpx.delete(path, verify=NO_TLS).status_code == 204
    expect(dashboard.page.locator("#universe")).to_have_value("default")
    dashboard.expect_live()
