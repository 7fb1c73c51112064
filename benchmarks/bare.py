"""Bare Starlette under uvicorn, which the mock is compared with: no state, no token, no validation.

`python -m benchmarks.bare PORT FILE`; the file has the document that a GET of a deployment shows.
Bodies are read as JSON and dropped; answers are of the same size as the mock's.
"""

import json
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.serving import HEALTH
from benchmarks.tenant import AUTHENTICATION, DEPLOYMENTS, NEXT, STATUS

DOCUMENT = json.loads(Path(sys.argv[2]).read_bytes()) if len(sys.argv) > 2 else {}
LOCATION = f"{DEPLOYMENTS}/{'0' * 36}"
TOKEN = "x" * 800
"""As long as a device's token is, or so."""


async def show(_: Request) -> JSONResponse:
    """Show a deployment."""
    return JSONResponse(DOCUMENT)


async def create(request: Request) -> Response:
    """Create nothing."""
    await request.json()
    return Response(status_code=201, headers={"location": LOCATION})


async def nothing(request: Request) -> Response:
    """Answer that there is nothing to say."""
    await request.json()
    return Response(status_code=204)


async def let_in(request: Request) -> PlainTextResponse:
    """Answer as to a device that is let in."""
    await request.json()
    return PlainTextResponse(TOKEN)


def main() -> None:
    """Serve until stopped."""
    routes = [
        Route(HEALTH, show),
        Route(f"{DEPLOYMENTS}/{{id}}", show),
        Route(DEPLOYMENTS, create, methods=["POST"]),
        Route(NEXT, nothing, methods=["POST"]),
        Route(STATUS.format("{id}"), nothing, methods=["PUT"]),
        Route(AUTHENTICATION, let_in, methods=["POST"]),
    ]
    app = Starlette(routes=routes)
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
