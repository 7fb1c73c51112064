"""The control API's journal: who asked what, when by both clocks, and what the answer was."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from ota_support.device import AUTH, Device, auth_request
from ota_support.server import EMAIL, LOGIN, NO_TLS, PASSWORD
from ota_support.sockets import open_socket
from otakit.fixtures.keys import generate_key
from otakit.mockserver.domain.clock import from_rfc3339

JOURNAL = "universes/default/journal"
ATTRIBUTES = "/api/devices/v1/inventory/device/attributes"


@pytest.fixture
def device(server: Any, management: httpx.Client) -> Iterator[Device]:
    """Return a device with a token."""
    with httpx.Client(base_url=server.url, verify=NO_TLS) as http:
        device = Device(http, 17, "/api/devices/")
        known = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        answer = management.post("v2/devauth/devices", json=known)
        device.id = answer.headers["location"].rpartition("/")[2]
        assert device.authenticate().status_code == 200
        yield device


def listed(control: httpx.Client, **filters: Any) -> list[dict[str, Any]]:
    """List a journal, oldest first."""
    answer = control.get(JOURNAL, params={"per_page": 500, **filters})
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()
    assert int(answer.headers["x-total-count"]) == len(entries)
    return entries[::-1]


def newest(control: httpx.Client) -> dict[str, Any]:
    """Return what was asked last."""
    return listed(control)[-1]


def shown(control: httpx.Client, **parameters: Any) -> dict[str, Any]:
    """Return what was asked last, in full."""
    answer = control.get(f"{JOURNAL}/{newest(control)['number']}", params=parameters)
    assert answer.status_code == 200, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def test_who_asked_what_and_what_came_back(control: httpx.Client, device: Device) -> None:
    """Side, caller, operation, request, answer."""
    told = [{"name": "hostname", "value": "thing"}]
    answer = device.http.patch(ATTRIBUTES, json=told, headers={"X-MEN-RequestID": "mine"})
    entry = shown(control)
    named = ("side", "caller", "operation", "method", "path", "status", "faults", "request_id")
    assert {name: entry[name] for name in named} == {
        "side": "devices",
        "caller": device.id,
        "operation": "assignInventory",
        "method": "PATCH",
        "path": ATTRIBUTES,
        "status": 200,
        "faults": [],
        "request_id": "mine",
    }
    assert entry["request"]["body"] == {"size": len(answer.request.content), "json": told}
    assert entry["answer"]["body"] == {"size": entry["size"]} == {"size": len(answer.content)}
    assert {"name": "x-men-requestid", "value": "mine"} in entry["answer"]["headers"]


def test_time_on_both_clocks(control: httpx.Client, device: Device) -> None:
    """The universe's stands still or is turned; the wall's goes on."""
    control.put("universes/default/clock", json={"speed": 0})
    frozen = control.get("universes/default/clock").json()["now"]
    device.next()
    device.next()
    control.post("universes/default/clock/advance", json={"seconds": 86_400})
    device.next()
    before, same, turned = listed(control, operation="checkUpdate")
    assert before["at"] == same["at"] == frozen
    assert from_rfc3339(turned["at"]) == from_rfc3339(frozen) + 86_400
    walls = [from_rfc3339(entry["wall"]) for entry in (before, same, turned)]
    assert walls == sorted(walls)
    assert walls[2] - walls[0] < 3600
    assert [e["number"] for e in listed(control, **{"from": turned["at"]})] == [turned["number"]]
    assert turned not in listed(control, until=frozen)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("GET /api/management/v1/deployments/deployments", (401, "listDeployments")),
        (f"PATCH {ATTRIBUTES}", (401, "assignInventory")),
        (f"GET {ATTRIBUTES}", (405, "")),
        (f"OPTIONS {ATTRIBUTES}", (405, "")),
        ("GET /api/devices/v1/nothing", (404, "")),
        ("GET /api/management/v1/deployments/deployments/", (307, "")),
        ("GET /otakit/v1/storage/artifacts/x", (400, "downloadArtifact")),
        ("POST /otakit/v1/storage/artifacts/x", (405, "")),
    ],
)
@pytest.mark.parametrize("token", ["", "Bearer x", "Basic x"])
def test_refused_requests_are_there(
    control: httpx.Client, server: Any, asked: str, token: str, expected: tuple[int, str]
) -> None:
    """With the operation, where there is one."""
    method, path = asked.split()
    httpx.request(method, server.url + path, headers={"Authorization": token})
    entry = newest(control)
    assert (entry["method"], entry["path"]) == (method, path)
    assert (entry["status"], entry["operation"]) == expected


@pytest.mark.parametrize("dialect", ["as-built"], indirect=True)
def test_questions_for_methods_are_there(control: httpx.Client, server: Any) -> None:
    """Where they are answered, they are to an API, though to no operation."""
    assert httpx.options(server.url + ATTRIBUTES).status_code == 200
    assert (newest(control)["method"], newest(control)["status"]) == ("OPTIONS", 200)


def test_bodies_of_refused_requests_are_there(control: httpx.Client, device: Device) -> None:
    """What is no JSON as text, what is no text in Base64."""
    headers = {"Content-Type": "application/json"}
    for content, body in (
        (b'[{"name": 1}]', {"json": [{"name": 1}]}),
        (b"[{", {"text": "[{"}),
        (b"\xff\x00", {"base64": "/wA="}),
    ):
        assert device.http.put(ATTRIBUTES, content=content, headers=headers).status_code == 400
        entry = shown(control)
        assert (entry["status"], entry["caller"]) == (400, device.id)
        assert entry["request"]["body"] == {"size": len(content), **body}
        assert "error" in entry["answer"]["body"]["json"]


def test_pending_device_is_named(control: httpx.Client, server: Any) -> None:
    """Its request is refused, but it has an id by then."""
    with httpx.Client(base_url=server.url, verify=NO_TLS) as http:
        stranger = Device(http, 99, "/api/devices/")
        for _ in range(2):
            assert stranger.authenticate().status_code == 401
    with server.management() as user:
        (known,) = user.get("v2/devauth/devices").json()
    entries = listed(control, operation="authenticateDevice")
    assert [(e["caller"], e["side"], e["status"]) for e in entries] == [
        (known["id"], "devices", 401)
    ] * 2


def test_steering_and_pages_are_not_there(control: httpx.Client, server: Any) -> None:
    """Nor what looks for the control API in vain."""
    for path in (
        "/otakit/v1/universes",
        "/otakit/v1/nothing",
        "/api/management/v1/deployments/ui/",
        "/api/management/v1/deployments/ui",
        "/api/management/v1/deployments/openapi.json",
    ):
        httpx.get(server.url + path, follow_redirects=True)
    assert listed(control) == []


def test_lists_have_pages_newest_first(control: httpx.Client, device: Device) -> None:
    """With the headers of the other lists; `since` gives what is new."""
    for _ in range(5):
        device.next()
    last = newest(control)["number"]
    answer = control.get(JOURNAL, params={"operation": "checkUpdate", "per_page": 2, "page": 2})
    assert [entry["number"] for entry in answer.json()] == [last - 2, last - 3]
    assert answer.headers["x-total-count"] == "5"
    assert 'per_page=2>; rel="next"' in answer.headers["link"]
    device.next()
    assert [entry["number"] for entry in listed(control, since=last)] == [last + 1]


def test_cleared_journal_is_empty_and_counts_on(control: httpx.Client, device: Device) -> None:
    """So does a reset one."""
    device.next()
    number = newest(control)["number"]
    assert control.delete(JOURNAL).status_code == 204
    assert listed(control) == []
    assert "is empty" in control.get(f"{JOURNAL}/{number}").json()["error"]
    device.next()
    assert newest(control)["number"] == number + 1
    control.post("universes/default/reset")
    assert listed(control) == []


def test_downloads_and_uploads_are_sizes(
    control: httpx.Client, device: Device, management: httpx.Client
) -> None:
    """The files are not kept; what is refused instead of one is."""
    form = {"name": "made", "device_types_compatible": "rpi", "type": "single_file"}
    form["args"] = '{"filename": "f", "dest_dir": "/"}'
    answer = management.post(
        "v1/deployments/artifacts/generate", data=form, files={"file": b"x" * 100_000}
    )
    assert answer.status_code == 201
    upload = shown(control)
    assert upload["request"]["body"] == {"size": int(answer.request.headers["content-length"])}
    artifact = answer.headers["location"].rpartition("/")[2]
    link = management.get(f"v1/deployments/artifacts/{artifact}/download").json()["uri"]
    assert "x-men-signature=..." in str(shown(control)["answer"]["body"]["json"])
    content = httpx.get(link).content
    download = shown(control)
    assert (download["operation"], download["size"]) == ("downloadArtifact", len(content))
    assert download["answer"]["body"] == {"size": len(content)}
    assert "x-men-signature=..." in download["query"]
    httpx.get(link.replace("x-men-signature=", "x-men-signature=x"))
    assert "signature invalid" in shown(control)["answer"]["body"]["json"]["error"]
    assert device.id


def test_handshakes_are_there(control: httpx.Client, server: Any, device: Device) -> None:
    """Accepted ones at once, though they stay open; refused ones with their status."""
    path = "/api/devices/v1/deviceconnect/connect"
    token = {"Authorization": device.http.headers["Authorization"]}
    with open_socket(server.url, path, token):
        entry = shown(control)
        named = ("operation", "side", "caller", "method", "path", "status")
        told = [entry[name] for name in named]
        assert told == ["connectDevice", "devices", device.id, "GET", path, 101]
        assert entry["request"]["url"].startswith("ws://")
    refusing = pytest.raises(InvalidStatus)
    with refusing, open_socket(server.url, path, {"Authorization": "Bearer x"}):
        pass
    entry = newest(control)
    assert (entry["operation"], entry["caller"], entry["status"]) == ("connectDevice", "", 401)
    with refusing, open_socket(server.url, "/nothing", token):
        pass
    assert (newest(control)["path"], newest(control)["status"]) == ("/nothing", 404)


def test_secrets_are_shown_to_those_who_ask(control: httpx.Client, server: Any) -> None:
    """A login has the password in its request, and a token in its answer."""
    token = server.login()
    hidden, whole = shown(control), shown(control, secrets="true")
    assert token not in str(hidden)
    assert httpx.BasicAuth(*LOGIN)._auth_header not in str(hidden)
    assert hidden["answer"]["body"]["text"] == f"eyJ...({len(token)})"
    assert f"--user {EMAIL}" in hidden["curl"]
    assert PASSWORD not in str(hidden)
    assert whole["answer"]["body"]["text"] == token
    assert httpx.BasicAuth(*LOGIN)._auth_header in str(whole["request"]["headers"])


def test_curl_repeats_the_request(control: httpx.Client, device: Device) -> None:
    """With its secrets as it stands; without, the token comes from a variable."""
    device.http.put(
        ATTRIBUTES, json=[{"name": "it's", "value": "$HOME `x`"}], params={"a": "[b]/ü"}
    )
    first, repeated = shown(control, secrets="true"), shown(control)["curl"]
    assert '"Authorization: Bearer $TOKEN"' in repeated
    token = device.http.headers["Authorization"].partition(" ")[2]
    for command in (first["curl"], f"TOKEN={token}; {repeated}"):
        run = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
        again = shown(control, secrets="true")
        assert again["number"] > first["number"], run
        for name in ("caller", "operation", "method", "path", "query", "status"):
            assert again[name] == first[name]
        assert again["request"]["body"] == first["request"]["body"]
    assert shlex.split(first["curl"])[0] == "curl"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("status=4", "status"),
        ("status=6xx", "status"),
        ("side=all", "side"),
        ("since=-1", "since"),
        ("from=yesterday", "from"),
        ("until=2026-11-20", "until"),
        ("operation=checkUpdat", "did you mean checkUpdate"),
        ("per_page=501", "per_page"),
    ],
)
def test_bad_filters_are_refused(
    control: httpx.Client,
    refused: Callable[[httpx.Response, int], str],
    query: str,
    named: str,
) -> None:
    """In the list and in the export alike."""
    assert named in refused(control.get(f"{JOURNAL}?{query}"), 400)
    if "per_page" not in query:
        assert named in refused(control.get(f"{JOURNAL}/har?{query}"), 400)


@pytest.mark.parametrize("number", ["0", "x", "-1", "1" * 5000, "1.0"])
def test_bad_numbers_are_refused(
    control: httpx.Client, refused: Callable[[httpx.Response, int], str], number: str
) -> None:
    """The message names the parameter."""
    assert "number" in refused(control.get(f"{JOURNAL}/{number}"), 400)


NewUniverse = Callable[..., dict[str, Any]]
UserOf = Callable[[dict[str, Any]], httpx.Client]


def test_login_is_in_the_journal_of_its_universe(
    control: httpx.Client, server: Any, new_universe: NewUniverse
) -> None:
    """And nowhere else; a wrong password is nobody's, and stands in that of `default`."""
    universe = new_universe()
    url = f"{server.url}/api/management/v1/useradm/auth/login"
    httpx.post(url, auth=(universe["email"], universe["password"]))
    (entry,) = control.get(f"universes/{universe['id']}/journal").json()
    assert (entry["operation"], entry["status"]) == ("login", 200)
    assert listed(control) == []
    httpx.post(url, auth=(universe["email"], "wrong"))
    assert [e["status"] for e in listed(control)] == [401]


