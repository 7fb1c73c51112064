"""The control API's routes that fill a fleet of JFrog Connect."""

import json
from contextlib import closing
from http.client import HTTPConnection
from importlib.resources import files
from typing import Any

import httpx
import pytest

EXAMPLE = json.loads(files("otakit.fixtures").joinpath("connect_fleet.json").read_bytes())


@pytest.fixture
def control(server: Any) -> Any:
    """Return a client below the universe's /connect/."""
    url = f"{server.url}/otakit/v1/universes/default/connect/"
    with httpx.Client(base_url=url) as client:
        yield client


def error(answer: httpx.Response, status: int) -> str:
    """Check that an answer is an error of a status, and return its message."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])


def test_fleet_comes_back_as_it_was_put(control: httpx.Client) -> None:
    """What was left out has its default; what is shown can be put again."""
    assert control.put("fleet", json=EXAMPLE).status_code == 204
    shown = control.get("fleet").json()
    assert shown.keys() == {"devices", "flows", "apps", "groups"}
    assert (shown["apps"], shown["groups"]) == (EXAMPLE["apps"], EXAMPLE["groups"])
    for kind in ("devices", "flows"):
        for given, back in zip(EXAMPLE[kind], shown[kind], strict=True):
            assert {name: back[name] for name in given if name != "steps"} == {
                name: value for name, value in given.items() if name != "steps"
            }
    assert shown["devices"][3] == {
        "uuid": "d-feaf-d9aa",
        "name": "scale",
        "state": "offline",
        "tags": [],
        "groups": ["Hamburg"],
        "apps": {},
    }
    assert shown["flows"][0]["steps"][2] == {
        "name": "restart",
        "duration": 2.0,
        "exit_code": 0,
        "stdout": "",
        "stderr": "",
    }
    assert control.put("fleet", json=shown).status_code == 204
    assert control.get("fleet").json() == shown


def test_things_can_be_added_and_changed(control: httpx.Client) -> None:
    """A device, a flow; a device's state, tags, groups, apps and name."""
    device = control.post("devices", json={"name": "one", "groups": ["g"], "apps": {"a": "1"}})
    assert device.status_code == 201
    uuid = device.json()["uuid"]
    flow = control.post("flows", json={"name": "flow", "steps": [{"name": "step"}]})
    assert flow.status_code == 201
    changed = control.patch(f"devices/{uuid}", json={"state": "offline", "tags": ["x"]})
    assert changed.status_code == 200
    assert changed.json() == {**device.json(), "state": "offline", "tags": ["x"]}
    shown = control.get("fleet").json()
    assert shown == {
        "devices": [changed.json()],
        "flows": [flow.json()],
        "apps": ["a"],
        "groups": ["g"],
    }


BAD_FLEETS: list[tuple[Any, int, str]] = [
    ([], 400, "object"),
    ({"device": []}, 400, "'device' was unexpected"),
    ({"devices": [{"name": "a"}, {"nme": "b"}]}, 400, "devices/1: Additional"),
    ({"devices": [{}]}, 400, 'devices/0: "name" is a required'),
    ({"devices": [{"name": ""}]}, 400, "devices/0/name"),
    ({"devices": [{"name": "a", "uuid": "x"}]}, 400, "devices/0/uuid"),
    ({"devices": [{"name": "a", "uuid": "d-0000-0000\n"}]}, 400, "devices/0/uuid"),
    ({"devices": [{"name": "a", "state": "asleep"}]}, 400, "devices/0/state"),
    ({"devices": [{"name": "a", "tags": "t"}]}, 400, "devices/0/tags"),
    ({"devices": [{"name": "a", "uuid": "d-0000-0000"}] * 2}, 409, "devices/1: a device"),
    ({"flows": [{"name": "f", "steps": []}]}, 400, "flows/0/steps: "),
    ({"flows": [{"name": "f", "steps": [{"name": "s", "duration": -1}]}]}, 400, "duration"),
    (
        {"flows": [{"name": "f", "steps": [{"name": "s", "fails": {"exit_code": 0}}]}]},
        400,
        "flows/0/steps/0/fails/exit_code",
    ),
    (
        {"flows": [{"name": "f", "steps": [{"name": "s", "stdout": "${{ inputs.x }}"}]}]},
        400,
        "flows/0: steps/0: its text names the parameter 'x'",
    ),
    (
        {"flows": [{"name": "f", "steps": [{"name": "s", "fails": {"devices": ["d-0000-0000"]}}]}]},
        400,
        "no device 'd-0000-0000'",
    ),
    (
        {"flows": [{"name": "f", "steps": [{"name": "s"}], "cve_severity": {"Worst": 1}}]},
        400,
        "flows/0/cve_severity",
    ),
    (
        {"flows": [{"name": "f", "steps": [{"name": "s"}], "parameters": {"a b": "1"}}]},
        400,
        "param",
    ),
]


@pytest.mark.parametrize(("fleet", "status", "named"), BAD_FLEETS, ids=[b[2] for b in BAD_FLEETS])
def test_bad_fleet_is_refused(control: httpx.Client, fleet: Any, status: int, named: str) -> None:
    """The message names the place; the fleet that there is stays."""
    control.post("devices", json={"name": "one"}).raise_for_status()
    assert named in error(control.put("fleet", json=fleet), status)
    assert [device["name"] for device in control.get("fleet").json()["devices"]] == ["one"]


def test_bad_bodies_are_refused(control: httpx.Client) -> None:
    """What is no JSON, of another type, too large, empty or has unknown fields."""
    control.post("devices", json={"name": "one", "uuid": "d-0000-0001"}).raise_for_status()
    asked = (("PUT", "fleet"), ("POST", "devices"), ("POST", "flows"))
    flow = {"name": "one", "steps": [{"name": "step"}]}
    for method, path in (*asked, ("PATCH", "devices/d-0000-0001")):
        json_type = {"Content-Type": "application/json"}
        for content in (b"{", b"", b"\xff", b"[" * 100_000, b'"\\ud800"'):
            answer = control.request(method, path, content=content, headers=json_type)
            assert error(answer, 400) != ""
        text = {"Content-Type": "text/plain"}
        error(control.request(method, path, content=b"{}", headers=text), 415)
        unknown = control.request(method, path, json={**flow, "x": 1})
        assert "unexpected" in error(unknown, 400)


def test_too_large_bodies_are_refused(control: httpx.Client) -> None:
    """A fleet may have 32 MiB, everything else 1 MiB; told by the announced length alone."""
    address = (control.base_url.host, control.base_url.port)
    sizes = {"PUT fleet": 32 << 20, "POST devices": 1 << 20, "PATCH devices/d-1": 1 << 20}
    for request, size in sizes.items():
        method, path = request.split()
        with closing(HTTPConnection(*address, timeout=20)) as connection:
            connection.putrequest(method, f"{control.base_url.path}{path}")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(size + 1))
            connection.endheaders()
            with connection.getresponse() as answer:
                assert answer.status == 413
                assert str(size) in json.load(answer)["error"]


def test_unknown_ones_are_not_found(control: httpx.Client, server: Any) -> None:
    """The device or the universe is named."""
    assert "d-9" in error(control.patch("devices/d-9", json={}), 404)
    base = f"{server.url}/otakit/v1/universes/nowhere/connect"
    for method, path in (("GET", ""), ("GET", "/fleet"), ("POST", "/devices")):
        answer = httpx.request(method, base + path, json={"name": "x"})
        assert "nowhere" in error(answer, 404)


def test_other_methods_are_not_allowed(control: httpx.Client) -> None:
    """As everywhere."""
    error(control.delete("devices"), 405)
