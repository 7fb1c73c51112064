"""The list of deployments: filters, order, pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
FOUND = {
    "": "four three two one",
    "status=finished": "one",
    "status=inprogress": "two",
    "status=pending": "three",
    "status=scheduled": "four",
    "type=software": "four three two one",
    "type=configuration": "",
    "search=THRE": "three",
    "search=release-2": "four three two one",
    "search=none": "",
    "search=o&status=inprogress": "two",
    "sort=asc": "one two three four",
    "sort=desc": "four three two one",
    "sort=asc&page=2&per_page=3": "four",
}

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def listed(
    management: httpx.Client,
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> httpx.Client:
    """Make four deployments: finished, in progress, pending and scheduled."""
    new_artifact()
    one, two, three = (new_device() for _ in range(3))
    first = deploy(one, name="one")
    management.put(f"{DEPLOYMENTS}/{first}/status", json={"status": "aborted"})
    second = deploy(two, name="two")
    assert two.next().status_code == 200
    assert two.report(second, "downloading").status_code == 204
    deploy(three, name="three")
    deploy(three, name="four", phases=[{"start_ts": "2126-01-01T00:00:00Z"}])
    return management


def names(answer: httpx.Response) -> str:
    """Return the names in a list."""
    assert answer.status_code == 200
    return " ".join(deployment["name"] for deployment in answer.json())


def test_filters_and_order(listed: httpx.Client) -> None:
    """Filters and order."""
    assert {query: names(listed.get(f"{DEPLOYMENTS}?{query}")) for query in FOUND} == FOUND


def test_listed_deployment_is_the_shown_one(listed: httpx.Client) -> None:
    """Listed deployment is the shown one."""
    for deployment in listed.get(DEPLOYMENTS).json():
        assert listed.get(f"{DEPLOYMENTS}/{deployment['id']}").json() == deployment


def test_time_of_creation_in_whole_seconds(listed: httpx.Client) -> None:
    """Time of creation in whole seconds."""
    moments = {
        deployment["name"]: int(datetime.fromisoformat(deployment["created"]).timestamp())
        for deployment in listed.get(DEPLOYMENTS).json()
    }
    first, last = moments["one"], moments["four"]
    for query, expected in {
        f"created_before={last}": FOUND[""],
        f"created_after={first}": FOUND[""],
        f"created_before={first - 1}": "",
        f"created_after={last + 1}": "",
        f"created_after={first}&created_before={last}": FOUND[""],
    }.items():
        assert names(listed.get(f"{DEPLOYMENTS}?{query}")) == expected


def test_pages_are_counted_and_linked(
    listed: httpx.Client, relations: Callable[[httpx.Response], dict[str, str]]
) -> None:
    """Pages are counted and linked."""
    answer = listed.get(f"{DEPLOYMENTS}?page=2&per_page=1&type=software")
    assert names(answer) == "three"
    assert answer.headers["x-total-count"] == "4"
    link = f"/api/management/{DEPLOYMENTS}?page={{}}&per_page=1&type=software"
    assert relations(answer) == {
        "first": link.format(1),
        "prev": link.format(1),
        "next": link.format(3),
        "last": link.format(4),
    }


@pytest.mark.parametrize(
    "query",
    [
        "status=aborted",
        "type=firmware",
        "sort=up",
        "created_before=today",
        "created_after=1.5",
        "page=0",
        "per_page=501",
    ],
)
def test_odd_lists_are_refused(management: httpx.Client, refused: Refused, query: str) -> None:
    """Odd lists are refused."""
    assert query.partition("=")[0] in refused(management.get(f"{DEPLOYMENTS}?{query}"), 400)
