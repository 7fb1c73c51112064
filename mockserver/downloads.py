"""Artifact downloads by signed link: no token, but Range, If-Modified-Since and the like.

Reference, Download Artifact; the real server hands this to an object store.
"""

import re
from email.utils import parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.operations import Call
from otakit.mockserver.server_state import ServerState

MEDIA_TYPE = "application/vnd.mender-artifact"
PATH = "/otakit/v1/storage/artifacts/{artifact_id}"

_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


def artifact_link(call: Call, artifact: Artifact, lifetime: Seconds) -> tuple[str, str]:
    """Return an absolute link to an artifact's file and when it expires, in RFC 3339."""
    path = PATH.format(artifact_id=artifact.id)
    signed, expire = call.universe.links.sign(path, call.world.clock.now() + lifetime)
    return call.origin() + signed, expire


def download_routes(state: ServerState) -> list[Route]:
    """Return the route on which artifacts are fetched."""

    async def download(request: Request) -> Response:
        universes = state.universes
        query = dict(request.query_params)
        universe = universes.get(query.get("tenant_id", "")) or universes.default
        universe.links.check(request.url.path, query, universe.world.clock.now())
        artifact = universe.world.artifacts.artifact(request.path_params["artifact_id"])
        path = universe.storage.path(artifact.id)
        if not path.exists():
            message = f"the file of artifact '{artifact.id}' is gone"
            raise NotFound(message)
        modified = path.stat().st_mtime
        status = _precondition(request, modified)
        if status:
            return Response(status_code=status)
        name = _UNSAFE.sub("_", artifact.name)
        return FileResponse(path, media_type=MEDIA_TYPE, filename=f"{name}.mender")

    return [Route(PATH, download, methods=["GET", "HEAD"])]


def _precondition(request: Request, modified: float) -> int:
    """Return 412 or 304 where a condition on the file's age says so, else 0 (RFC 9110, 13.2)."""
    whole = int(modified)
    unless = _moment(request.headers.get("if-unmodified-since"))
    if unless is not None and whole > unless:
        return 412
    since = _moment(request.headers.get("if-modified-since"))
    if since is not None and whole <= since and "if-none-match" not in request.headers:
        return 304
    return 0


def _moment(text: str | None) -> float | None:
    """Read an HTTP date; one that is none is as if it were not there (RFC 9110, 13.1.3)."""
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
