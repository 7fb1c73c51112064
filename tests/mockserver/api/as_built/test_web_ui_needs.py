"""What the pages of the real web UI ask, and break without (mender-web-ui.md, sections 4 and 5)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")

Query = dict[str, str | int]

DEPLOYMENTS = "v1/deployments/deployments"
RELEASES = "v2/deployments/deployments/releases"
SEARCH = "v2/inventory/filters/search"
STATUSES = ("accepted", "pending", "preauthorized", "rejected")


def total(answer: httpx.Response) -> int:
    """Return the count that pages are made of; without it some of them loop for ever."""
    assert answer.status_code == 200, answer.text
    return int(answer.headers["x-total-count"])


def is_(status: str) -> dict[str, Any]:
    """Return the predicate for devices of a status, as the pages send it."""
    return {"scope": "identity", "attribute": "status", "type": "$eq", "value": status}


def test_start_of_an_empty_system(management: httpx.Client) -> None:
    """Every page begins with these; none may fail, or be without its total."""
    for status in STATUSES:
        asked = {"page": 1, "per_page": 20, "filters": [is_(status)], "sort": []}
        assert total(management.post(SEARCH, json=asked)) == 0
    for status in ("finished", "inprogress", "pending"):
        params: Query = {"status": status, "per_page": 20, "page": 1, "sort": "desc"}
        assert total(management.get(DEPLOYMENTS, params=params)) == 0
        assert total(management.get("v2/deployments/deployments", params=params)) == 0
    asked_releases: Query = {"page": 1, "per_page": 20, "sort": "modified:desc"}
    assert total(management.get(RELEASES, params=asked_releases)) == 0
    for path in ("v1/inventory/groups", "v2/devauth/devices"):
        assert management.get(path).json() == []
    for path in ("v2/deployments/releases/all/tags", "v2/deployments/releases/all/types"):
        assert management.get(path).json() == []
    assert management.get("v2/inventory/filters/attributes").json() == []
    assert "limit" in management.get("v2/devauth/limits/max_devices").json()
    assert management.get("v2/inventory/statistics").json()["devices_by_status"]["accepted"]


def test_devices_page(
    new_device: Callable[..., Any], waiting: Any, management: httpx.Client
) -> None:
    """Attributes have scopes, authentication sets keys and statuses; what is written stays."""
    assert waiting
    device = new_device(device_type="rpi", **{"rootfs-image.version": "release-1"})
    asked = {
        "page": 1,
        "per_page": 20,
        "filters": [is_("accepted")],
        "sort": [{"scope": "system", "attribute": "created_ts", "order": "desc"}],
        "attributes": [
            {"scope": "identity", "attribute": "status"},
            {"scope": "inventory", "attribute": "device_type"},
            {"scope": "system", "attribute": "check_in_time"},
            {"scope": "tags", "attribute": "name"},
        ],
    }
    answer = management.post(SEARCH, json=asked)
    assert total(answer) == 1
    (shown,) = answer.json()
    assert shown["id"] == device.id
    assert {"updated_ts", "check_in_time"} <= shown.keys()
    assert all({"name", "value", "scope"} <= a.keys() for a in shown["attributes"])
    values = {(a["scope"], a["name"]): a["value"] for a in shown["attributes"]}
    assert values["inventory", "device_type"] == "rpi"
    assert values["system", "check_in_time"]

    listed = management.get("v2/devauth/devices", params={"id": [device.id]}).json()
    (auth_set,) = listed[0]["auth_sets"]
    assert {"id", "pubkey", "identity_data", "status", "ts"} == auth_set.keys()
    assert {"identity_data", "created_ts", "decommissioning"} <= listed[0].keys()

    one = management.get(f"v1/inventory/devices/{device.id}")
    named = [{"name": "name", "value": "the first"}]
    path = f"v1/inventory/devices/{device.id}/tags"
    etag = one.headers.get("etag")
    headers = {"If-Match": etag} if etag else {}
    assert management.put(path, json=named, headers=headers).status_code == 200
    found = management.post(SEARCH, json={"text": "first", "per_page": 10})
    assert (total(found), found.json()[0]["id"]) == (1, device.id)


def test_groups_of_devices(new_device: Callable[..., Any], management: httpx.Client) -> None:
    """Groups are made, searched by, left out of a search, and taken apart."""
    one, other = new_device(), new_device()
    path = "v1/inventory/groups/lab/devices"
    assert management.patch(path, json=[one.id]).json() == {
        "matched_count": 1,
        "updated_count": 1,
    }
    assert management.get("v1/inventory/groups").json() == ["lab"]
    member = {"scope": "system", "attribute": "group", "type": "$eq", "value": "lab"}
    inside = management.post(SEARCH, json={"filters": [member]})
    assert [d["id"] for d in inside.json()] == [one.id]
    outside = management.post(
        SEARCH, json={"per_page": 1, "filters": [{**member, "type": "$nin", "value": ["lab"]}]}
    )
    assert (total(outside), outside.json()[0]["id"]) == (1, other.id)
    offline = {"scope": "system", "attribute": "check_in_time", "type": "$ltne"}
    late = {**offline, "value": "2000-01-01T00:00:00Z"}
    assert total(management.post(SEARCH, json={"filters": [late]})) == 0
    assert management.request("DELETE", path, json=[one.id]).is_success
    assert management.delete("v1/inventory/groups/lab").is_success
    assert management.get("v1/inventory/groups").json() == []


def test_accepting_rejecting_dismissing(
    waiting: Any, set_path: Callable[[], str], management: httpx.Client
) -> None:
    """The lists that follow show what was written."""
    assert waiting
    path = set_path()
    for status in ("accepted", "rejected", "pending"):
        answer = management.put(f"{path}/status", json={"status": status})
        assert answer.status_code == 204
        assert total(management.post(SEARCH, json={"filters": [is_(status)]})) == 1
    device_id = path.split("/")[3]
    assert management.delete(path).status_code == 204
    assert management.delete(f"v2/devauth/devices/{device_id}").status_code == 204
    assert total(management.post(SEARCH, json={})) == 0


def test_releases_page(new_artifact: Callable[..., str], management: httpx.Client) -> None:
    """Each artifact has its device types and updates; notes, tags and descriptions stay."""
    artifact = new_artifact("release-1")
    params: Query = {"page": 1, "per_page": 20, "sort": "modified:desc", "name": "REL"}
    answer = management.get(RELEASES, params=params)
    assert total(answer) == 1
    (release,) = answer.json()
    assert {"name", "tags", "notes"} <= release.keys()
    (shown,) = release["artifacts"]
    assert isinstance(shown["device_types_compatible"], list)
    assert shown["updates"][0]["type_info"]["type"] == "single-file"
    assert {"id", "description", "signed", "size", "modified"} <= shown.keys()
    assert {"name", "checksum", "size", "date"} <= shown["updates"][0]["files"][0].keys()
    assert management.get(f"{RELEASES}/release-1").json() == release
    assert management.patch(f"{RELEASES}/release-1", json={"notes": "n"}).status_code == 204
    assert management.put(f"{RELEASES}/release-1/tags", json=["t"]).status_code == 204
    path = f"v1/deployments/artifacts/{artifact}"
    assert management.put(path, json={"description": "d"}).status_code == 204
    changed = management.get(f"{RELEASES}/release-1").json()
    assert (changed["notes"], changed["tags"]) == ("n", ["t"])
    assert changed["artifacts"][0]["description"] == "d"
    link = management.get(f"{path}/download").json()["uri"]
    assert "content-disposition" in httpx.get(link).headers
    assert management.delete(path).status_code == 204
    assert total(management.get(RELEASES, params={"per_page": 1})) == 0


def test_generated_artifact_is_polled_for(management: httpx.Client) -> None:
    """The page takes `/generate` out of the location, and asks there until it is 200."""
    form = {
        "name": "release-1",
        "description": "",
        "device_types_compatible": "rpi,bbb",
        "type": "single-file",
        "args": '{"filename": "motd", "dest_dir": "/etc"}',
    }
    path = "v1/deployments/artifacts/generate"
    answer = management.post(path, data=form, files={"file": ("motd", b"welcome\n")})
    assert answer.status_code == 201
    location = answer.headers["location"].replace("/generate", "")
    assert management.get(location.removeprefix("/api/management/")).status_code == 200


def test_deployments_pages(
    device: Any,
    new_artifact: Callable[..., str],
    management: httpx.Client,
) -> None:
    """Creation tells the id, lists and reports have what is shown, an abort is seen."""
    new_artifact("release-1")
    plan = {
        "artifact_name": "release-1",
        "name": "to all",
        "all_devices": True,
        "force_installation": False,
    }
    created = management.post(DEPLOYMENTS, json=plan)
    assert created.status_code == 201
    deployment = created.headers["location"].rpartition("/")[2]
    path = f"{DEPLOYMENTS}/{deployment}"
    shown = management.get(path).json()
    assert (shown["id"], shown["status"], shown["max_devices"]) == (deployment, "pending", 1)
    assert shown["statistics"]["status"]["pending"] == 1
    assert shown["statistics"]["total_size"] == 0

    device.next("other")
    device.report(deployment, "installing")
    device.http.put(
        f"v1/deployments/device/deployments/{deployment}/log",
        json={
            "messages": [{"timestamp": "2026-01-01T00:00:00Z", "level": "info", "message": "begun"}]
        },
    )
    active = management.get(DEPLOYMENTS, params={"status": "inprogress", "per_page": 10})
    assert (total(active), active.json()[0]["statistics"]["total_size"] > 0) == (1, True)
    listed = management.get(f"{path}/devices/list", params={"page": 1, "per_page": 10})
    assert total(listed) == 1
    (part,) = listed.json()
    assert (part["id"], part["status"], part["log"]) == (device.id, "installing", True)
    assert part["image"]["size"] > 0
    log = management.get(f"{path}/devices/{device.id}/log")
    assert log.headers["content-type"].startswith("text/plain")
    assert log.text == "2026-01-01 00:00:00 +0000 UTC info: begun\n"
    history = management.get(
        f"{DEPLOYMENTS}/devices/{device.id}", params={"page": 1, "per_page": 10}
    )
    assert total(history) == 1
    (entry,) = history.json()
    assert {"id", "artifact_name", "status"} <= entry["deployment"].keys()
    assert {"status", "created", "log"} <= entry["device"].keys()

    assert management.put(f"{path}/status", json={"status": "aborted"}).status_code == 204
    finished: Query = {
        "status": "finished",
        "created_after": 1451606400,
        "search": "all",
        "per_page": 20,
    }
    over = management.get(DEPLOYMENTS, params=finished)
    assert (total(over), over.json()[0]["id"]) == (1, deployment)
    assert "finished" in over.json()[0]
    group = {"artifact_name": "release-1", "name": "to a group", "group": "lab"}
    management.patch("v1/inventory/groups/lab/devices", json=[device.id])
    to_group = management.post(f"{DEPLOYMENTS}/group/lab", json=group)
    assert to_group.status_code == 201
