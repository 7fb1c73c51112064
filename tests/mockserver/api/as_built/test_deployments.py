"""Deployments as built: whom they count, list and find (facts 5, 11.1 to 11.3)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Pick = Callable[..., Any]
AS_BUILT = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
DEPLOYMENTS = "v1/deployments/deployments"
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_those_that_asked_are_counted(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """`device_count` counts those that asked, `max_devices` the targets."""
    path = f"{DEPLOYMENTS}/{deploy(*pair)}"
    keys = ("device_count", "max_devices")
    shown = management.get(path).json()
    assert [shown.get(k) for k in keys] == either(documented=[2, None], as_built=[0, 2])
    assert pair[0].next().status_code == 200
    shown = management.get(path).json()
    assert [shown.get(k) for k in keys] == either(documented=[2, None], as_built=[1, 2])
    assert shown["status"] == "pending"
    assert management.get(DEPLOYMENTS).json() == [shown]


def test_those_that_asked_are_listed(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """Only those that asked are in the lists, without their type; the failed ones come first."""
    deployment = deploy(*pair)
    for path in (f"{DEPLOYMENTS}/{deployment}/devices", f"{DEPLOYMENTS}/{deployment}/devices/list"):
        assert len(management.get(path).json()) == either(documented=2, as_built=0)
    for device, status in zip(pair, ("success", "failure"), strict=True):
        device.next()
        device.report(deployment, status)
    answer = management.get(path)
    assert answer.headers["x-total-count"] == "2"
    statuses = [part["status"] for part in answer.json()]
    assert statuses == either(documented=["success", "failure"], as_built=["failure", "success"])
    types = {part.get("device_type") for part in answer.json()}
    assert types == either(documented={"rpi"}, as_built={None})
    page = management.get(path, params={"status": "success", "per_page": 1})
    assert [part["id"] for part in page.json()] == [pair[0].id]
    assert management.get(path, params={"page": 2, "per_page": 1}).json() == answer.json()[1:]


def test_twin_is_refused(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """A deployment equal to an unfinished one is in conflict with it; not so another order."""
    deploy(*pair)
    devices = [device.id for device in pair]
    asked = {"name": "update", "artifact_name": "release-2", "devices": devices}
    twin = management.post(DEPLOYMENTS, json=asked)
    assert twin.status_code == either(documented=201, as_built=409)
    assert management.post(DEPLOYMENTS, json={**asked, "devices": devices[::-1]}).is_success


def test_nobody_asks_for_scheduled(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """A phase that is still to come makes a deployment pending; `scheduled` is unknown."""
    deploy(pair[0], phases=[{"start_ts": "2099-01-01T00:00:00Z"}])
    scheduled = management.get(DEPLOYMENTS, params={"status": "scheduled"})
    assert scheduled.status_code == either(documented=200, as_built=400)
    waiting = management.get(DEPLOYMENTS, params={"status": "pending"}).json()
    assert [d["status"] for d in waiting] == either(documented=[], as_built=["pending"])
    assert pair[0].next().status_code == 204


@AS_BUILT
def test_aborted_ones_are_finished_ones(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client
) -> None:
    """`aborted` asks for finished ones; the order may be in capitals."""
    deployment = deploy(*pair)
    management.put(f"{DEPLOYMENTS}/{deployment}/status", json={"status": "aborted"})
    found = management.get(DEPLOYMENTS, params={"status": "aborted", "sort": "ASC"}).json()
    assert [d["id"] for d in found] == [deployment]


def test_documented_plans_stay(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client
) -> None:
    """Retries, phases and control maps go on working, and are shown where they are used."""
    map_ = {"priority": 1, "states": {}}
    deployment = deploy(pair[0], retries=2, phases=[{"batch_size": 100}], update_control_map=map_)
    shown = management.get(f"{DEPLOYMENTS}/{deployment}").json()
    assert (shown["retries"], shown["update_control_map"]) == (2, map_)
    assert len(shown["phases"]) == 1
    pair[0].next()
    pair[0].report(deployment, "failure")
    assert pair[0].next().status_code == 200


def test_what_is_not_used_is_not_shown(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """A plain deployment has neither retries nor the word dynamic."""
    shown = management.get(f"{DEPLOYMENTS}/{deploy(*pair)}").json()
    expected = either(documented={"retries", "dynamic"}, as_built=set())
    assert {"retries", "dynamic"} & shown.keys() == expected


@pytest.mark.parametrize(
    ("text", "documented", "as_built"),
    [
        ("ware-1.2", True, False),  # a part of a word
        ("FIRMWARE-1.2", True, True),
        ("firmware 1", False, True),  # what is no letter parts words
        ("firmware 2", False, False),  # not one after the other
        ("roll", True, True),
        ("!", False, False),
    ],
)
def test_search_finds_words(  # noqa: PLR0913, PLR0917 - a case and fixtures
    text: str,
    documented: bool,  # noqa: FBT001 - a case's
    as_built: bool,  # noqa: FBT001 - a case's
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    management: httpx.Client,
    either: Pick,
) -> None:
    """Whole words, one after the other, of the name or the artifact name."""
    new_artifact("firmware-1.2")
    deploy(device, name="roll out", artifact_name="firmware-1.2")
    found = management.get(DEPLOYMENTS, params={"search": text}).json()
    assert bool(found) is either(documented=documented, as_built=as_built)


def test_statistics_are_asked_for_in_an_object(
    pair: list[Any], deploy: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """The documents send a list of ids, the real server wants an object with one."""
    deployment = deploy(*pair)
    path = f"{DEPLOYMENTS}/statistics/list"
    bodies = {"list": [deployment, NOBODY], "object": {"deployment_ids": [deployment, NOBODY]}}
    good, bad = either(documented=("list", "object"), as_built=("object", "list"))
    assert management.post(path, json=bodies[bad]).status_code == 400
    (item,) = management.post(path, json=bodies[good]).json()
    assert (item["id"], item["stats"]["pending"]) == (deployment, 2)


@AS_BUILT
def test_statistics_of_none_and_of_too_many(management: httpx.Client) -> None:
    """Nothing asked for is an empty object; nothing found 404; over a hundred 400."""
    path = f"{DEPLOYMENTS}/statistics/list"
    nothings: list[Any] = [{}, {"deployment_ids": []}]
    for nothing in nothings:
        answer = management.post(path, json=nothing)
        assert (answer.status_code, answer.json()) == (200, {})
    unknown = management.post(path, json={"deployment_ids": [NOBODY]})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Deployment not found")
    many = management.post(path, json={"deployment_ids": [NOBODY] * 101})
    assert many.json()["error"] == "the length must be between 1 and 100"
    assert many.status_code == 400


def test_free_keys_do_not_describe_a_device(
    device: Any, new_artifact: Callable[..., str], deploy: Callable[..., str], either: Pick
) -> None:
    """What a device tells beside `artifact_provides` is not looked at, so it may change."""
    new_artifact()
    deploy(device)
    told = {"artifact_name": "release-1", "device_type": "rpi"}
    path = "v1/deployments/device/deployments/next"
    assert device.http.post(path, json={**told, "kernel": "1"}).status_code == 200
    again = device.http.post(path, json={**told, "kernel": "2"})
    assert again.status_code == either(documented=409, as_built=200)


@AS_BUILT
def test_changed_provides_are_a_conflict(
    device: Any, new_artifact: Callable[..., str], deploy: Callable[..., str]
) -> None:
    """`artifact_provides` is not matched, but it has to stay the same."""
    new_artifact()
    deploy(device)
    told = {"artifact_name": "release-1", "device_type": "rpi"}
    path = "v1/deployments/device/deployments/next"
    assert device.http.post(path, json={**told, "artifact_provides": {"k": "1"}}).is_success
    again = device.http.post(path, json={**told, "artifact_provides": {"k": "2"}})
    assert again.status_code == 409
    assert again.json()["error"] == "Device provided conflicting request data"


def test_success_is_not_the_end(
    device: Any, new_artifact: Callable[..., str], deploy: Callable[..., str]
) -> None:
    """Any status may follow on success, in both dialects."""
    new_artifact()
    deployment = deploy(device)
    device.next()
    for status in ("success", "installing", "failure"):
        assert device.report(deployment, status).status_code == 204


@AS_BUILT
def test_history_of_a_device(
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    management: httpx.Client,
    relations: Callable[[httpx.Response], dict[str, str]],
) -> None:
    """Newest first, what it has asked for; what is over can be struck out."""
    new_artifact()
    first, second = (deploy(device, name=name) for name in ("one", "two"))
    path = f"{DEPLOYMENTS}/devices/{device.id}"
    assert management.get(path).json() == []
    device.next()
    device.report(first, "failure")
    device.next()
    answer = management.get(path, params={"per_page": 1})
    assert answer.headers["x-total-count"] == "2"
    assert relations(answer).keys() == {"first", "next", "last"}
    (shown,) = answer.json()
    assert shown["deployment"]["id"] == second
    assert (shown["device"]["id"], shown["device"]["status"]) == (device.id, "pending")
    assert management.get(path, params={"per_page": 21}).status_code == 400

    assert management.delete(f"{path}/history").status_code == 204
    newest, oldest = management.get(path).json()
    assert "deleted" in oldest["device"]
    assert "deleted" not in newest["device"]
    assert newest["id"] != oldest["id"]
    assert management.get(f"{DEPLOYMENTS}/{first}/devices/list").json() == []
    assert device.report(first, "success").status_code == 404
    assert device.report(second, "success").status_code == 204
    assert management.get("v1/deployments/deployments/devices/nobody").json() == []
    assert management.delete("v1/deployments/deployments/devices/nobody/history").is_success


@AS_BUILT
def test_second_version_of_the_list(
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    management: httpx.Client,
) -> None:
    """Exact names and ids, each as often as wanted; or the device that has the name."""
    new_artifact()
    device = new_device()
    ids = {name: deploy(device, name=name) for name in ("one", "two", "three")}
    other = deploy(new_device(), name="elsewhere")
    path = "v2/deployments/deployments"

    def found(**params: Any) -> set[str]:
        answer = management.get(path, params=params)
        listed = {d["id"] for d in answer.json()}
        assert answer.headers["x-total-count"] == str(len(listed))
        return listed

    assert found() == {*ids.values(), other}
    assert found(name=["one", "two"]) == {ids["one"], ids["two"]}
    assert found(id=[ids["three"], NOBODY]) == {ids["three"]}
    assert found(name="on") == set()
    mac = device.identity["mac"]
    assert found(name=mac, id_attribute="mac", id_scope="identity") == set(ids.values())
    assert management.get(path, params={"name": "x", "id_scope": "tags"}).status_code == 400
    assert management.post(path, json={}).status_code == 400
