"""Pages of lists: the parameters, and the headers that lead from page to page.

Reference, the lists' response headers; section 1.6 of the server facts.
"""

from urllib.parse import parse_qsl, urlencode

from otakit.mockserver.answers import Headers, header_text
from otakit.mockserver.domain.index import Page
from otakit.mockserver.operations import Call

MAX_DIGITS = 9
FIRST, SIZE, MAX_SIZE = 1, 20, 500


def page_of(call: Call) -> Page:
    """Return the page that a request asks for."""
    return Page(call.params["page"], call.params["per_page"])


def lenient_page_of(call: Call) -> Page:
    """Return the page that a request asks for; what makes no sense counts as not asked for."""
    number, size = (_number(call.params.get(name)) for name in ("page", "per_page"))
    return Page(number or FIRST, size if 0 < size <= MAX_SIZE else SIZE)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= MAX_DIGITS else 0


def counted(call: Call, page: Page, total: int) -> Headers:
    """Return the headers of a list whose length is known."""
    last = -(-total // page.size)
    relations = {"next": page.number + 1} if page.number < last else {}
    if total:
        relations["last"] = last
    return [*_links(call, page, relations), (b"x-total-count", b"%d" % total)]


def uncounted(call: Call, page: Page, *, more: bool) -> Headers:
    """Return the headers of a list of which only the next element is known."""
    return _links(call, page, {"next": page.number + 1} if more else {})


def _links(call: Call, page: Page, after: dict[str, int]) -> Headers:
    before = {"first": 1} | ({"prev": page.number - 1} if page.number > 1 else {})
    query = parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if name not in {"page", "per_page"}]
    links: Headers = []
    for relation, number in {**before, **after}.items():
        pairs = sorted([*kept, ("page", str(number)), ("per_page", str(page.size))])
        path = call.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
        target = f'<{path}?{urlencode(pairs)}>; rel="{relation}"'
        links.append((b"link", header_text(target)))
    return links
