"""Bugs in the order and the pages of the list of deployments."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver import app
from otakit.mockserver.api import deployments
from otakit.mockserver.domain.index import Page


@bug("MEN-MGT-DEP-109")
def deployments_are_always_newest_first() -> None:
    """The order that is asked for is ignored."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        call.params.pop("sort", None)
        return real(call)


@bug("MEN-MGT-DEP-109", "MEN-MGT-DEP-110")
def order_is_reversed() -> None:
    """sort=asc gives the newest first, sort=desc the oldest."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        if "sort" in call.params:
            call.params["sort"] = {"asc": "desc", "desc": "asc"}[call.params["sort"]]
        return real(call)


@bug("MEN-MGT-DEP-111", "MEN-MGT-DEP-114")
def pages_of_deployments_are_counted_from_0() -> None:
    """The second page is the first one that is not asked for: all are one too far."""

    @instead_of(deployments, "page_of")
    def page_of(real: Any, call: Any) -> Page:
        page = real(call)
        return Page(page.number + 1, page.size)


@bug("MEN-MGT-DEP-111")
def size_of_deployment_pages_is_ignored() -> None:
    """A page has twenty deployments, whatever is asked for."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        call.params["per_page"] = 20
        return real(call)


@bug("MEN-MGT-DEP-112")
def total_is_that_of_the_page() -> None:
    """X-Total-Count counts the page."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        count = answer.body.count(b'"artifact_name"')
        kept = [(name, value) for name, value in answer.headers if name != b"x-total-count"]
        answer.headers = [*kept, (b"x-total-count", b"%d" % count)]
        return answer


def _linking(keep: Any) -> None:
    """Let the header Link be changed; `keep` gets each of them, and returns it or None."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        links = [
            (name, keep(value) if name == b"link" else value) for name, value in answer.headers
        ]
        answer.headers = [(name, value) for name, value in links if value is not None]
        return answer


@bug("MEN-MGT-DEP-113", "MEN-MGT-DEP-114")
def previous_page_is_not_linked() -> None:
    """The header Link lacks the relation prev."""
    _linking(lambda value: None if b'rel="prev"' in value else value)


@bug("MEN-MGT-DEP-113")
def first_page_has_a_previous_one() -> None:
    """Every page has the relation prev, the first one, too."""
    _linking(lambda value: value + b", " + value.replace(b'rel="first"', b'rel="prev"'))


@bug("MEN-MGT-DEP-114")
def links_lose_the_order() -> None:
    """The links of a page lead to pages in another order."""
    _linking(lambda value: value.replace(b"sort=", b"nothing="))


@bug("MEN-MGT-DEP-115")
def lists_of_deployments_are_not_checked() -> None:
    """A filter that makes no sense finds nothing, or is answered 500."""
    without_checks("listDeployments")


@bug("MEN-MGT-DEP-116")
def bad_numbers_are_ignored() -> None:
    """A number that is none counts as not given."""

    @instead_of(app, "resolved")
    def resolved(real: Any, api: Any) -> Any:
        document = real(api)
        listing = document["paths"].get("/deployments", {}).get("get", {})
        for parameter in listing.get("parameters", ()):
            if parameter["schema"].get("type") == "integer":
                parameter["schema"] = {"type": "string"}
        return document

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        given = {n: int(v) if v.isdecimal() else v for n, v in call.params.items()}
        numbers = {"page": 1, "per_page": 20}
        for name in ("page", "per_page", "created_before", "created_after"):
            if not isinstance(given.get(name), int):
                given.pop(name, None)
        call.params = numbers | given
        return real(call)
