"""Device configuration as built (facts 5.3 and 7)."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Pick = Callable[..., Any]
AS_BUILT = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
BASE = "v1/deviceconfig/configurations/device"
MINE = "v1/deviceconfig/configuration"
PAUSE = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}
UNKNOWN = "device does not exist"

ODD = [
    (b"", "malformed request body: EOF"),
    (b"[]", "malformed request body: json: cannot unmarshal array into Go value"),
    (b'"a"', "malformed request body: json: cannot unmarshal string into Go value"),
    (b'{"": "v"}', "invalid request body: key: cannot be blank."),
    (
        json.dumps({"k" * 4097: "v"}).encode(),
        "invalid request body: key: the length must be no more than 4096.",
    ),
    (
        json.dumps({"page": "v" * 4097}).encode(),
        "invalid request body: value: the length must be no more than 4096.",
    ),
    (b'{"page": 1}', "invalid request body: value: invalid type: float64."),
    (b'{"page": 1.5}', "invalid request body: value: invalid type: float64."),
    (b'{"value": true}', "invalid request body: value: invalid type: bool."),
    (b'{"a": null}', "invalid request body: value: invalid type: <nil>."),
    (b'{"a": []}', "invalid request body: value: invalid type: []interface {}."),
    (b'{"a": {}}', "invalid request body: value: invalid type: map[string]interface {}."),
]


@pytest.fixture
def put(device: Any, management: httpx.Client) -> Callable[[str, bytes], httpx.Response]:
    """Return a function that sends a configuration, as a user or as the device."""

    def send(side: str, content: bytes) -> httpx.Response:
        kind = {"Content-Type": "application/json"}
        client: httpx.Client = device.http if side == "device" else management
        path = MINE if side == "device" else f"{BASE}/{device.id}"
        return client.put(path, content=content, headers=kind)

    return send


@AS_BUILT
@pytest.mark.parametrize("side", ["user", "device"])
@pytest.mark.parametrize(("content", "words"), ODD, ids=lambda value: repr(value)[:30])
def test_odd_configurations(
    put: Callable[[str, bytes], httpx.Response], side: str, content: bytes, words: str
) -> None:
    """The words are the same, whoever sends it."""
    answer = put(side, content)
    assert (answer.status_code, answer.json()["error"]) == (400, words)


@AS_BUILT
def test_too_many_keys_are_no_fault_of_the_server(
    put: Callable[[str, bytes], httpx.Response],
) -> None:
    """The real one's 500 is not imitated."""
    content = json.dumps({str(number): "" for number in range(101)}).encode()
    assert put("user", content).status_code == put("device", content).status_code == 400


def test_device_reports_nothing(
    device: Any, management: httpx.Client, either: Pick, put: Callable[[str, bytes], httpx.Response]
) -> None:
    """Without a body: removed, as documented, or refused; an empty map is nothing in both."""
    put("device", b'{"a": "1"}')
    answer = put("device", b"")
    assert answer.status_code == either(documented=204, as_built=400)
    kept = management.get(f"{BASE}/{device.id}").json()["reported"]
    assert kept == either(documented={}, as_built={"a": "1"})
    assert put("device", b"{}").status_code == 204
    assert management.get(f"{BASE}/{device.id}").json()["reported"] == {}


@pytest.mark.parametrize(("side", "kept"), [("user", "configured"), ("device", "reported")])
def test_null_clears(  # noqa: PLR0913, PLR0917 - a case and fixtures
    device: Any,
    management: httpx.Client,
    either: Pick,
    put: Callable[[str, bytes], httpx.Response],
    side: str,
    kept: str,
) -> None:
    """As an empty map does."""
    put(side, b'{"a": "1"}')
    assert put(side, b"null").status_code == either(documented=400, as_built=204)
    shown = management.get(f"{BASE}/{device.id}").json()[kept]
    assert shown == either(documented={"a": "1"}, as_built={})


