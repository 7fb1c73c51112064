"""The dashboard's page and what belongs to it: files of the package, which hold no data.

What the page shows it asks the control API for, whose guard decides who gets it.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from otakit.mockserver.exchange import EXCHANGE

FOLDER = Path(__file__).with_name("dashboard")
PATH = "/otakit/dashboard"

_SOURCES = (
    "default-src 'none'",
    *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")),
    *(f"{what} 'none'" for what in ("base-uri", "form-action", "frame-ancestors")),
)
HEADERS = {
    "Content-Security-Policy": "; ".join(_SOURCES),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # may be kept, but is to be asked for anew: there are ETags
}
"""What goes with every file: nothing but these files runs, and nobody may frame the page."""


class DashboardFiles(StaticFiles):
    """The files, with these headers; no journal has a request for them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or that it has not changed."""
        scope[EXCHANGE].is_recorded = False
        answer = await super().get_response(path, scope)
        answer.headers.update(HEADERS)
        return answer


def dashboard_routes() -> list[BaseRoute]:
    """Return the routes of the page and of its files."""
    files = DashboardFiles(directory=FOLDER)

    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    return [Route("/", page, methods=["GET", "HEAD"]), Mount(PATH, files)]
