"""The export of the journal as HAR 1.2: what the format demands, and what may be shown."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ota_support.server import LOGIN
from otakit.mockserver.domain.clock import from_rfc3339

JOURNAL = "universes/default/journal"

MESSAGE = {
    "httpVersion": str,
    "cookies": list,
    "headers": list,
    "headersSize": int,
    "bodySize": int,
}
ENTRY = {
    "startedDateTime": str,
    "time": (int, float),
    "request": {"method": str, "url": str, "queryString": list, **MESSAGE},
    "response": {
        "status": int,
        "statusText": str,
        "redirectURL": str,
        "content": {"size": int, "mimeType": str},
        **MESSAGE,
    },
    "cache": {},
    "timings": {"send": (int, float), "wait": (int, float), "receive": (int, float)},
}
"""What an entry has to have (http://www.softwareishard.com/blog/har-12-spec/)."""

OPTIONAL = {"comment", "postData", "text", "encoding", "_otakit"}


def check(value: Any, demanded: Any, place: str = "entry") -> None:
    """Fail unless a value has all that is demanded, and nothing that HAR does not know."""
    if not isinstance(demanded, dict):
        assert isinstance(value, demanded), f"{place}: {value}"
        return
    assert demanded.keys() <= value.keys() <= demanded.keys() | OPTIONAL, place
    for name, inner in demanded.items():
        check(value[name], inner, f"{place}.{name}")


@pytest.fixture
def traffic(control: httpx.Client, management: httpx.Client) -> httpx.Client:
    """Return a client that is logged in; what it asked is in the journal."""
    cookie = {"Cookie": "a=secret-cookie"}
    management.get("v2/devauth/devices", params={"status": "pending"}, headers=cookie)
    management.post("v2/devauth/devices", content=b"{")
    form = {"name": "made", "device_types_compatible": "rpi", "type": "single_file"}
    form["args"] = '{"filename": "f", "dest_dir": "/"}'
    made = management.post("v1/deployments/artifacts/generate", data=form, files={"file": b"x"})
    artifact = made.headers["location"].rpartition("/")[2]
    link = management.get(f"v1/deployments/artifacts/{artifact}/download").json()["uri"]
    httpx.get(link)
    management.get("v1/deployments/deployments/")
    management.post("v2/devauth/devices", content=b"[" + b"1," * 40_000 + b"1]")
    control.put("universes/default/clock", json={"speed": 0})
    return management


def exported(control: httpx.Client, **parameters: str) -> list[dict[str, Any]]:
    """Return the entries of the export, whose frame has to be right."""
    answer = control.get(f"{JOURNAL}/har", params=parameters)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="otakit.har"'
    log = answer.json()["log"]
    assert log.keys() == {"version", "creator", "entries"}
    assert (log["version"], log["creator"].keys()) == ("1.2", {"name", "version"})
    entries: list[dict[str, Any]] = log["entries"]
    return entries


def test_entries_have_what_the_format_demands(control: httpx.Client, traffic: httpx.Client) -> None:
    """Each one, and in the order in which they began."""
    del traffic
    entries = exported(control)
    assert len(entries) == len(control.get(JOURNAL).json()) == 8
    for entry in entries:
        check(entry, ENTRY)
        pairs = entry["request"]["queryString"]
        for side in (entry["request"], entry["response"]):
            pairs = [*pairs, *side["cookies"], *side["headers"]]
        for pair in pairs:
            assert pair.keys() == {"name", "value"}
            assert isinstance(pair["value"], str)
        url = urlsplit(entry["request"]["url"])
        assert (url.scheme, url.netloc) == ("http", urlsplit(str(control.base_url)).netloc)
        assert entry["request"]["url"].isascii()
    moments = [from_rfc3339(entry["startedDateTime"]) for entry in entries]
    assert moments == sorted(moments)
    numbers = [entry["_otakit"]["number"] for entry in entries]
    assert numbers == list(range(numbers[0], numbers[0] + 8))


def test_requests_and_answers_are_whole(control: httpx.Client, traffic: httpx.Client) -> None:
    """Query, cookies, bodies; of files the size, of long bodies the beginning, and a word on it."""
    login, read, wrong, upload, _, download, moved, long = exported(control, secrets="true")
    assert login["response"]["content"]["mimeType"] == "application/jwt"
    assert login["response"]["content"]["text"].count(".") == 2
    assert read["request"]["queryString"] == [{"name": "status", "value": "pending"}]
    assert read["request"]["cookies"] == [{"name": "a", "value": "secret-cookie"}]
    assert read["response"]["content"]["text"] == "[]"
    assert (wrong["request"]["postData"]["text"], wrong["response"]["status"]) == ("{", 400)
    assert upload["request"]["postData"]["comment"] == "0 bytes of it were kept"
    assert upload["request"]["bodySize"] > 100
    assert download["response"]["content"].keys() == {"size", "mimeType", "comment"}
    assert download["response"]["content"]["size"] > 1000
    assert moved["response"]["redirectURL"].endswith("/deployments/deployments")
    assert long["request"]["postData"]["comment"] == "65536 bytes of it were kept"
    assert long["request"]["bodySize"] == 80_003
    assert traffic.headers["authorization"] in str(read["request"]["headers"])


def test_secrets_are_not_in_it(control: httpx.Client, traffic: httpx.Client) -> None:
    """Unless they are asked for."""
    token = traffic.headers["authorization"].partition(" ")[2]
    basic = next(httpx.BasicAuth(*LOGIN).auth_flow(httpx.Request("GET", "http://h")))
    secrets = [token, basic.headers["authorization"], "secret-cookie"]
    plain, whole = (str(exported(control, secrets=s)) for s in ("false", "true"))
    signature = whole.partition("x-men-signature=")[2].partition("'")[0]
    assert len(signature) > 40
    for secret in (*secrets, signature):
        assert secret in whole
        assert secret not in plain


def test_filters_are_the_lists(control: httpx.Client, traffic: httpx.Client) -> None:
    """Only what fits is exported."""
    del traffic
    chosen = ({"status": "4xx"}, {"operation": "downloadArtifact"}, {"path": "*/artifacts/*"})
    for filters in chosen:
        listed = control.get(JOURNAL, params=filters).json()[::-1]
        numbers = [entry["_otakit"]["number"] for entry in exported(control, **filters)]
        assert numbers == [entry["number"] for entry in listed] != []
    control.delete(JOURNAL)
    assert exported(control) == []
