"""Requests in the older editions: forms, parameters and fields that others do not have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

DEPLOYMENTS = "v1/deployments/deployments"
ARTIFACTS = "v1/deployments/artifacts"

Refused = Callable[[httpx.Response, int], str]
Relations = Callable[[httpx.Response], dict[str, str]]
Upload = Callable[..., httpx.Response]


def only(edition: str) -> pytest.MarkDecorator:
    """Run a test for one edition."""
    return pytest.mark.parametrize("edition", [edition])


def test_upload_needs_the_size(upload: Upload, refused: Refused) -> None:
    """It is required, and has to be the file's; later editions take any."""
    assert "size: this part" in refused(upload(size=None), 400)
    assert "is not a number" in refused(upload(size="many"), 400)
    assert "bytes, not 1" in refused(upload(size="1"), 400)
    assert "bytes, not 999" in refused(upload(size="9" * 5000), 400)
    assert upload(description=None).status_code == 201


def test_uploaded_artifact_is_described(
    management: httpx.Client, edition: str, upload: Upload
) -> None:
    """With what the edition knows of it, and no more."""
    location = upload().headers["location"]
    shown = management.get(f"{ARTIFACTS}/{location.rpartition('/')[2]}").json()
    assert management.get(ARTIFACTS).json() == [shown]
    known = {"id", "name", "description", "device_types_compatible", "info", "signed", "updates"}
    assert shown.keys() == {*known, "modified", *(["size"] if edition == "mender-2" else [])}
    (update,) = shown["updates"]
    assert update.keys() == {"type_info", "files", "meta_data"}
    assert update["meta_data"] == {"cores": 4}


@only("mender-1")
def test_link_is_good_for_as_long_as_asked(
    management: httpx.Client, new_artifact: Callable[..., str], refused: Refused
) -> None:
    """For an hour unless `expire` says how many minutes, a week at most."""
    path = f"{ARTIFACTS}/{new_artifact()}/download"
    for minutes, query in ((60, ""), (1, "?expire=1"), (10080, "?expire=10080")):
        asked = datetime.now(UTC)
        link = management.get(path + query).json()
        lasts = datetime.fromisoformat(link["expire"]) - asked
        assert abs(lasts - timedelta(minutes=minutes)) < timedelta(seconds=20)
        assert httpx.get(link["uri"]).status_code == 200
    for bad in ("0", "10081", "-1", "soon"):
        assert refused(management.get(f"{path}?expire={bad}"), 400).startswith("expire: ")


@only("mender-2")
def test_link_has_its_own_time_later(
    management: httpx.Client, new_artifact: Callable[..., str]
) -> None:
    """The second edition has no such parameter."""
    path = f"{ARTIFACTS}/{new_artifact()}/download"
    link = management.get(f"{path}?expire=10080").json()
    lasts = datetime.fromisoformat(link["expire"]) - datetime.now(UTC)
    assert lasts < timedelta(hours=1)


def test_pages_have_first_next_and_prev(
    management: httpx.Client,
    device: Any,
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
    relations: Relations,
) -> None:
    """No last, and no total."""
    new_artifact()
    ids = [deploy(device) for _ in range(3)]
    answer = management.get(DEPLOYMENTS, params={"page": 2, "per_page": 1})
    assert [shown["id"] for shown in answer.json()] == [ids[1]]
    assert relations(answer).keys() == {"first", "next", "prev"}
    assert "x-total-count" not in answer.headers
    last = management.get(relations(answer)["next"].removeprefix("/api/management/"))
    assert [shown["id"] for shown in last.json()] == [ids[0]]
    assert relations(last).keys() == {"first", "prev"}


