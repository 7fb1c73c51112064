"""Download links: whoever has one gets the file, all or part of it, until the link expires."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from ota_support.server import LOGIN
from otakit.mockserver.domain.clock import Clock

MEDIA_TYPE = "application/vnd.mender-artifact"
TEXTS = {
    "name": "release 1",
    "type": "single_file",
    "device_types_compatible": "beagle",
    "args": '{"filename": "a", "dest_dir": "/etc"}',
}
BEGIN = 1_800_000_000.0
BEFORE, AT, AFTER = (
    "Fri, 15 Jan 2027 07:59:59 GMT",
    "Fri, 15 Jan 2027 08:00:00 GMT",
    "Fri, 15 Jan 2027 08:00:01 GMT",
)


class Link:
    """A link to an artifact, on a server whose clock the test moves."""

    def __init__(self, serve: Callable[..., str]) -> None:
        """Store an artifact and ask for a link."""
        self.time = BEGIN
        url = serve(clock=Clock(source=lambda: self.time))
        token = httpx.post(f"{url}/api/management/v1/useradm/auth/login", auth=LOGIN).text
        self.user = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"})
        with self.user as user:
            base = "/api/management/v1/deployments/artifacts"
            file = {"file": ("a", b"hello" * 100)}
            made = user.post(f"{base}/generate", data=TEXTS, files=file).raise_for_status()
            self.size: int = user.get(made.headers["location"]).json()["size"]
            self.uri: str = user.get(f"{made.headers['location']}/download").json()["uri"]

    def get(self, **headers: str) -> httpx.Response:
        """Fetch it without any token; `_` stands for `-` in headers."""
        return httpx.get(self.uri, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def changed(self, changes: dict[str, str]) -> str:
        """Return the link with other values in its query."""
        parts = urlsplit(self.uri)
        pairs = {**dict(parse_qsl(parts.query)), **changes}
        return urlunsplit(parts._replace(query=urlencode(pairs)))


@pytest.fixture(scope="module")
def link(ota_serve: Callable[..., str]) -> Link:
    """Return a link."""
    return Link(ota_serve)


def test_the_file_comes_whole_without_a_token(link: Link) -> None:
    """With its size, its type and a name."""
    answer = link.get()
    assert answer.status_code == 200
    assert len(answer.content) == link.size == int(answer.headers["content-length"])
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "release 1.mender" in answer.headers["content-disposition"].replace("%20", " ")
    assert answer.headers["last-modified"] == AT
    assert answer.headers["accept-ranges"] == "bytes"


def test_head_gives_the_headers_only(link: Link) -> None:
    """The same ones."""
    answer, whole = httpx.head(link.uri), link.get()
    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "last-modified"):
        assert answer.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [
        ("0-99", 0, 100),
        ("100-", 100, None),
        ("-50", -50, None),
        ("5-5", 5, 6),
        ("9-99999", 9, None),
    ],
)
def test_a_range_gives_that_part(link: Link, wanted: str, begin: int, end: int | None) -> None:
    """So an interrupted download goes on."""
    whole = link.get().content
    answer = link.get(Range=f"bytes={wanted}")
    assert answer.status_code == 206
    assert answer.content == whole[begin:end]
    start = begin % len(whole)
    last = start + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{last}/{len(whole)}"


def test_a_range_behind_the_end_is_refused(link: Link) -> None:
    """And the size named."""
    answer = link.get(Range=f"bytes={link.size}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{link.size}"


def test_a_range_of_another_version_gives_the_whole(link: Link) -> None:
    """If-Range guards against a file put together of two."""
    assert link.get(Range="bytes=5-", If_Range='"another"').status_code == 200
    etag = link.get().headers["etag"]
    assert link.get(Range="bytes=5-", If_Range=etag).status_code == 206


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-Modified-Since", BEFORE, 200),
        ("If-Modified-Since", AT, 304),
        ("If-Modified-Since", AFTER, 304),
        ("If-Modified-Since", "yesterday", 200),
        ("If-Unmodified-Since", BEFORE, 412),
        ("If-Unmodified-Since", AT, 200),
        ("If-Unmodified-Since", "yesterday", 200),
        ("If-None-Match", "{etag}", 304),
        ("If-None-Match", 'W/{etag}, "x"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"another"', 200),
        ("If-Match", "{etag}", 200),
        ("If-Match", "*", 200),
        ("If-Match", '"another"', 412),
    ],
)
def test_conditions_are_heeded(link: Link, header: str, value: str, status: int) -> None:
    """RFC 9110, 13: by date and by entity tag."""
    etag = link.get().headers["etag"]
    answer = httpx.get(link.uri, headers={header: value.replace("{etag}", etag)})
    assert answer.status_code == status
    assert (answer.content == b"") is (status != 200)


def test_a_link_expires(ota_serve: Callable[..., str]) -> None:
    """After a quarter of an hour, to the second."""
    link = Link(ota_serve)
    link.time += 15 * 60 - 1
    assert link.get().status_code == 200
    link.time += 1
    answer = link.get()
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("URL expired at 2027-01-15T08:15:00")
    assert answer.json()["request_id"] == answer.headers["x-men-requestid"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"x-men-expire": "2099-01-01T00:00:00Z"}, 403),
        ({"x-men-signature": "AAAA"}, 403),
        ({"x-men-signature": ""}, 403),
        ({"x-men-signature": "é"}, 403),
        ({"tenant_id": ""}, 403),
        ({"tenant_id": "other"}, 403),
        ({"x-men-expire": "soon"}, 400),
    ],
    ids=str,
)
def test_a_changed_query_is_refused(link: Link, changes: dict[str, str], status: int) -> None:
    """All that it says is signed."""
    answer = httpx.get(link.changed(changes))
    assert answer.status_code == status
    assert answer.json()["error"] != ""


@pytest.mark.parametrize("change", ["other artifact", "other path", "climbing"])
def test_a_changed_path_is_refused(link: Link, change: str) -> None:
    """A link is good for its own file."""
    parts = urlsplit(link.uri)
    folder, _, name = parts.path.rpartition("/")
    path = {
        "other artifact": f"{folder}/00000000-0000-4000-8000-000000000000",
        "other path": f"{folder}/{name}x",
        "climbing": f"{folder}/..%2f..%2fdefault%2f{name}",
    }[change]
    answer = httpx.get(urlunsplit(parts._replace(path=path)))
    assert answer.status_code in ({404} if change == "climbing" else {403})


def test_a_link_without_a_signature_is_refused(link: Link) -> None:
    """The message says what is missing."""
    answer = httpx.get(link.uri.partition("?")[0])
    assert answer.status_code == 400
    assert answer.json()["error"] == (
        "invalid request parameters: x-men-expire, x-men-signature missing"
    )
