"""Artifact downloads by signed link: no token, but Range, If-Modified-Since and the like.

Reference, Download Artifact; the real server hands this to an object store.
"""

import re
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from otakit.mockserver.documented import DOWNLOAD
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.exchange import EXCHANGE, Exchange
from otakit.mockserver.faults.actions import meet
from otakit.mockserver.links import DEVICE, TENANT
from otakit.mockserver.operations import Call
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

MEDIA_TYPE = "application/vnd.mender-artifact"
STORAGE = "/otakit/v1/storage/"
PATH = STORAGE + "artifacts/{artifact_id}"

AT_ONCE = 1 << 18
"""Bytes of a file that is read in one go: a thread for each piece of it would take much longer."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")


def artifact_link(
    call: Call, artifact: Artifact, lifetime: Seconds, *, device_id: str = ""
) -> tuple[str, str]:
    """Return an absolute link to an artifact's file and when it expires, in RFC 3339.

    It names the device that it is made for, if it is made for one.
    """
    path = PATH.format(artifact_id=artifact.id)
    expires = call.world.clock.now() + lifetime
    signed, expire = call.universe.links.sign(path, expires, device_id)
    return call.origin() + signed, expire


def download_routes(state: ServerState) -> list[Route]:
    """Return the route on which artifacts are fetched."""

    async def download(request: Request) -> ASGIApp:
        exchange: Exchange = request.scope[EXCHANGE]
        exchange.aims_at(DOWNLOAD, "devices")
        query = dict(request.query_params)
        universe = state.universes.get(query.get(TENANT, "")) or state.universes.default
        exchange.comes_from(universe.id, "")
        universe.links.check(request.url.path, query, universe.world.clock.now())
        exchange.comes_from(universe.id, query.get(DEVICE, ""))

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            send = await meet(universe, state.documented, scope, None, send)
            await _file(universe, request)(scope, receive, send)

        return faulty if universe.faults else _file(universe, request)

    return [Route(PATH, download, methods=["GET", "HEAD"])]


def _file(universe: Universe, request: Request) -> Response:
    """Answer with an artifact's file; raises NotFound."""
    artifact = universe.world.artifacts.artifact(request.path_params["artifact_id"])
    path = universe.storage.path(artifact.id)
    if not path.exists():
        message = f"the file of artifact '{artifact.id}' is gone"
        raise NotFound(message)
    name = _UNSAFE.sub("_", artifact.name)
    about = path.stat()
    answer = FileResponse(path, media_type=MEDIA_TYPE, filename=f"{name}.mender", stat_result=about)
    etag = answer.headers["etag"]
    request.scope[EXCHANGE].streams = True
    status = _precondition(request.headers, about.st_mtime, etag)
    if status:
        return Response(status_code=status, headers={"etag": etag})
    if about.st_size <= AT_ONCE and request.method == "GET" and "range" not in request.headers:
        return Response(path.read_bytes(), headers=dict(answer.headers))
    return answer


def _precondition(headers: Headers, modified: float, etag: str) -> int:
    """Return 412 or 304 where a condition on the file says so, else 0 (RFC 9110, 13.2.2)."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    unless, since = (_moment(headers.get(f"if-{w}-since")) for w in ("unmodified", "modified"))
    whole = int(modified)
    if match is not None:
        if not _names(match, etag):
            return 412
    elif unless is not None and whole > unless:
        return 412
    if none_match is not None:
        return 304 if _names(none_match, etag) else 0
    return 304 if since is not None and whole <= since else 0


def _names(tags: str, etag: str) -> bool:
    """Say whether a list of entity tags has this one, or stands for any."""
    return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")} or tags == "*"


def _moment(text: str | None) -> float | None:
    """Read an HTTP date; one that is none is as if it were not there (RFC 9110, 13.1.3)."""
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
