"""Behind a proxy, the mock goes by what the proxy says of the client."""

from typing import Any

import httpx
import pytest

TEXTS = {
    "name": "release 1",
    "type": "single_file",
    "device_types_compatible": "beagle",
    "args": '{"filename": "a", "dest_dir": "/etc"}',
}
PAGE = {"Origin": "http://localhost:3000"}


@pytest.fixture
def artifact(management: httpx.Client) -> str:
    """Return the path of an artifact."""
    file = {"file": ("a", b"hello")}
    made = management.post("v1/deployments/artifacts/generate", data=TEXTS, files=file)
    return made.raise_for_status().headers["location"].removeprefix("/api/management/")


@pytest.mark.parametrize("page", [{}, PAGE], ids=["program", "page"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_links_have_the_scheme_of_the_proxy(
    management: httpx.Client, artifact: str, scheme: str, page: dict[str, str]
) -> None:
    """Else a page that was loaded by HTTPS could not follow them."""
    told = {"X-Forwarded-Proto": scheme, "Host": "ota.example.com", **page}
    answer = management.get(f"{artifact}/download", headers=told)
    assert answer.json()["uri"].startswith(f"{scheme}://ota.example.com/")
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == page.get("Origin")


def test_requests_of_a_page_name_it(management: httpx.Client, artifact: str) -> None:
    """CORS works without a proxy, and a program's answers have nothing of it."""
    answer = management.get(f"{artifact}/download", headers=PAGE)
    assert answer.headers["access-control-allow-origin"] == PAGE["Origin"]
    assert answer.json()["uri"].startswith("http://127.0.0.1")
    answer = management.get(f"{artifact}/download")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_journal_names_the_client_behind_the_proxy(server: Any, management: httpx.Client) -> None:
    """Not the proxy."""
    management.get("v1/inventory/groups", headers={"X-Forwarded-For": "192.0.2.7"})
    journal = f"{server.url}/otakit/v1/universes/default/journal"
    newest = httpx.get(journal, params={"operation": "listGroups"}).json()[0]
    entry = httpx.get(f"{journal}/{newest['number']}").json()
    assert entry["request"]["client"].startswith("192.0.2.7:")
