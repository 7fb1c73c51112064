"""Management APIs / Deployments / List Deployments: order, pages, and what cannot be asked."""

import re

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_header,
    expect_status,
)
from otakit.contracts.rollout import (
    deployments,
    ids_in,
    rollout_to,
)
from otakit.contracts.rule import rule

DOCUMENT = "Management APIs / Deployments / List Deployments"
LIST = ["listDeployments"]


@rule(
    "MEN-MGT-DEP-109",
    "Deployments are sorted by creation date: sort=asc gives the oldest first",
    document=DOCUMENT,
    operations=LIST,
)
def oldest_come_first(backend: Backend) -> None:
    """List two deployments of one word in their names."""
    word, made = _several(backend, 2)
    answer = deployments(backend, search=word, sort="asc")
    expect_equal(answer, ids_in(answer), made, "the deployments, the oldest first")


@rule(
    "MEN-MGT-DEP-110",
    "Deployments are sorted by creation date: sort=desc gives the newest first",
    document=DOCUMENT,
    operations=LIST,
)
def newest_come_first(backend: Backend) -> None:
    """List two deployments of one word in their names."""
    word, made = _several(backend, 2)
    answer = deployments(backend, search=word, sort="desc")
    expect_equal(answer, ids_in(answer), made[::-1], "the deployments, the newest first")


@rule(
    "MEN-MGT-DEP-111",
    "The pages of deployments have as many as was asked for, and each deployment once",
    document=DOCUMENT,
    operations=LIST,
)
def deployments_come_in_pages(backend: Backend) -> None:
    """List three deployments in pages of two."""
    word, made = _several(backend, 3)
    pages = [_page(backend, word, number, per_page=2) for number in (1, 2)]
    found = [ids_in(page) for page in pages]
    expect_equal(pages[1], found, [made[:2], made[2:]], "the deployments on the two pages")


@rule(
    "MEN-MGT-DEP-112",
    "X-Total-Count is the number of deployments that match, on whichever page",
    document=DOCUMENT,
    operations=LIST,
)
def matches_are_counted(backend: Backend) -> None:
    """List three deployments one by one."""
    word, _ = _several(backend, 3)
    answer = _page(backend, word, 2)
    expect_equal(answer, expect_header(answer, "X-Total-Count"), "3", "how many there are")


@rule(
    "MEN-MGT-DEP-113",
    "The header Link of a page has the relations first, next and prev, as far as they apply",
    document=DOCUMENT,
    operations=LIST,
)
def pages_are_linked(backend: Backend) -> None:
    """List three deployments one by one, and look at the relations of each page."""
    word, _ = _several(backend, 3)
    expected = ({"first", "next"}, {"first", "next", "prev"}, {"first", "prev"})
    for number, relations in enumerate(expected, 1):
        answer = _page(backend, word, number)
        found = set(links_in(answer)) & {"first", "next", "prev"}
        title = f"the relations of page {number} of 3"
        expect_equal(answer, sorted(found), sorted(relations), title)


@rule(
    "MEN-MGT-DEP-114",
    "The links of a page lead to the pages they name, of the same search",
    document=DOCUMENT,
    operations=LIST,
)
def links_lead_to_pages(backend: Backend) -> None:
    """Follow each link of the second of three pages."""
    word, made = _several(backend, 3)
    answer = _page(backend, word, 2)
    links = links_in(answer)
    for relation, wanted in (("first", made[0]), ("prev", made[0]), ("next", made[2])):
        expect_contains(answer, links, relation, "the relations of the header Link")
        followed = backend.management.get(answer.absolute(links[relation]))
        found = ids_in(expect_status(followed, 200))
        expect_equal(followed, found, [wanted], f"the page that '{relation}' leads to")


@rule(
    "MEN-MGT-DEP-115",
    "A status, type or order of deployments that there is not is answered 400",
    document=DOCUMENT,
    operations=LIST,
    severity="minor",
)
def unknown_filters_are_refused(backend: Backend) -> None:
    """Ask for something else than the documented values."""
    for name in ("status", "type", "sort"):
        answer = backend.management.get(DEPLOYMENTS, params={name: "otakit"})
        expect_error(answer, 400, because=f"{name}=otakit is refused")


@rule(
    "MEN-MGT-DEP-116",
    "A page or a time that is no number is answered 400",
    document=DOCUMENT,
    operations=LIST,
    severity="minor",
)
def texts_are_no_numbers(backend: Backend) -> None:
    """Write a word where a number is to be."""
    for name in ("page", "per_page", "created_before", "created_after"):
        answer = backend.management.get(DEPLOYMENTS, params={name: "otakit"})
        expect_error(answer, 400, because=f"{name}=otakit is refused")


@rule(
    "MEN-MGT-DEP-117",
    "Filters of deployments are combined: one has to pass all of them",
    document=DOCUMENT,
    operations=LIST,
)
def filters_are_combined(backend: Backend) -> None:
    """Search for two deployments of one word, of which one is finished, by both."""
    word, made = _several(backend, 2)
    with backend.building("a finished deployment"):
        path = f"{DEPLOYMENTS}/{made[0]}/status"
        expect_status(backend.management.put(path, json={"status": "aborted"}), 204)
    answer = deployments(backend, search=word, status="finished")
    expect_equal(answer, ids_in(answer), made[:1], "the finished deployments of that name")


def _several(backend: Backend, count: int) -> tuple[str, list[str]]:
    """Return a word, and the ids of deployments with it in their names, the oldest first."""
    device = backend.lent_device()
    word = backend.name(f"series-{device.id}")  # nothing else of whichever run has it
    names = [f"{word} {number}" for number in range(1, count + 1)]
    return word, [rollout_to(backend, [device], name=name).id for name in names]


def _page(backend: Backend, word: str, number: int, per_page: int = 1) -> Exchange:
    """Return a page of a search, the oldest first."""
    return deployments(backend, search=word, sort="asc", page=number, per_page=per_page)


def links_in(answer: Exchange) -> dict[str, str]:
    """Return the targets of the header Link by their relations."""
    found = re.findall(r'<([^>]*)>\s*;[^,<]*rel="?([a-z]+)"?', expect_header(answer, "Link"))
    return {relation: target for target, relation in found}
