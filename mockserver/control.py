"""The control API's beginnings: is the server up, and begin anew."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otakit.mockserver.answers import encode
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.server_state import ServerState

BASE = "/otakit/v1"


def control_routes(state: ServerState) -> list[Route]:
    """Return the routes below /otakit/v1 that steer the server."""

    async def health(_: Request) -> Response:
        return Response(encode({"status": "ok"}), media_type="application/json")

    async def reset(request: Request) -> Response:
        universe_id = request.path_params["universe_id"]
        if not state.universes.reset(universe_id):
            message = f"no universe '{universe_id}'"
            raise NotFound(message)
        return Response(status_code=204)

    return [
        Route(f"{BASE}/health", health, methods=["GET"]),
        Route(f"{BASE}/universes/{{universe_id}}/reset", reset, methods=["POST"]),
    ]