def test_fields_of_later_editions_do_nothing(
    management: httpx.Client, device: Any, new_artifact: Callable[..., str], edition: str
) -> None:
    """An older server does not know them; nor does it refuse them."""
    new_artifact()
    asked = {
        "name": "update",
        "artifact_name": "release-2",
        "devices": [device.id],
        "all_devices": True,
        "retries": 3,
        "phases": [{"batch_size": 100, "start_ts": "2999-01-01T00:00:00Z"}],
        "update_control_map": {"priority": 1, "states": {}},
    }
    location = management.post(DEPLOYMENTS, json=asked).headers["location"]
    if edition == "mender-2":  # which knows phases
        assert device.next().status_code == 204
        return
    assert device.next().status_code == 200
    deployment = location.rpartition("/")[2]
    assert device.report(deployment, "failure").status_code == 204
    assert management.get(f"{DEPLOYMENTS}/{deployment}").json()["status"] == "finished"


def test_group_or_all_devices_are_no_scope(
    management: httpx.Client, device: Any, new_artifact: Callable[..., str], refused: Refused
) -> None:
    """A deployment has a list of devices."""
    new_artifact()
    asked = {"name": "update", "artifact_name": "release-2"}
    refused(management.post(DEPLOYMENTS, json={**asked, "all_devices": True}), 400)
    refused(management.post(f"{DEPLOYMENTS}/group/lab", json=asked), 404)
    assert device.next().status_code == 204


@only("mender-2")
def test_dynamic_deployment_is_shown_without_its_filter(
    management: httpx.Client, device: Any, new_artifact: Callable[..., str]
) -> None:
    """The second edition makes them, by its second API, and shows them like others."""
    new_artifact()
    terms = [{"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}]
    saved = management.post("v2/inventory/filters", json={"name": "all", "terms": terms})
    asked = {
        "name": "update",
        "artifact_name": "release-2",
        "filter_id": saved.headers["location"].rpartition("/")[2],
        "max_devices": 1,
        "update_control_map": {"priority": 1, "states": {}},
    }
    location = management.post("v2/deployments/deployments", json=asked).headers["location"]
    deployment = location.rpartition("/")[2]
    offer = device.next()
    assert offer.json()["id"] == deployment
    shown = management.get(f"{DEPLOYMENTS}/{deployment}").json()
    assert shown["device_count"] == 1
    assert "filter" not in shown
    assert device.report(deployment, "success").status_code == 204
    assert management.get(f"{DEPLOYMENTS}/{deployment}").json()["status"] == "finished"


@only("mender-2")
def test_releases_are_found_by_name(
    management: httpx.Client, new_artifact: Callable[..., str]
) -> None:
    """Each with its artifacts in the edition's shape."""
    for name in ("release-1", "release-2"):
        new_artifact(name)
    path = f"{DEPLOYMENTS}/releases"
    assert [r["name"] for r in management.get(path).json()] == ["release-1", "release-2"]
    (found,) = management.get(path, params={"name": "release-2"}).json()
    assert found["artifacts"] == [
        artifact for artifact in management.get(ARTIFACTS).json() if artifact["name"] == "release-2"
    ]


@only("mender-2")
def test_storage_is_counted(management: httpx.Client, new_artifact: Callable[..., str]) -> None:
    """By the sizes of the artifacts."""
    new_artifact()
    (artifact,) = management.get(ARTIFACTS).json()
    limits = management.get("v1/deployments/limits/storage").json()
    assert limits == {"limit": 0, "usage": artifact["size"]}


def test_later_operations_are_not_there(
    management: httpx.Client, edition: str, refused: Refused
) -> None:
    """What an edition does not have is not found, whatever the current one does."""
    later = [
        "v1/deployments/deployments/statistics/list",
        "v1/deployments/deployments/releases/list",
        "v2/deployments/deployments/releases",
    ]
    first = ["v1/deployments/limits/storage", "v2/deployments/deployments"]
    for path in later + (first if edition == "mender-1" else []):
        refused(management.get(path), 404)
        refused(management.post(path, json={}), 404)


def test_other_services_are_the_current_ones(management: httpx.Client, device: Any) -> None:
    """Nothing is left out of them."""
    for path in ("v2/devauth/devices", "v1/inventory/devices"):
        (shown,) = management.get(path).json()
        assert shown["id"] == device.id
