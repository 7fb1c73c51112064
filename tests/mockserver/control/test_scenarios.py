"""The control API's scenarios: listed, loaded by name or text, refused without a trace."""

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.fixtures.scenario import shipped

SCENARIO = "universes/default/scenario"

JSON = {"Content-Type": "application/json"}

SHOP = """
title: A shop
artifacts: [{name: pos-1, device_types: [raspberrypi4], at: -3d}]
devices: [{name: till, count: 3, group: tills, joined: -5d}]
deployments: [{name: first, artifact: pos-1, to: {group: tills}, at: -2d}]
"""


def test_list_has_names_and_titles(control: httpx.Client) -> None:
    """Those that `--scenario` takes."""
    listed = control.get("scenarios").json()
    assert {entry["name"]: entry["title"] for entry in listed} == shipped()


def test_definition_takes_the_place_of_all_there_was(
    control: httpx.Client, management: httpx.Client
) -> None:
    """The answer counts it, the session goes on, the plan is the scenario's."""
    control.post(SCENARIO, json={"name": "small-fleet"}).raise_for_status()
    answer = control.post(SCENARIO, json={"definition": f"{SHOP}plan: professional"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "title": "A shop",
        "devices": 3,
        "accepted": 3,
        "simulated": 0,
        "artifacts": 1,
        "deployments": 1,
    }
    assert management.get("v1/inventory/groups").json() == ["tills"]
    assert control.get("universes/default/plan").json() == {"plan": "professional"}


def test_what_hung_on_the_old_world_ends(control: httpx.Client, management: httpx.Client) -> None:
    """The journal begins anew, as with a reset."""
    management.get("v2/devauth/devices").raise_for_status()
    journal = "universes/default/journal"
    assert "/api/management/v2/devauth/devices" in control.get(journal).text
    control.post(SCENARIO, json={"definition": SHOP}).raise_for_status()
    assert "/api/management/v2/devauth/devices" not in control.get(journal).text


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({}, 400, "1 property"),
        ({"name": "demo", "definition": "title: x"}, 400, "1 property"),
        ({"name": 7}, 400, "string"),
        ({"name": "../../etc/passwd"}, 400, "there is no scenario '../../etc/passwd'"),
        ({"name": "..\\demo.yaml"}, 400, "there is no scenario"),
        ({"name": "small-flet"}, 400, "did you mean 'small-fleet'?"),
        ({"definition": "title: x\ndevics: []"}, 400, "definition:2:1: devics: there is no such"),
        ({"definition": "title: \ud800"}, 400, ""),
        ({"definition": "title: x\n#" + "x" * (1 << 20)}, 413, "at most 1048576"),
        ({"definition": "x" * (9 << 20)}, 413, ""),
    ],
)
def test_bad_wishes_change_nothing(
    control: httpx.Client, management: httpx.Client, body: dict[str, Any], status: int, named: str
) -> None:
    """They are told what is wrong, and the state is as it was."""
    control.post(SCENARIO, json={"definition": SHOP}).raise_for_status()
    before = everything(management)
    answer = control.post(SCENARIO, content=json.dumps(body), headers=JSON)
    assert answer.status_code == status
    assert named in answer.json()["error"]
    assert everything(management) == before


def test_hundred_megabytes_are_refused_unread(server: Any) -> None:
    """By their length: not one of them is sent."""
    url = httpx.URL(server.url)
    sender = http.client.HTTPConnection(url.host, url.port or 0, timeout=20)
    sender.putrequest("POST", f"/otakit/v1/{SCENARIO}")
    sender.putheader("Content-Type", "application/json")
    sender.putheader("Content-Length", str(100 << 20))
    sender.endheaders()
    assert sender.getresponse().status == 413
    sender.close()


def test_scenario_that_its_world_refuses_leaves_no_trace(
    start_server: Callable[..., Any],
) -> None:
    """What only shows while it is built: a limit of devices, named with the line."""
    server = start_server("--device-limit", "5")
    with server.management() as management:
        control = f"{server.url}/otakit/v1"
        httpx.post(f"{control}/{SCENARIO}", json={"definition": SHOP}).raise_for_status()
        before = everything(management)
        answer = httpx.post(f"{control}/{SCENARIO}", json={"name": "small-fleet"}, timeout=30)
        assert answer.status_code == 400
        assert "small-fleet.yaml:17:5: devices[1]: " in answer.json()["error"]
        assert "maximum number of accepted devices reached: 5" in answer.json()["error"]
        assert everything(management) == before
        link = management.get(f"v1/deployments/artifacts/{before[1][0]['id']}/download").json()
        assert httpx.get(link["uri"]).status_code == 200


def test_each_universe_has_a_scenario_of_its_own(
    control: httpx.Client,
    management: httpx.Client,
    new_universe: Callable[..., dict[str, Any]],
    user_of: Callable[[dict[str, Any]], httpx.Client],
) -> None:
    """And several may be loaded at once."""
    universes = [new_universe() for _ in range(3)]

    def load(universe: dict[str, Any]) -> None:
        path = f"universes/{universe['id']}/scenario"
        control.post(path, json={"definition": SHOP}, timeout=30).raise_for_status()

    threads = [threading.Thread(target=load, args=[universe]) for universe in universes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [user_of(universe).get("/api/management/v2/devauth/devices") for universe in universes]
    assert [len(answer.json()) for answer in found] == [3, 3, 3]
    assert management.get("v2/devauth/devices").json() == []


def everything(management: httpx.Client) -> list[Any]:
    """Return what a user sees of a universe, or much of it."""
    paths = (
        "v2/devauth/devices",
        "v1/deployments/artifacts",
        "v1/deployments/deployments",
        "v1/inventory/devices",
        "v1/auditlogs/logs",
    )
    return [
        management.get(path, params={"per_page": 100}).raise_for_status().json() for path in paths
    ]
