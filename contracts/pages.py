"""Lists that come in pages: what there is to say of every one of them.

A rule makes three things of its own that a filter finds and nobody else's; `ask` lists them, with
the query's further parameters given by name.
"""

from collections.abc import Callable, Sequence

from otakit.contracts.caller import Caller
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_header,
    expect_status,
)

Ask = Callable[..., Exchange]
Names = Callable[[Exchange], list[str]]
"""Reads off a page what its entries are called, in their order."""


def expect_pages(ask: Ask, names: Names, wanted: Sequence[str]) -> None:
    """Fail unless three things come on two pages, two and one, and none on the third."""
    pages = [expect_status(ask(page=number, per_page=2), 200) for number in (1, 2, 3)]
    sizes = [len(names(page)) for page in pages]
    expect_equal(pages[0], sizes, [2, 1, 0], f"how many entries the pages of {pages[0].name} have")
    found = [name for page in pages for name in names(page)]
    title = f"the entries on all pages of {pages[1].name}"
    expect_equal(pages[1], sorted(found), sorted(wanted), title)


def expect_total(answer: Exchange, total: int) -> None:
    """Fail unless X-Total-Count says how many things match."""
    said = expect_header(expect_status(answer, 200), "X-Total-Count")
    expect_equal(answer, said, str(total), f"X-Total-Count of {answer.name}")


def expect_links(caller: Caller, ask: Ask, names: Names) -> None:
    """Fail unless the middle one of three pages links the first, the next and the one before."""
    first, middle, last = (expect_status(ask(page=n, per_page=1), 200) for n in (1, 2, 3))
    for relation, page in (("first", first), ("next", last), ("prev", first)):
        links = middle.response.links
        expect_contains(middle, links, relation, f"the relations in Link of {middle.name}")
        followed = caller.get(middle.absolute(str(links[relation]["url"])))
        title = f"what '{relation}' of {middle.name} leads to"
        expect_equal(followed, names(expect_status(followed, 200)), names(page), title)
    expect(
        "next" not in last.response.links,
        f"the relations in Link of {last.name}, the last page",
        expected="no 'next' among them",
        actual=sorted(map(str, last.response.links)),
        answer=last,
    )


def expect_order(answer: Exchange, names: Names, wanted: Sequence[str]) -> None:
    """Fail unless the entries come in an order."""
    found = names(expect_status(answer, 200))
    expect_equal(answer, found, list(wanted), f"the order of {answer.name}")
