"""The seven operations of JFrog Connect over HTTP, with a clock that is turned."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import httpx
import pytest

from otakit.mockserver.domain.clock import Clock

FLEET = json.loads(files("otakit.fixtures").joinpath("connect_fleet.json").read_bytes())
TILL, OTHER_TILL, KIOSK, SCALE = [device["uuid"] for device in FLEET["devices"]]
SHOP, COMMAND = [flow["uuid"] for flow in FLEET["flows"]]


class Turned:
    """A server whose clock stands still until it is turned."""

    def __init__(self, start: Callable[..., str]) -> None:
        """Run it."""
        self.time = 1_700_000_000.0
        self.url = start(clock=Clock(source=lambda: self.time))
        self.control = f"{self.url}/otakit/v1/universes/default/connect"
        access = httpx.get(self.control).json()
        self.http = httpx.Client(
            base_url=f"{self.url}/api/v2/{access['project_key']}/",
            headers={"Authorization": f"Bearer {access['token']}"},
        )


@pytest.fixture(scope="module")
def running(ota_serve: Callable[..., str]) -> Iterator[Turned]:
    """Return one server for all tests here."""
    turned = Turned(ota_serve)
    with turned.http:
        yield turned


@pytest.fixture
def turned(running: Turned) -> Turned:
    """Return it with the example fleet, without deployments."""
    assert httpx.put(f"{running.control}/fleet", json=FLEET).status_code == 204
    return running


@pytest.fixture
def fleet(turned: Turned) -> httpx.Client:
    """Return a client of the fleet."""
    return turned.http


def deploy(fleet: httpx.Client, *filters: dict[str, str], **configuration: Any) -> str:
    """Deploy the shop, unless another flow is given, and return the deployment's UUID."""
    plan = {
        "device_filter": {"filters": filters},
        "deployment_configuration": {"flow_uuid": SHOP, **configuration},
    }
    answer = fleet.post("deployments", json=plan)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"deployment_uuid"}
    return str(answer.json()["deployment_uuid"])


def only(uuid: str) -> dict[str, str]:
    """Return the filter for one device."""
    return {"type": "specific_device", "operand": "is", "value": uuid}


def test_deployment_is_shown(fleet: httpx.Client) -> None:
    """With comment, time, severities and type, alone and in the list."""
    uuid = deploy(fleet, comment="for Berlin", app={"name": "shop", "version": "2.1"})
    shown = fleet.get(f"deployments/{uuid}")
    assert shown.status_code == 200
    assert shown.json() == {
        "deployment_uuid": uuid,
        "comment": "for Berlin",
        "created_time": "2023-11-14T22:13:20.000Z",
        "cve_severity": {"Critical": 0, "High": 1, "Medium": 3, "Low": 0},
        "type": "Update",
    }
    listed = fleet.get("deployments").json()
    assert listed == {"deployments": [shown.json()], "pagination_info": {"total": 1}}


def test_devices_go_on_with_the_clock(turned: Turned, fleet: httpx.Client) -> None:
    """From Pending through In Progress to Success or Failed; one that is offline waits."""
    started = turned.time
    uuid = deploy(fleet, app={"name": "shop", "version": "2.1"})

    def look() -> dict[str, dict[str, Any]]:
        answer = fleet.get(f"deployments/{uuid}/devices").json()
        assert answer["pagination_info"] == {"total": 4}
        found: dict[str, dict[str, Any]] = answer["deployment_by_device_uuid"]
        assert list(found) == [TILL, OTHER_TILL, KIOSK, SCALE]
        return found

    assert list(look().values()) == [{"status": "Pending", "steps": []}] * 4
    turned.time = started + 5
    seen = look()
    assert [part["status"] for part in seen.values()] == ["In Progress"] * 3 + ["Pending"]
    assert seen[TILL].keys() == {"status", "steps", "started_time"}
    assert "2023-11-14T22:13:21.000Z" <= seen[TILL]["started_time"] < "2023-11-14T22:13:25.000Z"
    turned.time = started + 22
    seen = look()
    assert [part["status"] for part in seen.values()] == ["Success", "Success", "Failed", "Pending"]
    assert seen[TILL].keys() == {"status", "steps", "started_time", "finished_time"}
    assert seen[KIOSK]["steps"] == [
        {"name": "download", "exit_code": 0},
        {"name": "install", "exit_code": 28},
    ]
    httpx.patch(f"{turned.control}/devices/{SCALE}", json={"state": "online"}).raise_for_status()
    turned.time = started + 44
    assert look()[SCALE]["status"] == "Success"
    devices = httpx.get(f"{turned.control}/fleet").json()["devices"]
    assert [device["apps"].get("shop") for device in devices] == ["2.1", "2.1", "1.9", "2.1"]