def test_strangers_are_configured(management: httpx.Client, either: Pick) -> None:
    """Whatever their id; they are known then, and can be deployed to."""
    for name, status in (("30b3e62c-9ec2-4312-a7fa-cff24cc7397a", 404), ("any text", 400)):
        path = f"{BASE}/{name}"
        assert management.get(path).status_code == either(documented=status, as_built=404)
        answer = management.put(path, json={"a": "1"})
        assert answer.status_code == either(documented=status, as_built=204)
        deployed = management.post(f"{path}/deploy", json={})
        assert deployed.status_code == either(documented=status, as_built=200)
        shown = management.get(path)
        assert shown.status_code == either(documented=status, as_built=200)
        if shown.is_success:
            assert (shown.json()["id"], shown.json()["configured"]) == (name, {"a": "1"})


@AS_BUILT
def test_nobody_has_a_configuration(
    device: Any, management: httpx.Client, stranger: Callable[[], Any]
) -> None:
    """Neither a decommissioned device nor one that never was."""
    management.delete(f"v2/devauth/devices/{device.id}")
    for path in (f"{BASE}/{device.id}", f"{BASE}/nobody"):
        for answer in (management.get(path), management.post(f"{path}/deploy", json={})):
            assert (answer.status_code, answer.json()["error"]) == (404, UNKNOWN)
    assert stranger().http.get(MINE).status_code == 401


@AS_BUILT
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "malformed request body: EOF"),
        (b'{"retries": -1}', "malformed request body: json: cannot unmarshal number -1"),
        (b'{"retries": "1"}', "malformed request body: json: cannot unmarshal string"),
        (b"[]", "malformed request body: json: cannot unmarshal array"),
    ],
)
def test_odd_deployments(device: Any, management: httpx.Client, content: bytes, words: str) -> None:
    """Nothing is deployed."""
    path = f"{BASE}/{device.id}/deploy"
    answer = management.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(words)
    assert management.get("v1/deployments/deployments").json() == []


@AS_BUILT
def test_control_maps_are_for_enterprise_customers(
    server: Any, device: Any, management: httpx.Client
) -> None:
    """An empty one asks for nothing."""
    path = f"{BASE}/{device.id}/deploy"
    plan = f"{server.url}/otakit/v1/universes/default/plan"
    assert httpx.put(plan, json={"plan": "os"}).status_code == 204
    answer = management.post(path, json={"update_control_map": PAUSE})
    told = "forbidden: update control map is available only for Enterprise customers"
    assert (answer.status_code, answer.json()["error"]) == (403, told)
    assert management.post(path, json={"update_control_map": {}}).status_code == 200
    assert httpx.put(plan, json={"plan": "enterprise"}).status_code == 204
    assert management.post(path, json={"update_control_map": PAUSE}).status_code == 200


def test_deployment_shows_the_beginnings_of_values(
    device: Any, management: httpx.Client, either: Pick
) -> None:
    """In Base64, keys in order; the device gets the whole."""
    wanted = {"z": "secret", "b": "abc", "a": "", "<k>": "v&w", "m": "€5", "n": "x€y", "o": "a💡"}
    management.put(f"{BASE}/{device.id}", json=wanted)
    made = management.post(f"{BASE}/{device.id}/deploy", json={}).json()["deployment_id"]
    text = management.get(f"v1/deployments/deployments/{made}").json()["configuration"]
    shown = either(documented=text, as_built="")
    if shown:
        assert json.loads(shown) == wanted
        return
    decoded = base64.b64decode(text, validate=True).decode()
    cut = "...<omitted>"
    assert json.loads(decoded) == {
        "<k>": "v&w",
        "a": "",
        "b": "abc",
        "m": f"€{cut}",
        "n": f"x\ufffd\ufffd{cut}",
        "o": f"a\ufffd\ufffd{cut}",
        "z": f"sec{cut}",
    }
    assert list(json.loads(decoded)) == sorted(wanted)
    assert not any(char in decoded for char in "<>&")
    assert '"z":"sec...\\u003comitted\\u003e"' in decoded
