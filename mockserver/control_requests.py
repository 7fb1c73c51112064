"""What the modules of the control API share: where it lives, and how its bodies are read."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from otakit.mockserver.answers import encode
from otakit.mockserver.bodies import JSON, JsonBody, check_type, read
from otakit.mockserver.server_state import ServerState

BASE = "/otakit/v1"

Endpoint = Callable[[Request], Awaitable[Response]]
Described = tuple[str, dict[str, Endpoint]]
"""A path below the base, and by method the function that answers."""


def body_of(schema: dict[str, Any], *, required: bool = True) -> JsonBody:
    """Compile a JSON body of the control API."""
    return JsonBody({"required": required, "content": {JSON: {"schema": schema}}})


async def read_body(request: Request, body: JsonBody, state: ServerState) -> Any:
    """Read and check a request's body; None where an optional one is empty.

    Raises Invalid, and Refused for another type than JSON or too long a body.
    """
    raw = await read(request.scope, request.receive, state.settings.json_limit)
    check_type(request.scope, (JSON,), raw)
    return body.decode(raw)


def json_response(value: Any, status: int = 200) -> Response:
    """Answer with a JSON value."""
    return Response(encode(value), status_code=status, media_type=JSON)