def test_device_shows_what_its_steps_wrote(turned: Turned, fleet: httpx.Client) -> None:
    """With the parameters' values, up to the step that failed."""
    uuid = deploy(fleet, parameters_mapping={"version": "3.0"})
    path = f"deployments/{uuid}/devices/{KIOSK}"
    assert fleet.get(path).json() == {"status": "Pending", "steps": []}
    turned.time += 30
    shown = fleet.get(path).json()
    assert shown["status"] == "Failed"
    assert shown["steps"] == [
        {"name": "download", "exit_code": 0, "stdout": "got shop 3.0 from stable\n", "stderr": ""},
        {"name": "install", "exit_code": 28, "stdout": "", "stderr": "no space left on device\n"},
    ]


def test_abort_stops_all_that_have_not_ended(turned: Turned, fleet: httpx.Client) -> None:
    """And says how many; once more changes nothing."""
    uuid = deploy(fleet)
    turned.time += 30
    answer = fleet.post(f"deployments/{uuid}/abort")
    assert answer.status_code == 201
    message = f"deployment '{uuid}': aborted on 1 device; ended before on 3"
    assert answer.json() == {"message": message}
    parts = fleet.get(f"deployments/{uuid}/devices").json()["deployment_by_device_uuid"]
    assert [p["status"] for p in parts.values()] == ["Success", "Success", "Failed", "Aborted"]
    assert parts[SCALE].keys() == {"status", "steps", "finished_time"}
    again = fleet.post(f"deployments/{uuid}/abort")
    assert again.status_code == 201
    assert again.json()["message"].endswith("aborted on 0 devices; ended before on 4")
    assert fleet.get(f"deployments/{uuid}/devices").json()["deployment_by_device_uuid"] == parts


def test_abort_of_one_device(turned: Turned, fleet: httpx.Client) -> None:
    """In Progress becomes Aborted, with the steps that it had done; the others go on."""
    uuid = deploy(fleet)
    turned.time += 11
    answer = fleet.post(f"deployments/{uuid}/devices/{TILL}/abort")
    assert answer.status_code == 201
    assert answer.json() == {"message": f"deployment '{uuid}' on device '{TILL}': aborted"}
    shown = fleet.get(f"deployments/{uuid}/devices/{TILL}").json()
    assert (shown["status"], [s["name"] for s in shown["steps"]]) == ("Aborted", ["download"])
    assert shown["started_time"] < shown["finished_time"]
    turned.time += 30
    again = fleet.post(f"deployments/{uuid}/devices/{TILL}/abort")
    assert (again.status_code, "nothing is changed" in again.json()["message"]) == (201, True)
    assert fleet.get(f"deployments/{uuid}/devices/{TILL}").json() == shown
    assert fleet.get(f"deployments/{uuid}/devices/{OTHER_TILL}").json()["status"] == "Success"


def test_filter_chooses_the_devices(fleet: httpx.Client) -> None:
    """Groups and criteria; a filter of an older deployment's status, as the maker's pages have."""

    def targets(groups: list[str], *filters: dict[str, str]) -> list[str]:
        plan = {
            "device_filter": {"groups": [{"name": name} for name in groups], "filters": filters},
            "deployment_configuration": {"flow_uuid": SHOP},
        }
        uuid = fleet.post("deployments", json=plan).json()["deployment_uuid"]
        return list(fleet.get(f"deployments/{uuid}/devices").json()["deployment_by_device_uuid"])

    assert targets([]) == [TILL, OTHER_TILL, KIOSK, SCALE]
    assert targets(["Berlin"]) == [TILL, OTHER_TILL]
    assert targets(["Hamburg"], {"type": "device_state", "operand": "is", "value": "online"}) == [
        KIOSK
    ]
    app = {"type": "app", "operand": "is_not", "value": "shop", "app_version": "2.0"}
    assert targets([], app) == [KIOSK, SCALE]
    first = deploy(fleet, only(KIOSK))
    status = {
        "type": "deployment",
        "operand": "is",
        "value": "pending",
        "deployment_id": first,
    }
    assert targets([], status) == [KIOSK]
    assert targets([], only(KIOSK), only(TILL)) == []


def test_joined_pages_are_the_list(fleet: httpx.Client) -> None:
    """Of deployments, newest first and undisturbed by new ones, and of a deployment's devices."""
    made = [deploy(fleet) for _ in range(5)]
    found, params = [], {"limit": "2"}
    while True:
        answer = fleet.get("deployments", params=params).json()
        found += [deployment["deployment_uuid"] for deployment in answer["deployments"]]
        deploy(fleet)
        if "after" not in answer["pagination_info"]:
            break
        params["after"] = answer["pagination_info"]["after"]
    assert found == made[::-1]
    path = f"deployments/{made[0]}/devices"
    first = fleet.get(path, params={"limit": 3}).json()
    rest = fleet.get(path, params={"after": first["pagination_info"]["after"]}).json()
    assert list(first["deployment_by_device_uuid"]) == [TILL, OTHER_TILL, KIOSK]
    assert list(rest["deployment_by_device_uuid"]) == [SCALE]
    assert rest["pagination_info"] == {"total": 4}


