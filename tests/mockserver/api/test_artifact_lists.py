"""Lists of artifacts and of releases: filters, order and pages."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

ARTIFACTS = "v1/deployments/artifacts"
RELEASES = "v1/deployments/deployments/releases"
ARTIFACTS_FOUND = {
    "": "app-1 app-1 app-2 Base",
    "name=app": "app-1 app-1 app-2",
    "name=BAS": "Base",
    "name=none": "",
    "description=hot": "app-2",
    "device_type=bbb": "app-1 Base",
    "name=app&device_type=bbb": "app-1",
}
RELEASES_FOUND = {
    "": "app-1 app-2 Base",
    "name=app": "app-1 app-2",
    "description=hot": "app-2",
    "device_type=bbb": "app-1 Base",
    "name=none": "",
}
ORDERS = {
    "sort=name:asc": "Base app-1 app-1 app-2",
    "sort=name:desc": "app-2 app-1 app-1 Base",
    "sort=modified:asc": "app-2 Base app-1 app-1",
    "sort=modified:desc": "app-1 app-1 Base app-2",
}

Refused = Callable[[httpx.Response, int], str]
Relations = Callable[[httpx.Response], dict[str, str]]


@pytest.fixture
def store(new_artifact: Callable[..., str], management: httpx.Client) -> httpx.Client:
    """Make four artifacts of three releases."""
    new_artifact("app-2", types="rpi", description="Hotfix")
    new_artifact("Base", types="bbb")
    new_artifact("app-1", types="rpi")
    new_artifact("app-1", types="bbb")
    return management


def names(answer: httpx.Response) -> str:
    """Return the names in a list."""
    assert answer.status_code == 200
    return " ".join(entry["name"] for entry in answer.json())


def by_id(artifacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put artifacts into an order of their own."""
    return sorted(artifacts, key=lambda artifact: str(artifact["id"]))


def by_name(found: str) -> str:
    """Put names in the order that lists have by default, which is by code point."""
    return " ".join(sorted(found.split()))


@pytest.mark.parametrize(
    ("path", "queries"), [(ARTIFACTS, ARTIFACTS_FOUND), (RELEASES, RELEASES_FOUND)]
)
def test_filters(store: httpx.Client, path: str, queries: dict[str, str]) -> None:
    """Filters."""
    for query, found in queries.items():
        whole = store.get(f"{path}?{query}")
        assert names(whole) == by_name(found), query
        assert not {"link", "x-total-count"} & whole.headers.keys()
        paged = store.get(f"{path}/list?{query}")
        assert paged.json() == whole.json()
        assert paged.headers["x-total-count"] == str(len(found.split()))


def test_order_of_artifacts(store: httpx.Client) -> None:
    """Order of artifacts."""
    assert {query: names(store.get(f"{ARTIFACTS}/list?{query}")) for query in ORDERS} == ORDERS


def test_order_of_releases(store: httpx.Client) -> None:
    """Order of releases."""
    assert names(store.get(f"{RELEASES}/list?sort=name:desc")) == "app-2 app-1 Base"
    assert names(store.get(f"{RELEASES}/list?sort=modified:desc")) == "app-1 Base app-2"


def test_release_gathers_the_artifacts_of_its_name(store: httpx.Client) -> None:
    """In no order that anybody promises."""
    (release,) = store.get(RELEASES, params={"name": "app-1"}).json()
    listed = store.get(ARTIFACTS, params={"name": "app-1"}).json()
    assert len(listed) == 2
    assert by_id(release["artifacts"]) == by_id(listed)


@pytest.mark.parametrize("path", [ARTIFACTS, RELEASES])
def test_pages_are_counted_and_linked(store: httpx.Client, relations: Relations, path: str) -> None:
    """Pages are counted and linked."""
    answer = store.get(f"{path}/list?page=2&per_page=1&sort=name:desc")
    assert names(answer) == "app-1"
    total = len(store.get(path).json())
    assert answer.headers["x-total-count"] == str(total)
    link = f"/api/management/{path}/list?page={{}}&per_page=1&sort=name%3Adesc"
    assert relations(answer) == {
        "first": link.format(1),
        "prev": link.format(1),
        "next": link.format(3),
        "last": link.format(total),
    }


@pytest.mark.parametrize("path", [ARTIFACTS, RELEASES])
@pytest.mark.parametrize("query", ["sort=size:asc", "page=0", "page=x", "per_page=501"])
def test_odd_lists_are_refused(
    management: httpx.Client, refused: Refused, path: str, query: str
) -> None:
    """Odd lists are refused."""
    assert query.partition("=")[0] in refused(management.get(f"{path}/list?{query}"), 400)
