"""What the proxy counts and keeps, without sockets."""

import gzip
import zlib
from collections.abc import Callable

import pytest

from ota_support.checks import documents
from otakit.contracts.proxy_bodies import Allowance, Copy
from otakit.contracts.proxy_requests import Asked, RequestRules
from otakit.contracts.proxy_tally import (
    MOST_STRANGERS,
    MOST_VIOLATIONS,
    OTHERS,
    Tally,
    Violation,
    alike,
    discreet,
)

DEVICES = "/api/management/v2/devauth/devices"
UPLOAD = "/api/management/v1/deployments/artifacts"
STATUSES = ["pending", "accepted", "rejected", "preauthorized", "noauth"]
JSON = [(b"content-type", b"application/json")]


def violation(what: str, operation: str = "listDevices", moment: float = 1.0) -> Violation:
    """Return one that was seen now."""
    return Violation(
        kind="answer",
        operation=operation,
        method="GET",
        path=DEVICES,
        status=200,
        what=what,
        request_id="",
        first=moment,
        last=moment,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[0].id: 7 is not of type 'string'", "[12].id: 8 is not of type 'string'"),
        ("[0].status: 'a' is not one of ['b']", "[1].status: 'c: d' is not one of ['b']"),
        (".since: 'x' is not a 'date-time'", ".since: 'y z' is not a 'date-time'"),
        ("[0].name: '' is too short", "[3].name: 'q' is too short"),
        ("Failed to cast value to integer type: x", "Failed to cast value to integer type: y"),
    ],
)
def test_same_fault_of_other_values_is_one(one: str, other: str) -> None:
    """Wherever in a list it stands."""
    assert alike(one) == alike(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[0]: 'id' is a required property", "[0]: 'status' is a required property"),
        ("[0].id: 7 is not of type 'string'", "[0].status: 7 is not of type 'string'"),
        (".a: 'x' is not one of ['b']", ".a: 'x' is not of type 'integer'"),
        ("query parameter 'page': missing", "query parameter 'per_page': missing"),
    ],
)
def test_other_fault_is_another(one: str, other: str) -> None:
    """Of another field, or of another kind."""
    assert alike(one) != alike(other)


def test_repetitions_are_counted() -> None:
    """With the first example, and the time of the last."""
    tally = Tally(documents("mender"))
    for n in range(5):
        tally.add(violation(f"[{n}].id: {n} is not of type 'string'", moment=n))
    [found] = tally.violations
    assert (found.count, found.first, found.last) == (5, 0, 4)
    assert found.what == "[0].id: 0 is not of type 'string'"


def test_what_is_kept_is_bounded() -> None:
    """However many different things come; all are counted."""
    tally = Tally(documents("mender"))
    count = MOST_VIOLATIONS + 10
    for n in range(count):
        tally.add(violation(f".{'x' * n}: missing"[:900]))
        tally.add(violation(".y: missing", operation=f"o{n}"))
        tally.count("GET", f"/nowhere{'x' * n}", None, 404)
    assert (len(tally.violations), tally.total) == (MOST_VIOLATIONS, 2 * count)
    assert len(tally.strangers) <= MOST_STRANGERS + 1
    assert sum(tally.strangers.values()) == tally.requests == count
    assert all(len(v.what) <= 300 for v in tally.violations)


def test_ids_in_unknown_paths_are_one() -> None:
    """Links of a thousand artifacts are one line."""
    tally = Tally(documents("mender"))
    for n in range(MOST_STRANGERS * 2):
        tally.count("GET", f"/files/{n:032x}/{n}", None, 200)
    assert tally.strangers == {"GET /files/{…}/{…}": MOST_STRANGERS * 2}
    assert OTHERS not in tally.strangers


@pytest.mark.parametrize(
    "text",
    [
        "{'email': 'a', 'password': 'sesame'} is not of type 'array'",
        '{"token": "sesame", "x": 1}',
        "Bearer eyJhbGciOiJSUzI1.sesame.sesame",
        "/x?X-Amz-Signature=sesame&a",
    ],
)
def test_secrets_are_left_out(text: str) -> None:
    """Of what is told and reported."""
    assert "sesame" not in discreet(text)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", None)],
)
def test_copies_are_unpacked(encoding: str, pack: Callable[[bytes], bytes] | None) -> None:
    """In the ways that Python knows."""
    copy = Copy(Allowance(), wanted=True)
    copy.add((pack or bytes)(b"hello"))
    assert copy.content(encoding) is None  # it has not ended
    copy.end()
    assert copy.content(encoding) == (b"hello" if pack else None)
    assert copy.too_long == (pack is None)


