"""Following `next` from the first page shows the whole list, each element once."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest


@pytest.fixture
def ids(management: httpx.Client, stranger: Callable[[], Any]) -> list[str]:
    """Announce seven devices; return their ids."""
    found = []
    for _ in range(7):
        device = stranger()
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        answer = management.post("v2/devauth/devices", json=asked)
        found.append(answer.headers["location"].rpartition("/")[2])
    return found


def follow(
    management: httpx.Client, path: str, relations: Callable[[httpx.Response], dict[str, str]]
) -> Iterator[httpx.Response]:
    """Go through the pages of a list as their links lead."""
    url: httpx.URL | None = httpx.URL(f"{management.base_url}{path}")
    while url is not None:
        answer = management.get(url)
        assert answer.status_code == 200
        yield answer
        onward = relations(answer).get("next")
        url = None if onward is None else management.base_url.join(onward)


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_list_with_a_total(
    management: httpx.Client,
    ids: list[str],
    relations: Callable[[httpx.Response], dict[str, str]],
    size: int,
) -> None:
    """List with a total."""
    pages = list(follow(management, f"v1/inventory/devices?per_page={size}", relations))
    assert [device["id"] for page in pages for device in page.json()] == ids
    assert len(pages) == -(-len(ids) // size)
    assert {page.headers["x-total-count"] for page in pages} == {str(len(ids))}


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_list_without_a_total(
    management: httpx.Client,
    ids: list[str],
    relations: Callable[[httpx.Response], dict[str, str]],
    size: int,
) -> None:
    """List without a total."""
    pages = list(follow(management, f"v2/devauth/devices?per_page={size}", relations))
    assert [device["id"] for page in pages for device in page.json()] == ids
    assert len(pages) == -(-len(ids) // size)
