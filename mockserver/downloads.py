"""Artifact downloads by signed link: no token, but Range, If-Modified-Since and the like.

Reference, Download Artifact; the real server hands this to an object store.
"""

import os
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl

from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from otakit.mockserver.answers import OK, Answer, Headers
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
from otakit.mockserver.wire import in_a_task

MEDIA_TYPE = "application/vnd.mender-artifact"
STORAGE = "/otakit/v1/storage/"
PATH = STORAGE + "artifacts/{artifact_id}"

AT_ONCE = 1 << 18
"""Bytes of a file that is read in one go: a thread for each piece of it would take much longer."""

MAX_HEADS = 1 << 10
"""Files whose headers are remembered."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")

_CONDITIONS = (b"if-match", b"if-none-match", b"if-unmodified-since", b"if-modified-since")


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
    return [Route(PATH, Download(state), methods=["GET", "HEAD"])]


class Download:
    """Sends artifacts to whoever has a link."""

    def __init__(self, state: ServerState) -> None:
        """Send those of this server."""
        self._state = state
        self._heads: dict[tuple[str, float, int], tuple[Headers, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        state, exchange = self._state, cast("Exchange", scope[EXCHANGE])
        exchange.aims_at(DOWNLOAD, "devices")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        universe = state.universes.get(query.get(TENANT, "")) or state.universes.default
        exchange.comes_from(universe.id, "")
        universe.links.check(scope["path"], query, universe.world.clock.now())
        exchange.comes_from(universe.id, query.get(DEVICE, ""))
        if universe.faults:
            send = await meet(universe, state.documented, scope, None, send)
        await self._send_file(universe, scope, receive, send)

    async def _send_file(
        self, universe: Universe, scope: Scope, receive: Receive, send: Send
    ) -> None:
        artifact = universe.world.artifacts.artifact(scope["path_params"]["artifact_id"])
        path = universe.storage.path(artifact.id)
        try:
            about = path.stat()
        except FileNotFoundError:
            message = f"the file of artifact '{artifact.id}' is gone"
            raise NotFound(message) from None
        scope[EXCHANGE].streams = True
        headers, etag = self._head(artifact.name, about)
        asked = dict(reversed(scope["headers"]))  # of one given twice, the first counts
        status = 0 if asked.keys().isdisjoint(_CONDITIONS) else _precondition(asked, about, etag)
        if status:
            await Response(status_code=status, headers={"etag": etag})(scope, receive, send)
        elif about.st_size <= AT_ONCE and scope["method"] == "GET" and b"range" not in asked:
            await Answer(OK, path.read_bytes(), headers=headers).send(send)
        else:
            await in_a_task()
            await _response(path, artifact.name, about)(scope, receive, send)

    def _head(self, name: str, about: os.stat_result) -> tuple[Headers, str]:
        """Return a file's headers but for its length, and its entity tag, as Starlette has them.

        A whole fleet fetches the same file: they are made once.
        """
        key = name, about.st_mtime, about.st_size
        if key not in self._heads:
            if len(self._heads) >= MAX_HEADS:
                self._heads.clear()
            made = _response("", name, about)
            kept = [header for header in made.raw_headers if header[0] != b"content-length"]
            self._heads[key] = kept, made.headers["etag"]
        return self._heads[key]


def _response(path: Path | str, name: str, about: os.stat_result) -> FileResponse:
    filename = _UNSAFE.sub("_", name) + ".mender"
    return FileResponse(path, media_type=MEDIA_TYPE, filename=filename, stat_result=about)


def _precondition(asked: Mapping[bytes, bytes], about: os.stat_result, etag: str) -> int:
    """Return 412 or 304 where a condition on the file says so, else 0 (RFC 9110, 13.2.2)."""
    match, none_match, unless, since = (_text(asked.get(name)) for name in _CONDITIONS)
    unless_moment, since_moment = _moment(unless), _moment(since)
    whole = int(about.st_mtime)
    if match is not None:
        if not _names(match, etag):
            return 412
    elif unless_moment is not None and whole > unless_moment:
        return 412
    if none_match is not None:
        return 304 if _names(none_match, etag) else 0
    return 304 if since_moment is not None and whole <= since_moment else 0


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _names(tags: str, etag: str) -> bool:
    """Say whether a list of entity tags has this one, or stands for any."""
    return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")} or tags == "*"


def _moment(text: str | None) -> float | None:
    """Read an HTTP date; one that is none is as if it were not there (RFC 9110, 13.1.3)."""
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
