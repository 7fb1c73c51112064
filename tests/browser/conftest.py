"""Debian's Chromium: pages that fail a test by what they say on the console, and sites to visit."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

SITES = Path(__file__).with_name("sites")

NAMES = "MAP *.example 127.0.0.1"
"""Chromium's own table of hosts: names of the Internet that lead to this machine."""


class Console:
    """What pages say on the console that is wrong, and uncaught exceptions."""

    def __init__(self) -> None:
        """Begin without any."""
        self.errors: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Take errors in which this regular expression is found for what they should be."""
        self._expected.append(re.compile(pattern))

    def listen(self, page: Page) -> None:
        """Write down what this page says from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def check(self) -> None:
        """Fail for each error that was not expected, and for each expected one that never came."""
        surprises = [e for e in self.errors if not any(p.search(e) for p in self._expected)]
        assert surprises == []
        missing = [p.pattern for p in self._expected if not any(map(p.search, self.errors))]
        assert missing == []


@pytest.fixture(scope="module")
def ota_browser(real_program: Callable[[str], str]) -> Iterator[Browser]:
    """Return Chromium, in which each name below `.example` is this machine.

    For one module only: while Playwright runs, no other test on its thread can run an event loop.
    """
    # No sandbox: tests may run as root, for whom Chromium has none.
    arguments = ["--no-sandbox", f"--host-resolver-rules={NAMES}"]
    program = real_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def ota_console() -> Iterator[Console]:
    """Return what the test's pages say that is wrong; errors it does not expect fail the test."""
    console = Console()
    yield console
    console.check()


@pytest.fixture
def ota_context(ota_browser: Browser, ota_console: Console) -> Iterator[BrowserContext]:
    """Return an empty profile of a user: no cookies, nothing stored, no certificates to trust."""
    context = ota_browser.new_context()
    context.on("page", ota_console.listen)
    yield context
    context.close()


@pytest.fixture
def ota_page(ota_context: BrowserContext) -> Page:
    """Return an empty page; `ota_console` has what it says that is wrong."""
    return ota_context.new_page()


@pytest.fixture
def ota_screenshot(
    ota_page: Page, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that keeps a picture of the whole page, for a person to look at.

    They are in the folder OTAKIT_SCREENSHOTS, or else in pytest's temporary one.
    """
    named = os.environ.get("OTAKIT_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.getbasetemp() / "screenshots"

    def take(name: str) -> Path:
        path = folder / f"{name}.png"
        ota_page.screenshot(path=path, full_page=True)
        return path

    return take


class Quiet(SimpleHTTPRequestHandler):
    """Serves the sites' files and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ota_site() -> Iterator[Callable[[str], str]]:
    """Return a function that serves `tests/browser/sites` to pages of a host of this name.

    It returns their origin: each has a port of its own.
    """
    with ExitStack() as stack:

        def serve(host: str) -> str:
            site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITES)))
            stack.enter_context(site)
            thread = threading.Thread(target=site.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(site.shutdown)
            return f"http://{host}:{site.server_port}"

        yield serve
