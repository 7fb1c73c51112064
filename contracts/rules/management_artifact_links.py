"""Management APIs / Deployments / Download Artifact: signed links to artifacts' files."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from otakit.contracts.backend import ARTIFACTS, Artifact, Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_error,
    expect_status,
    field_of,
)
from otakit.contracts.outcomes import NotApplicable
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_artifacts import NOTHING, SECTION

DOWNLOAD = f"{SECTION} / Download Artifact"
FAR = format_datetime(datetime(2199, 1, 1, tzinfo=UTC), usegmt=True)
LONG_AGO = format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True)

_YEAR = re.compile(r"\d{4}(?=-\d\d-\d\d)")


@rule(
    "MEN-MGT-ART-040",
    "The link leads to the artifact's file, byte for byte, without a token",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="critical",
)
def link_leads_to_the_file(backend: Backend) -> None:
    """Fetch an artifact by its link."""
    artifact = backend.lent_artifact()
    found = expect_status(backend.anonymous.get(_link(backend, artifact)), 200)
    expect(
        found.content == artifact.content,
        "the file that the link leads to",
        expected=f"the {len(artifact.content)} bytes that were uploaded",
        actual=f"other ones, {len(found.content)} bytes",
        answer=found,
    )


@rule(
    "MEN-MGT-ART-041",
    "The link supports the header Range: 206 with the part that was asked for",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
)
def link_supports_ranges(backend: Backend) -> None:
    """Fetch a hundred bytes from the middle, and what is left from there."""
    artifact = backend.lent_artifact()
    link = _link(backend, artifact)
    for asked, wanted in (
        ("bytes=100-199", artifact.content[100:200]),
        ("bytes=200-", artifact.content[200:]),
    ):
        found = expect_status(backend.anonymous.get(link, headers={"Range": asked}), 206)
        size = len(found.content)
        title = f"the part of the file that answers 'Range: {asked}'"
        expect(
            found.content == wanted,
            title,
            expected=f"{len(wanted)} bytes as they are in the file",
            actual=f"other ones, {size} bytes",
            answer=found,
        )


@rule(
    "MEN-MGT-ART-042",
    "The link supports the header If-Modified-Since: 304 for a file that was not",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
)
def link_supports_if_modified_since(backend: Backend) -> None:
    """Fetch a file if it was modified since it was there, and since long before."""
    link = _link(backend, backend.lent_artifact())
    whole = expect_status(backend.anonymous.get(link), 200)
    since = whole.headers.get("Last-Modified")
    if since is None:
        message = "the answer to the link has no Last-Modified that could be sent back"
        raise NotApplicable(message)
    expect_status(backend.anonymous.get(link, headers={"If-Modified-Since": since}), 304)
    expect_status(backend.anonymous.get(link, headers={"If-Modified-Since": LONG_AGO}), 200)


@rule(
    "MEN-MGT-ART-043",
    "The link supports the header If-Unmodified-Since: 412 for a file that was modified",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
)
def link_supports_if_unmodified_since(backend: Backend) -> None:
    """Fetch a file unless it was modified since long before it was there, and in the future."""
    link = _link(backend, backend.lent_artifact())
    expect_status(backend.anonymous.get(link, headers={"If-Unmodified-Since": LONG_AGO}), 412)
    expect_status(backend.anonymous.get(link, headers={"If-Unmodified-Since": FAR}), 200)


@rule(
    "MEN-MGT-ART-044",
    "The link can be used only with GET: nobody changes or removes the file by it",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="critical",
)
def link_is_for_reading(backend: Backend) -> None:
    """Use a link with POST, PUT and DELETE; then fetch the file."""
    artifact = backend.artifact()
    link = _link(backend, artifact)
    for method in ("POST", "PUT", "DELETE"):
        _expect_refused(backend.anonymous.request(method, link), f"{method} on a download link")
    expect_status(backend.anonymous.get(link), 200)


@rule(
    "MEN-MGT-ART-045",
    "The link is signed: with another signature, or none, it is no good",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="critical",
)
def forged_signature_is_refused(backend: Backend) -> None:
    """Turn a link's signature around, and leave it out."""
    link = _link(backend, backend.lent_artifact())
    forged = _changed(link, "signature", lambda value: value[::-1])
    _expect_refused(backend.anonymous.get(forged), "a download link with another signature")
    bare = _changed(link, "signature", lambda _: None)
    _expect_refused(backend.anonymous.get(bare), "a download link without a signature")