def test_bombs_do_not_go_off() -> None:
    """A body that is small only while it is packed is not read."""
    copy = Copy(Allowance(), wanted=True, most=10_000)
    copy.add(gzip.compress(bytes(1_000_000)))
    copy.end()
    assert (copy.content("gzip"), copy.too_long) == (None, True)


def test_allowance_is_for_all_bodies_together() -> None:
    """What is given up, or was looked at, is room for others."""
    allowance = Allowance(100)
    first, second = (Copy(allowance, wanted=True, most=80) for _ in range(2))
    first.add(bytes(60))
    second.add(bytes(60))
    second.end()
    assert (second.too_long, second.content("")) == (True, None)
    first.add(bytes(30))
    assert first.too_long
    third = Copy(allowance, wanted=True)
    third.add(bytes(100))
    third.end()
    assert third.content("") == bytes(100)
    third.drop()
    assert allowance.take(100)


def mistakes(method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> set[str]:
    """Return what is wrong with a request."""
    mine = documents("mender")
    path, _, query = path.partition("?")
    operation = mine.find(method, path)
    assert operation is not None
    asked = Asked(method, path, query, headers, body)
    return set(RequestRules(mine).mistakes(operation, asked))


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", f"{DEVICES}?page=2&status=pending&status=accepted", b"", set()),
        ("GET", f"{DEVICES}?more=1", b"", set()),
        (
            "GET",
            f"{DEVICES}?page=x",
            b"",
            {"query parameter 'page': Failed to cast value to integer type: x"},
        ),
        (
            "GET",
            f"{DEVICES}?status=lost",
            b"",
            {f"query parameter 'status': 'lost' is not one of {STATUSES}"},
        ),
        ("POST", DEVICES, b"", {"the body is missing"}),
        ("POST", DEVICES, b"{", {"Failed to deserialize value with application/json mimetype: {"}),
        (
            "POST",
            DEVICES,
            b'{"identity_data": {"mac": "a"}, "pubkey": 7}',
            {".pubkey: 7 is not of type 'string'"},
        ),
        (
            "POST",
            "/api/devices/v1/authentication/auth_requests",
            b'{"id_data": "{}", "pubkey": "x"}',
            {"header parameter 'X-MEN-Signature': missing"},
        ),
    ],
)
def test_requests_are_held_to_the_documents(
    method: str, path: str, body: bytes, said: set[str]
) -> None:
    """Parameters by place and name, bodies by field; what the documents do not know is fine."""
    assert mistakes(method, path, JSON if body else [], body) == said


def test_fields_of_forms_are_text() -> None:
    """A number in a form is one, and a word in its place is not."""

    def form(size: bytes) -> bytes:
        head = b'--x\r\nContent-Disposition: form-data; name="'
        return (
            head
            + b'size"\r\n\r\n'
            + size
            + b"\r\n"
            + head
            + b'artifact"; filename="a"\r\nContent-Type: application/octet-stream\r\n\r\n'
            + b"\xff\x00\r\n--x--\r\n"
        )

    kind = [(b"content-type", b"multipart/form-data; boundary=x")]
    assert mistakes("POST", UPLOAD, kind, form(b"5120")) == set()
    assert mistakes("POST", UPLOAD, kind, form(b"big")) == {".size: 'big' is not of type 'integer'"}


def test_browsers_may_ask_for_sockets_in_other_words() -> None:
    """Firefox keeps the connection alive besides; names of options are in any case."""
    path = "/api/devices/v1/deviceconnect/connect"
    headers = [
        (b"connection", b"keep-alive, upgrade"),
        (b"upgrade", b"WebSocket"),
        (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
        (b"sec-websocket-version", b"13"),
    ]
    assert mistakes("GET", path, headers, b"") == set()
    said = mistakes("GET", path, [(b"connection", b"close"), *headers[1:]], b"")
    assert said == {"header parameter 'Connection': 'close' is not one of ['Upgrade']"}
