"""Bugs in links to artifacts' files."""

from typing import Any

from starlette.responses import Response

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver import downloads
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import artifacts
from otakit.mockserver.domain.artifacts import Artifacts
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.downloads import Download
from otakit.mockserver.links import LinkSigner
from otakit.mockserver.operations import Call
from otakit.mockserver.universe import Universe


@bug("MEN-MGT-ART-040")
def downloads_lack_their_last_byte() -> None:
    """A file is cut off by one byte."""

    @instead_of(Download, "_send_file")
    async def send(_: Any, __: Any, universe: Universe, scope: Any, *way: Any) -> None:
        path = universe.storage.path(scope["path_params"]["artifact_id"])
        await Response(path.read_bytes()[:-1])(scope, *way)


@bug("MEN-MGT-ART-041")
def ranges_are_ignored() -> None:
    """Who asks for a part of a file gets all of it."""
    _ignoring(b"range")


@bug("MEN-MGT-ART-042")
def if_modified_since_is_ignored() -> None:
    """A file is sent again to who has it already."""
    _ignoring(b"if-modified-since")


@bug("MEN-MGT-ART-043")
def if_unmodified_since_is_ignored() -> None:
    """A file is sent although it is another one than the client has begun with."""
    _ignoring(b"if-unmodified-since")


@bug("MEN-MGT-ART-044")
def links_take_any_method() -> None:
    """A link that is for reading takes uploads and deletions."""

    @instead_of(downloads, "Route")
    def route(real: Any, path: str, endpoint: Any, methods: list[str]) -> Any:
        return real(path, endpoint, methods=[*methods, "POST", "PUT", "DELETE"])


@bug("MEN-MGT-ART-045", "MEN-MGT-ART-046", "MEN-MGT-ART-047")
def signatures_of_links_are_not_checked() -> None:
    """Who knows an artifact's id can fetch it."""

    @instead_of(LinkSigner, "check")
    def check(_: Any, signer: LinkSigner, *args: Any) -> None:
        """Take any link for genuine."""


@bug("MEN-MGT-ART-046")
def signatures_are_for_any_file() -> None:
    """The path is not in what is signed."""

    @instead_of(LinkSigner, "_signature")
    def signature(real: Any, signer: LinkSigner, _path: str, *more: str) -> Any:
        return real(signer, "", *more)


@bug("MEN-MGT-ART-047")
def links_last_as_long_as_one_likes() -> None:
    """The moment at which a link expires is not in what is signed."""

    @instead_of(LinkSigner, "_signature")
    def signature(real: Any, signer: LinkSigner, path: str, _expire: str, *more: str) -> Any:
        return real(signer, path, "", *more)


@bug("MEN-MGT-ART-048", "MEN-MGT-ART-040")
def links_have_expired_when_they_come() -> None:
    """A link was valid for a quarter of an hour, which is over."""
    artifacts.LINK_LIFETIME = -60


@bug("MEN-MGT-ART-049")
def unknown_artifacts_have_links() -> None:
    """There is a link for each id, whether there is an artifact or not."""

    @answering("getArtifactLink")
    def link(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            uri = f"{call.origin()}/nothing"
            return json_answer({"uri": uri, "expire": "2199-01-01T00:00:00Z", "method": "GET"})
        return answer


@bug("MEN-MGT-ART-055")
def storage_is_not_counted() -> None:
    """However much is stored, the usage is 0."""
    Artifacts.usage = property(lambda _: 0)  # type: ignore[assignment,method-assign]  # the bug


def _ignoring(header: bytes) -> None:
    """Let downloads not see a header."""

    @instead_of(Download, "_send_file")
    async def send(real: Any, download: Any, universe: Universe, scope: Any, *way: Any) -> None:
        headers = [pair for pair in scope["headers"] if pair[0] != header]
        await real(download, universe, {**scope, "headers": headers}, *way)