@rule(
    "MEN-MGT-ART-046",
    "The link is signed for one artifact: its signature opens no other one",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="critical",
)
def signature_is_for_one_artifact(backend: Backend) -> None:
    """Put the signature of one artifact's link behind the path of another one's."""
    mine, other = (_link(backend, a) for a in (backend.lent_artifact(), backend.artifact()))
    path, query = urlsplit(other), urlsplit(mine).query
    if path.path == urlsplit(mine).path:
        message = "the links of two artifacts have the same path"
        raise NotApplicable(message)
    mixed = path._replace(query=query).geturl()
    _expect_refused(backend.anonymous.get(mixed), "a download link with another one's signature")


@rule(
    "MEN-MGT-ART-047",
    "The period for which the link is valid is signed: nobody can make it longer",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="critical",
)
def expiry_is_signed(backend: Backend) -> None:
    """Move the moment in a link at which it expires."""
    link = _link(backend, backend.lent_artifact())
    longer = _changed(link, "expire", _later)
    _expect_refused(backend.anonymous.get(longer), "a download link that was made to last longer")


@rule(
    "MEN-MGT-ART-048",
    "'expire' of the link is the moment until which it is valid: one that is to come",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
)
def expire_is_to_come(backend: Backend) -> None:
    """Compare it with the time at which the artifact was uploaded a moment ago."""
    artifact = backend.artifact()
    answer = _link_answer(backend, artifact)
    with backend.building("a look at the artifact"):
        shown = expect_status(backend.management.get(artifact.path), 200)
        uploaded = str(field_of(shown, "modified"))
    expire = str(field_of(answer, "expire"))
    expect(
        _moment(expire) > _moment(uploaded),
        "'expire' of the link",
        expected=f"later than the artifact, {uploaded}",
        actual=expire,
        answer=answer,
    )


@rule(
    "MEN-MGT-ART-049",
    "A link to an artifact that there is not is answered 404",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
)
def unknown_artifact_has_no_link(backend: Backend) -> None:
    """Ask for the link of an id that no artifact has."""
    expect_error(backend.management.get(f"{ARTIFACTS}/{NOTHING}/download"), 404)


@rule(
    "MEN-MGT-ART-050",
    "A link to what cannot be an artifact's id is answered 400",
    document=DOWNLOAD,
    operations=["getArtifactLink"],
    severity="minor",
)
def bad_id_has_no_link(backend: Backend) -> None:
    """Ask for the link of 'nothing'."""
    expect_error(backend.management.get(f"{ARTIFACTS}/nothing/download"), 400)


@rule(
    "MEN-MGT-ART-055",
    "The storage usage counts the artifacts that are there",
    document=f"{SECTION} / Get Storage Usage",
    operations=["getStorageLimit"],
)
def storage_is_counted(backend: Backend) -> None:
    """Upload an artifact: all of them together are at least as large."""
    artifact = backend.artifact(content=bytes(range(256)) * 40)
    answer = expect_status(backend.management.get("v1/deployments/limits/storage"), 200)
    usage = field_of(answer, "usage")
    expect(
        usage >= len(artifact.content),
        "the storage usage",
        expected=f"at least {len(artifact.content)} bytes, which one of the artifacts has",
        actual=usage,
        answer=answer,
    )


def _link_answer(backend: Backend, artifact: Artifact) -> Exchange:
    return expect_status(backend.management.get(f"{artifact.path}/download"), 200)


def _link(backend: Backend, artifact: Artifact) -> str:
    with backend.building("a link to the artifact"):
        return str(field_of(_link_answer(backend, artifact), "uri"))


def _changed(link: str, part: str, change: Callable[[str], str | None]) -> str:
    """Change those parameters of a link that a word is part of; None takes one away."""
    parts = urlsplit(link)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if not any(part in name.lower() for name, _ in query):
        message = f"the link has no parameter with '{part}' in its name"
        raise NotApplicable(message)
    changed = [
        (name, new)
        for name, value in query
        if (new := change(value) if part in name.lower() else value) is not None
    ]
    return parts._replace(query=urlencode(changed)).geturl()


def _later(moment: str) -> str:
    """Return a moment one year later, or seconds many times as many."""
    if moment.isdecimal():
        return str(10 * int(moment))
    return _YEAR.sub(lambda year: str(int(year[0]) + 1), moment, count=1)


def _moment(text: str) -> datetime:
    """Read a moment; one that is none is the first there is."""
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text))
    except ValueError:
        return datetime(1, 1, 1, tzinfo=UTC)


def _expect_refused(answer: Exchange, what: str) -> None:
    expect(
        400 <= answer.status < 500,  # noqa: PLR2004 - any refusal
        f"{what} is refused",
        expected="a status from 400 to 499",
        actual=answer.answer(),
        answer=answer,
    )
