"""CORS: which pages of other origins may call.

Reference, Introduction / REST: the APIs make use of CORS and its OPTIONS requests.
"""

import re

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LOCALHOST = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"
"""The origins whose pages may call: a front end's development server on any port."""

EXPOSED = ("Link", "Location", "X-Total-Count", "X-MEN-RequestID", "ETag", "Content-Disposition")

_LOCAL = re.compile(LOCALHOST)


def is_local(origin: str) -> bool:
    """Say whether an origin is one whose pages may call."""
    return _LOCAL.fullmatch(origin) is not None


class Cors(CORSMiddleware):
    """Lets local pages in; a request that names no origin passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        super().__init__(
            app,
            allow_origin_regex=LOCALHOST,
            allow_methods=["*"],
            allow_headers=["*"],
            allow_credentials=True,
            expose_headers=EXPOSED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; Starlette would wrap every answer, at a tenth of a request's cost."""
        if scope["type"] == "http" and any(name == b"origin" for name, _ in scope["headers"]):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
