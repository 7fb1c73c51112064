"""The dashboard's link to the server: lost, found again, and opened by a token."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("dashboard link")  # which start Chromium once


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_page_comes_back_with_its_server(
    start_server: Any, ota_page: Page, ota_console: Any
) -> None:
    """It says that the server is gone, goes on trying, and shows the new one's world."""
    ota_console.expect("ERR_CONNECTION_REFUSED")
    port = str(free_port())
    first = start_server("--port", port)
    ota_page.goto(first.url)
    link = ota_page.locator("#link")
    expect(link).to_have_text("Live")
    with first.management() as user:
        user.get("v2/devauth/devices")
    expect(ota_page.locator("#journal-rows tr")).to_have_count(2)
    first.process.terminate()
    expect(link).to_have_text("Server gone. Trying again…", timeout=15_000)
    first.process.wait(timeout=20)
    start_server("--port", port)
    expect(link).to_have_text("Live", timeout=30_000)
    expect(ota_page.locator("#journal-rows tr")).to_have_count(0)
    ota_page.reload()
    expect(link).to_have_text("Live")


def test_token_is_asked_for_and_kept_in_the_tab(
    start_server: Any, ota_page: Page, ota_console: Any
) -> None:
    """A wrong one is refused and asked for again; the right one outlives a reload."""
    ota_console.expect("401 .Unauthorized.")
    server = start_server("--control-token", "a-token-for-the-test-0123456789")
    ota_page.goto(server.url)
    dialog = ota_page.get_by_role("dialog", name="Control token")
    expect(dialog).to_be_visible()
    ota_page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Token").fill("wrong")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_role("alert")).to_have_text("The server does not take this token.")
    dialog.get_by_label("Token").fill("a-token-for-the-test-0123456789")
    dialog.get_by_role("button", name="Go on").click()
    expect(ota_page.locator("#link")).to_have_text("Live")
    expect(ota_page.locator("#device-total")).to_have_text("0")
    ota_page.reload()
    expect(ota_page.locator("#link")).to_have_text("Live")
    expect(dialog).to_be_hidden()


def test_dialogs_are_closed_by_escape(ota_dashboard: Callable[..., Any]) -> None:
    """And by their buttons, and by a click beside them; the focus goes back."""
    page = ota_dashboard().open().page
    for opened in ("#open-fault", "#open-universe", "#open-apis", "#open-clients"):
        for close in (
            partial(page.keyboard.press, "Escape"),
            page.locator("dialog[open] [data-close]").first.click,
            partial(page.mouse.click, 5, 300),
        ):
            page.locator(opened).click()
            expect(page.locator("dialog[open]")).to_have_count(1)
            close()
            expect(page.locator("dialog[open]")).to_have_count(0)
            expect(page.locator(opened)).to_be_focused()
