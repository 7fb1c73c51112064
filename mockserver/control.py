"""The control API: what steers the server itself, below /otakit/v1.

It needs no token, so it is closed to pages of other origins than this machine's.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otakit.mockserver.connect_control import connect_endpoints
from otakit.mockserver.control_requests import BASE, Endpoint, json_response
from otakit.mockserver.cors import is_local
from otakit.mockserver.domain.errors import Forbidden
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe_control import universe_endpoints


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
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return guarded
