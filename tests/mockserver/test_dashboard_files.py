"""The dashboard's files: what goes with them, and that nothing else is served from there."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ota_support.server import NO_TLS
from otakit.mockserver.dashboard_files import FOLDER, PATH

FILES = sorted(path.name for path in FOLDER.iterdir() if path.is_file())


@pytest.fixture
def browser(server: Any) -> Iterator[httpx.Client]:
    """Return a client of the server's own pages."""
    with httpx.Client(base_url=server.url, verify=NO_TLS) as client:
        yield client


def test_page_is_there_without_a_login(browser: httpx.Client) -> None:
    """It holds no data; nothing but the server's own files may run or be framed."""
    answer = browser.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>otakit</title>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", FILES)
def test_files_are_kept_by_browsers_until_they_change(browser: httpx.Client, name: str) -> None:
    """Each has an entity tag; asked again with it, the server says that nothing has changed."""
    answer = browser.get(f"{PATH}/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in answer.headers
    again = browser.get(f"{PATH}/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_page_names_only_files_that_there_are(browser: httpx.Client) -> None:
    """Every address in the page and every import of its modules leads to a file of its own."""
    page = browser.get("/").text
    named = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert named
    assert all(browser.get(address).status_code == 200 for address in named)
    for name in FILES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from "\./([^"]+)"', text)) <= set(FILES)
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text


def test_page_has_no_inline_script_or_style(browser: httpx.Client) -> None:
    """The policy would not let them work."""
    page = browser.get("/").text
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_as_get_without_the_content(browser: httpx.Client, method: str) -> None:
    """For those who only look whether it is there."""
    answer = browser.request(method, "/")
    assert answer.status_code == 200
    assert bool(answer.content) is (method == "GET")


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}/",
        f"{PATH}/nothing.js",
        f"{PATH}/../app.py",
        f"{PATH}/%2e%2e/app.py",
        f"{PATH}/%2e%2e%2f%2e%2e%2fpyproject.toml",
        f"{PATH}//etc/passwd",
        f"{PATH}/%00",
        f"{PATH}/{'a' * 5000}",
    ],
)
def test_nothing_else_is_served(browser: httpx.Client, path: str) -> None:
    """Neither other folders nor files that there are not."""
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/", f"{PATH}/main.js"])
def test_other_methods_are_refused(browser: httpx.Client, path: str) -> None:
    """A page is only read."""
    assert browser.post(path, content=b"x").status_code == 405


def test_journal_has_no_request_for_the_page(browser: httpx.Client) -> None:
    """What the dashboard fetches would hide what it shows."""
    for path in ("/", f"{PATH}/main.js", f"{PATH}/nothing.js"):
        browser.get(path)
    assert browser.get("/otakit/v1/universes/default/journal").json() == []
