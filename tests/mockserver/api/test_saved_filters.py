"""Saved filters: searches with a name, for dynamic deployments."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

FILTERS = "v2/inventory/filters"
SMALL = {"scope": "inventory", "attribute": "memory", "type": "$lt", "value": 1024}

Refused = Callable[[httpx.Response, int], str]


def save(management: httpx.Client, name: str = "small") -> httpx.URL:
    """Save a filter and return its URL."""
    answer = management.post(FILTERS, json={"name": name, "terms": [SMALL]})
    assert (answer.status_code, answer.content) == (201, b"")
    return management.base_url.copy_with(path=answer.headers["location"])


def test_saved_filter_is_shown_and_listed(management: httpx.Client) -> None:
    """Saved filter is shown and listed."""
    answer = management.get(save(management))
    shown = answer.json()
    assert answer.status_code == 200
    assert (shown["name"], shown["terms"]) == ("small", [SMALL])
    listed = management.get(FILTERS)
    assert (listed.status_code, listed.json()) == (200, [shown])


def test_filters_come_in_pages(management: httpx.Client, refused: Refused) -> None:
    """Filters come in pages."""
    for name in "abc":
        save(management, name)
    answer = management.get(FILTERS, params={"page": 2, "per_page": 2})
    assert [saved["name"] for saved in answer.json()] == ["c"]
    assert answer.headers["x-total-count"] == "3"
    refused(management.get(FILTERS, params={"per_page": 0}), 400)


def test_search_finds_what_fits_now(
    management: httpx.Client, new_device: Callable[..., Any], refused: Refused
) -> None:
    """Search finds what fits now."""
    search = f"{save(management)}/search"
    small, later = new_device(memory=512), new_device(memory=2048)
    answer = management.get(search)
    assert (answer.status_code, [d["id"] for d in answer.json()]) == (200, [small.id])
    assert answer.headers["x-total-count"] == "1"
    shrunk = [{"name": "memory", "value": 256}]
    later.http.patch("v1/inventory/device/attributes", json=shrunk)
    found = management.get(search, params={"per_page": 1, "page": 2})
    assert [d["id"] for d in found.json()] == [later.id]
    refused(management.get(search, params={"page": 0}), 400)


def test_deleted_filter_is_gone(management: httpx.Client, refused: Refused) -> None:
    """Deleted filter is gone."""
    url = save(management)
    assert management.delete(url).status_code == 204
    refused(management.get(url), 404)
    refused(management.get(f"{url}/search"), 404)
    refused(management.delete(url), 404)
    assert management.get(FILTERS).json() == []


def test_name_is_taken_once(management: httpx.Client, refused: Refused) -> None:
    """Name is taken once."""
    save(management)
    answer = management.post(FILTERS, json={"name": "small", "terms": [SMALL]})
    assert "'small'" in refused(answer, 409)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "small"},
        {"terms": [SMALL]},
        {"name": "", "terms": [SMALL]},
        {"name": "small", "terms": []},
        {"name": "small", "terms": [{**SMALL, "type": "$like"}]},
        {"name": "small", "terms": [{**SMALL, "type": "$in"}]},
    ],
    ids=str,
)
def test_odd_filters_are_not_saved(
    management: httpx.Client, refused: Refused, body: dict[str, Any]
) -> None:
    """Odd filters are not saved."""
    refused(management.post(FILTERS, json=body), 400)
    assert management.get(FILTERS).json() == []
