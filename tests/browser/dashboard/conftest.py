"""The dashboard in Chromium: each test has a universe of its own on its worker's server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from ota_support.server import NO_TLS


class Dashboard:
    """A page that shows one universe, and clients of that universe."""

    def __init__(self, page: Page, url: str, made: dict[str, Any]) -> None:
        """Take a page for a universe, as its maker was told of it."""
        self.page = page
        self.url = url
        self.id: str = made["id"]
        self.made = made
        self.control = httpx.Client(
            base_url=f"{url}/otakit/v1/universes/{self.id}/", verify=NO_TLS, timeout=60
        )
        self.user = httpx.Client(
            base_url=f"{url}/api/management/",
            headers={"Authorization": f"Bearer {made['token']}"},
            verify=NO_TLS,
        )

    def close(self) -> None:
        """Leave the page, then delete the universe."""
        if not self.page.is_closed():
            self.page.goto("about:blank")
        self.control.delete(str(self.control.base_url).rstrip("/"))
        self.control.close()
        self.user.close()

    def load(self, scenario: str) -> None:
        """Fill the universe with one of otakit's own worlds."""
        self.control.post("scenario", json={"name": scenario}).raise_for_status()

    def open(self) -> "Dashboard":
        """Go to the page and wait until it shows the universe live."""
        self.page.goto(f"{self.url}/#universe={self.id}")
        self.expect_live()
        expect(self.page.locator("#device-total")).not_to_have_text("")
        return self

    def expect_live(self) -> None:
        """Wait until the page follows the server."""
        expect(self.page.locator("#link")).to_have_attribute("data-state", "live", timeout=15_000)

    def button(self, name: str) -> Locator:
        """Return the one button of this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def card(self, name: str) -> Locator:
        """Return the card of the deployment of this name."""
        named = self.page.get_by_role("button", name=name, exact=True)
        return self.page.locator("#deployment-cards > li").filter(has=named)

    def rows(self) -> Locator:
        """Return the requests that the journal lists."""
        return self.page.locator("#journal-rows tr")

    def deploy(self, name: str, **plan: Any) -> str:
        """Deploy something; return the deployment's id."""
        path = "v1/deployments/deployments"
        if group := plan.pop("group", None):
            path = f"{path}/group/{group}"
        answer = self.user.post(path, json={"name": name, **plan})
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].rpartition("/")[2]


@pytest.fixture
def ota_dashboard(ota_page: Page, shared_server: Any) -> Iterator[Callable[..., Dashboard]]:
    """Return a function that makes a universe, perhaps with a scenario, for a page to show."""
    with ExitStack() as stack:

        def make(scenario: str = "", page: Page | None = None) -> Dashboard:
            url = f"{shared_server.url}/otakit/v1/universes"
            made = httpx.post(url, json={"name": "web shop"}, verify=NO_TLS).json()
            dashboard = Dashboard(page or ota_page, shared_server.url, made)
            stack.callback(dashboard.close)
            if scenario:
                dashboard.load(scenario)
            return dashboard

        yield make