def test_universes_journals_have_nothing_in_common(
    control: httpx.Client, server: Any, new_universe: NewUniverse, user_of: UserOf
) -> None:
    """Users, devices, links, and what is refused of them, each in its own."""
    made = [new_universe(), new_universe()]
    for universe in made:
        user = user_of(universe)
        user.get("/api/management/v2/devauth/devices")
        user.post("/api/management/v2/devauth/devices", content=b"{")
        user.get("/api/devices/v1/deployments/device/deployments/next")
        key = generate_key("ed25519", seed=1)
        request = auth_request(key, {"mac": "1"}, tenant_token=universe["tenant_token"])
        httpx.post(f"{server.url}/api/devices/{AUTH}", **request)
        httpx.get(f"{server.url}/otakit/v1/storage/artifacts/x?tenant_id={universe['id']}")
        user.get("/nothing")
    expected = [
        ("listDevices", 200),
        ("preauthorizeDevice", 400),
        ("checkUpdate", 401),
        ("authenticateDevice", 401),
        ("downloadArtifact", 400),
        ("", 404),
    ]
    for universe in made:
        entries = control.get(f"universes/{universe['id']}/journal").json()[::-1]
        assert [(e["operation"], e["status"]) for e in entries] == expected
        assert [e["number"] for e in entries] == [1, 2, 3, 4, 5, 6]
    assert listed(control) == []
    control.delete(f"universes/{made[0]['id']}").raise_for_status()
    for path in ("journal", "journal/1", "journal/har"):
        assert control.get(f"universes/{made[0]['id']}/{path}").status_code == 404
    user_of(made[0]).get("/api/management/v2/devauth/devices")
    assert [e["status"] for e in listed(control)] == [401]  # its tokens name nobody any more


def test_encoded_paths_stay_encoded(control: httpx.Client, management: httpx.Client) -> None:
    """What is listed is decoded; what repeats the request is as it was sent."""
    management.get("v2/devauth/devices/a%2Fb%20%C3%BC")
    entry = shown(control)
    assert entry["path"] == "/api/management/v2/devauth/devices/a/b ü"
    assert entry["request"]["url"].endswith("/devices/a%2Fb%20%C3%BC")
    assert entry["request"]["url"] in entry["curl"]
