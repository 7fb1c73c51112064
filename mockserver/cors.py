"""CORS: which pages of other origins may call.

Reference, Introduction / REST: the APIs make use of CORS and its OPTIONS requests.
"""

import re
from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

LOCALHOST = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"
"""The origins whose pages may always call: a front end's development server on any port."""

EXPOSED = (
    "Link",
    "Location",
    "X-Total-Count",
    "X-MEN-RequestID",
    "ETag",
    "Content-Disposition",
    "Retry-After",
)

_LOCAL = re.compile(LOCALHOST)
_ORIGIN = re.compile(
    r"(?P<start>(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_USUAL = {"http": "80", "https": "443"}


def is_allowed(origin: str, further: Collection[str]) -> bool:
    """Say whether an origin's pages may call: local ones, and the `further` origins."""
    return _LOCAL.fullmatch(origin) is not None or origin in further


def read_origin(text: str) -> str:
    """Return an origin as browsers write it: lower case, without a scheme's usual port.

    Raises ValueError for what is none. There is no `*`: pages may send their user's cookie here, so
    it would hand each site that the user visits the terminals on the devices.
    """
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        message = (
            f"'{text:.200}' is no origin: scheme, host and port are, as in http://localhost:3000"
        )
        raise ValueError(message)
    port = found["port"]
    usual = port is None or port == _USUAL.get(found["scheme"])
    return found["start"] if usual else f"{found['start']}:{port}"


class Cors(CORSMiddleware):
    """Lets local pages and those of further origins in."""

    def __init__(self, app: ASGIApp, *, origins: Collection[str] = ()) -> None:
        """Stand before an application."""
        super().__init__(
            app,
            allow_origins=tuple(origins),
            allow_origin_regex=LOCALHOST,
            allow_methods=["*"],
            allow_headers=["*"],
            allow_credentials=True,
            expose_headers=EXPOSED,
        )