@pytest.mark.parametrize("token", ["", "x", "AAAAAAAAAAIAAAAAAAAAAA==", "\u00e9", "other list"])
def test_page_token_of_ones_own_making_is_refused(
    fleet: httpx.Client, refused: Callable[[httpx.Response, int], str], token: str
) -> None:
    """Also one of another list."""
    uuid = deploy(fleet)
    deploy(fleet)
    if token == "other list":
        token = fleet.get("deployments?limit=1").json()["pagination_info"]["after"]
        assert fleet.get("deployments", params={"after": token}).status_code == 200
    else:
        assert "after" in refused(fleet.get("deployments", params={"after": token}), 400)
    path = f"deployments/{uuid}/devices"
    assert "after" in refused(fleet.get(path, params={"after": token}), 400)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", ""])
def test_limit_is_from_1_to_1000(
    fleet: httpx.Client, refused: Callable[[httpx.Response, int], str], limit: str
) -> None:
    """100 without a limit."""
    uuid = deploy(fleet)
    for path in ("deployments", f"deployments/{uuid}/devices"):
        assert refused(fleet.get(path, params={"limit": limit}), 400).startswith("limit: ")
        assert fleet.get(path, params={"limit": "1000"}).status_code == 200


def test_page_has_100_entries_unless_asked(fleet: httpx.Client) -> None:
    """The default limit."""
    for _ in range(101):
        deploy(fleet, only(TILL))
    answer = fleet.get("deployments").json()
    assert len(answer["deployments"]) == 100
    assert answer["pagination_info"]["total"] == 101


BAD_PLANS: list[tuple[Any, str]] = [
    (None, "deployment_configuration"),
    ({}, "deployment_configuration"),
    ([], "object"),
    ({"deployment_configuration": {}}, "flow_uuid"),
    ({"deployment_configuration": {"flow_uuid": 1}}, "flow_uuid"),
    ({"deployment_configuration": {"flow_uuid": "f-0"}}, "no update flow 'f-0'"),
    ({"device_filter": {}, "deployment_configuration": {"flow_uuid": SHOP}}, "filters"),
    (
        {
            "device_filter": {"filters": [{"type": "colour"}]},
            "deployment_configuration": {"flow_uuid": SHOP},
        },
        "device_filter/filters/0/type",
    ),
    (
        {"device_filter": {"filters": [{}] * 201}, "deployment_configuration": {"flow_uuid": SHOP}},
        "device_filter/filters",
    ),
    (
        {"deployment_configuration": {"flow_uuid": SHOP, "app": {"name": "none"}}},
        "no app 'none'",
    ),
    (
        {"deployment_configuration": {"flow_uuid": SHOP, "parameters_mapping": {"x": "1"}}},
        "no parameter 'x'",
    ),
    (
        {"deployment_configuration": {"flow_uuid": SHOP, "parameters_mapping": {"version": 1}}},
        "parameters_mapping/version",
    ),
    ({"deployment_configuration": {"flow_uuid": COMMAND}}, "'command' has no default"),
    (
        {"deployment_configuration": {"flow_uuid": SHOP, "comment": "x" * 4097}},
        "comment",
    ),
]


@pytest.mark.parametrize(("plan", "named"), BAD_PLANS, ids=[named for _, named in BAD_PLANS])
def test_bad_plan_is_refused(
    fleet: httpx.Client, refused: Callable[[httpx.Response, int], str], plan: Any, named: str
) -> None:
    """The message names the place or the value, and nothing is deployed."""
    answer = fleet.post("deployments") if plan is None else fleet.post("deployments", json=plan)
    assert named in refused(answer, 400)
    assert fleet.get("deployments").json()["pagination_info"]["total"] == 0


def test_empty_fleet_shows_the_way_out(
    turned: Turned, fleet: httpx.Client, refused: Callable[[httpx.Response, int], str]
) -> None:
    """The message has the control API's path."""
    httpx.put(f"{turned.control}/fleet", json={}).raise_for_status()
    plan = {"deployment_configuration": {"flow_uuid": SHOP}}
    message = refused(fleet.post("deployments", json=plan), 400)
    assert "PUT /otakit/v1/universes/default/connect/fleet" in message


@pytest.mark.parametrize("path", ["", "/devices", f"/devices/{TILL}"])
def test_unknown_deployment_is_not_found(
    fleet: httpx.Client, refused: Callable[[httpx.Response, int], str], path: str
) -> None:
    """Whatever is asked of it; the message names it."""
    assert "dp-0000-0000" in refused(fleet.get(f"deployments/dp-0000-0000{path}"), 404)
    if path != "/devices":
        assert "dp-0000-0000" in refused(fleet.post(f"deployments/dp-0000-0000{path}/abort"), 404)


def test_device_that_is_not_meant_is_not_found(
    fleet: httpx.Client, refused: Callable[[httpx.Response, int], str]
) -> None:
    """Also one that is in the fleet."""
    path = f"deployments/{deploy(fleet, only(TILL))}/devices/{KIOSK}"
    assert KIOSK in refused(fleet.get(path), 404)
    assert KIOSK in refused(fleet.post(f"{path}/abort"), 404)
