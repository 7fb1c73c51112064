"""The control API: what steers the server itself, below /otakit/v1.

It needs no token, so it is closed to pages of other origins than this machine's, also where their
name has been made to point at this machine (DNS rebinding): a page's GET names no origin then.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otakit.mockserver.connect_control import connect_endpoints
from otakit.mockserver.control_requests import BASE, Endpoint, json_response
from otakit.mockserver.cors import is_local
from otakit.mockserver.domain.errors import Forbidden
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe_control import universe_endpoints

_LOOPBACK = re.compile(r"127\.[0-9.]+|::1|::ffff:127\.[0-9.]+")
_OWN_NAME = re.compile(
    r"([0-9.]+|\[[0-9a-f:.]+\]|[a-z0-9_-]*|[a-z0-9_.-]+\.(localhost|internal|test))(:[0-9]+)?",
    re.IGNORECASE,
)
"""An address, a name without a dot, or one of a domain in which nobody can register any."""


def control_routes(state: ServerState) -> list[Route]:
    """Return the routes below /otakit/v1 that steer the server."""
    described = [*universe_endpoints(state), *connect_endpoints(state)]
    return [
        Route(f"{BASE}/health", _health, methods=["GET"]),
        *(Route(BASE + path, _guarded(by), methods=list(by)) for path, by in described),
    ]


async def _health(_: Request) -> Response:
    return json_response({"status": "ok"})


def _guarded(endpoints: dict[str, Endpoint]) -> Endpoint:
    """Refuse what a browser sends for a page of another origin; programs name no origin.

    CORS alone would keep such a page from reading the answer, not from deleting a universe.
    """

    async def guarded(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and not is_local(origin):
            message = f"forbidden: the control API does not answer to pages of '{origin:.200}'"
            raise Forbidden(message)
        _check_host(request)
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return guarded


def _check_host(request: Request) -> None:
    """Refuse a name from the Internet that stands for the loopback.

    Who listens on another address has names of their own for it, and has opened it to others.
    """
    server = request.scope.get("server") or ("", 0)
    host = request.headers.get("host", "")
    if _LOOPBACK.fullmatch(server[0]) and not _OWN_NAME.fullmatch(host):
        message = f"forbidden: '{host:.200}' is no name of this machine: call it by its address"
        raise Forbidden(message)
