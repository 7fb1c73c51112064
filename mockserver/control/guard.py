"""Who may steer the server: the control API is no tenant's, so it has a guard of its own.

It is closed to pages of other origins than this machine's, also where their name has been made to
point at this machine (DNS rebinding): a page's GET names no origin then.
"""

import re

from starlette.datastructures import Headers
from starlette.types import Scope

from otakit.mockserver.cors import is_local
from otakit.mockserver.domain.errors import Forbidden

_LOOPBACK = re.compile(r"127\.[0-9.]+|::1|::ffff:127\.[0-9.]+")
_OWN_NAME = re.compile(
    r"([0-9.]+|\[[0-9a-f:.]+\]|[a-z0-9_-]*|[a-z0-9_.-]+\.(localhost|internal|test))(:[0-9]+)?",
    re.IGNORECASE,
)
"""An address, a name without a dot, or one of a domain in which nobody can register any."""


def check_caller(scope: Scope) -> None:
    """Refuse what a browser sends for a page of another origin; programs name no origin.

    CORS alone would keep such a page from reading the answer, not from deleting a universe. Raises
    Forbidden.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None and not is_local(origin):
        message = f"forbidden: the control API does not answer to pages of '{origin:.200}'"
        raise Forbidden(message)
    _check_host(scope, headers.get("host", ""))


def _check_host(scope: Scope, host: str) -> None:
    """Refuse a name from the Internet that stands for the loopback.

    Who listens on another address has names of their own for it, and has opened it to others.
    """
    server = scope.get("server") or ("", 0)
    if _LOOPBACK.fullmatch(server[0]) and not _OWN_NAME.fullmatch(host):
        message = f"forbidden: '{host:.200}' is no name of this machine: call it by its address"
        raise Forbidden(message)
