"""Faults in the body of an answer: cut off, corrupted, slow, malformed."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.server import NO_TLS

DEVICES = "/api/management/v2/devauth/devices"
SIZE = 300_000


@pytest.fixture
def link(new_device: Any, deploy: Any) -> str:
    """Return the link to an artifact that a device is offered."""
    device = new_device(1)
    deploy(device, size=SIZE)
    return str(device.next().json()["artifact"]["source"]["uri"])


def fetch(url: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes, int]:
    """Fetch what is there; return answer, what came of the body, and how much is missing."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        try:
            return answer, answer.read(), 0
        except http.client.IncompleteRead as error:
            return answer, error.partial, error.expected or -1
    finally:
        connection.close()


@pytest.mark.parametrize("at", [0, 0.1, 40, 99.9])
def test_download_is_truncated(faults: Any, link: str, at: float) -> None:
    """The whole length is announced, and just that share comes; Range gets the rest."""
    whole = httpx.get(link, verify=NO_TLS).content
    fault = faults.make({"action": "truncate", "at": at}, "downloadArtifact", when={"times": 1})
    answer, received, missing = fetch(link)
    share = int(len(whole) * at / 100)
    assert (answer.status, answer.headers["content-length"]) == (200, str(len(whole)))
    assert received == whole[:share]
    assert missing == len(whole) - share
    answer, rest, missing = fetch(link, Range=f"bytes={share}-")
    assert (answer.status, received + rest, missing) == (206, whole, 0)
    assert faults.counts(fault) == (2, 1)


def test_range_is_truncated_by_its_own_length(faults: Any, link: str) -> None:
    """Percents are of what the answer would have."""
    whole = httpx.get(link, verify=NO_TLS).content
    faults.make({"action": "truncate", "at": 50})
    answer, received, missing = fetch(link, Range="bytes=100-299")
    assert (answer.status, answer.headers["content-length"]) == (206, "200")
    assert (received, missing) == (whole[100:200], 100)


def test_download_of_one_device_is_truncated(faults: Any, new_device: Any, deploy: Any) -> None:
    """Links name the device that they were made for; a user's link is nobody's."""
    one, other = new_device(1), new_device(2)
    deploy(one, other)
    links = [device.next().json()["artifact"]["source"]["uri"] for device in (one, other)]
    fault = faults.make({"action": "truncate", "at": 40}, on={"caller": one.id, "side": "devices"})
    assert [fetch(link)[2] > 0 for link in links] == [True, False]
    stranger = httpx.URL(links[0]).copy_set_param("x-men-device-id", other.id)
    for changed in (stranger, httpx.URL(links[0]).copy_remove_param("x-men-device-id")):
        assert httpx.get(changed, verify=NO_TLS).status_code == 403
    assert faults.counts(fault) == (1, 1)


def test_head_and_empty_answers_are_left_alone(
    faults: Any, link: str, management: httpx.Client
) -> None:
    """They have no body; it is not counted as a hit."""
    made = [
        faults.make(do)
        for do in (
            {"action": "truncate", "at": 0},
            {"action": "corrupt", "at": 0},
            {"action": "throttle", "bytes_per_second": 1},
            {"action": "malformed-json"},
        )
    ]
    assert httpx.head(link, verify=NO_TLS).status_code == 200
    none = {"If-None-Match": httpx.head(link, verify=NO_TLS).headers["etag"]}
    assert httpx.get(link, headers=none, verify=NO_TLS).status_code == 304
    assert management.post("v1/useradm/auth/logout").status_code == 202
    assert [faults.counts(fault) for fault in made] == [(4, 0)] * 4


@pytest.mark.parametrize(("at", "place"), [(0, 0), (40, None), (100, -1)])
def test_one_byte_is_another(faults: Any, link: str, at: int, place: int | None) -> None:
    """All others are as they should be, and so is the length."""
    whole = bytearray(httpx.get(link, verify=NO_TLS).content)
    faults.make({"action": "corrupt", "at": at}, "downloadArtifact")
    received = httpx.get(link, verify=NO_TLS).content
    place = len(whole) * at // 100 if place is None else place
    assert received[place] != whole[place]
    whole[place] = received[place]
    assert received == whole


def test_body_goes_out_slowly(faults: Any, link: str) -> None:
    """And whole."""
    whole = httpx.get(link, verify=NO_TLS).content
    faults.make({"action": "throttle", "bytes_per_second": SIZE}, "downloadArtifact")
    begun = time.monotonic()
    assert httpx.get(link, verify=NO_TLS).content == whole
    assert time.monotonic() - begun >= len(whole) / SIZE


def test_slow_body_ends_with_its_reader(faults: Any, link: str, control: httpx.Client) -> None:
    """The request is over as soon as nobody wants the rest."""
    faults.make({"action": "throttle", "bytes_per_second": 1000}, "downloadArtifact")
    with control.stream("GET", "universes/default/events", timeout=20) as stream:
        lines = stream.iter_lines()
        with httpx.stream("GET", link, verify=NO_TLS) as answer:
            assert next(answer.iter_bytes()) != b""
        told = next(line for line in lines if "downloadArtifact" in line)
    entry = json.loads(told.partition(": ")[2])
    assert (entry["status"], len(entry["faults"])) == (200, 1)
    assert entry["milliseconds"] < 20_000


@pytest.mark.parametrize("devices", [0, 1, 3])
def test_json_is_malformed(
    faults: Any, management: httpx.Client, new_device: Any, devices: int
) -> None:
    """Half of it comes, with a length that is right; what is no JSON is left alone."""
    for number in range(devices):
        new_device(number)
    whole = management.get("v2/devauth/devices").content
    fault = faults.make({"action": "malformed-json"}, on={"side": "management"})
    answer = management.get("v2/devauth/devices")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == whole[: len(whole) // 2]
    assert answer.headers["content-length"] == str(len(answer.content))
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert management.get("v1/auditlogs/logs/export").status_code == 200
    assert faults.counts(fault) == (2, 1)


def test_answer_without_a_length_is_truncated(
    faults: Any, management: httpx.Client, new_device: Any
) -> None:
    """A chunked one ends within its chunks."""
    new_device(1)
    path = "v1/auditlogs/logs/export"
    whole = management.get(path)
    assert whole.headers["transfer-encoding"] == "chunked"
    faults.make({"action": "truncate", "at": 50}, "exportAuditLogs")
    received: list[bytes] = []
    with management.stream("GET", path) as answer, pytest.raises(httpx.RemoteProtocolError):
        received.extend(answer.iter_bytes())
    assert b"".join(received) == whole.content[: len(whole.content) // 2]


def test_errors_have_bodies_too(faults: Any, management: httpx.Client) -> None:
    """What goes wrong in the operation is malformed as well."""
    faults.make({"action": "malformed-json"}, "getDevice")
    answer = management.get("v2/devauth/devices/0c13a0e6-6b63-475d-8260-ee42a590e8ff")
    assert answer.status_code == 404
    with pytest.raises(json.JSONDecodeError):
        answer.json()
