"""Artifacts and releases as built (facts 6, 11.1 to 11.3)."""

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.fixtures.artifact_writer import write_artifact

Pick = Callable[..., Any]
AS_BUILT = pytest.mark.parametrize("dialect", ["as-built"], indirect=True, scope="session")
ARTIFACTS = "v1/deployments/artifacts"
RELEASES = "v1/deployments/deployments/releases"
RELEASES_V2 = "v2/deployments/deployments/releases"


@pytest.fixture
def with_meta_data(management: httpx.Client) -> str:
    """Return the id of an artifact with metadata."""
    file = io.BytesIO()
    write_artifact(
        file,
        name="release-2",
        device_types=["rpi"],
        payload_type="module",
        meta_data={"owner": "jane", "sizes": [1, 2]},
    )
    answer = management.post(ARTIFACTS, files={"artifact": file.getvalue()})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"].rpartition("/")[2])


def test_meta_data_is_a_list_of_pairs(
    with_meta_data: str, management: httpx.Client, either: Pick
) -> None:
    """`meta_data` has pairs, and `metadata` the object; also in a deployment's device list."""
    data = {"owner": "jane", "sizes": [1, 2]}
    pairs = [{"Key": "owner", "Value": "jane"}, {"Key": "sizes", "Value": [1, 2]}]
    shown = management.get(f"{ARTIFACTS}/{with_meta_data}").json()
    (update,) = shown["updates"]
    assert update["metadata"] == data
    assert update["meta_data"] == either(documented=data, as_built=pairs)
    assert management.get(ARTIFACTS).json() == [shown]
    assert management.get(f"{ARTIFACTS}/list").json() == [shown]


@AS_BUILT
def test_updates_without_meta_data_have_no_such_key(
    new_artifact: Callable[..., str], management: httpx.Client
) -> None:
    """An empty list would be a lie to old clients, an object would kill them."""
    (update,) = management.get(f"{ARTIFACTS}/{new_artifact()}").json()["updates"]
    assert not {"meta_data", "metadata"} & update.keys()
    assert update["type_info"] == {"type": "single-file"}


def test_storage_is_not_counted(
    new_artifact: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """The use of storage is always 0."""
    size = management.get(f"{ARTIFACTS}/{new_artifact()}").json()["size"]
    usage = either(documented=size, as_built=0)
    assert management.get("v1/deployments/limits/storage").json() == {"limit": 0, "usage": usage}


def test_generated_artifacts_are_announced_elsewhere(
    management: httpx.Client, either: Pick
) -> None:
    """`Location` has the word generate in it; without that it leads to the artifact."""
    form = {
        "name": "release-2",
        "device_types_compatible": "rpi",
        "type": "single-file",
        "args": '{"filename": "motd", "dest_dir": "/etc"}',
    }
    path = f"{ARTIFACTS}/generate"
    answer = management.post(path, data=form, files={"file": ("motd", b"welcome\n")})
    location = answer.headers["location"]
    base = "/api/management/v1/deployments/artifacts/"
    assert location.startswith(base)
    words = location.removeprefix(base).split("/")
    assert words[:-1] == either(documented=[], as_built=["generate"])
    assert management.get(f"{ARTIFACTS}/{words[-1]}").status_code == 200


@pytest.mark.parametrize("path", [f"{ARTIFACTS}/list", f"{RELEASES}/list", RELEASES_V2])
@pytest.mark.parametrize("params", [{"per_page": 501}, {"page": "x"}, {"page": 0, "per_page": -1}])
def test_odd_pages_are_the_first(
    path: str,
    params: dict[str, Any],
    new_artifact: Callable[..., str],
    management: httpx.Client,
    dialect: str,
) -> None:
    """What makes no sense as a page counts as not given."""
    new_artifact()
    answer = management.get(path, params={**params, "sort": "odd"})
    if dialect == "documented":
        assert answer.status_code == (404 if path == RELEASES_V2 else 400)
    else:
        assert answer.status_code == 200
        assert len(answer.json()) == 1
        assert "page=1&per_page=20" in answer.headers["link"]


def test_keys_of_releases_have_capitals(
    new_artifact: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """The first version's releases have `Name` and `Artifacts`, and more than is documented."""
    artifact = new_artifact()
    keys = either(
        documented={"name", "artifacts"},
        as_built={"Name", "Artifacts", "Modified", "ArtifactsCount", "tags", "notes"},
    )
    for path in (RELEASES, f"{RELEASES}/list"):
        (release,) = management.get(path).json()
        assert release.keys() == keys
        shown = release[either(documented="artifacts", as_built="Artifacts")]
        assert [a["id"] for a in shown] == [artifact]


def test_device_types_of_releases_are_exact(
    new_artifact: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """A part of a device type finds artifacts, but no releases."""
    new_artifact(types="raspberry")
    for path, found in ((f"{ARTIFACTS}/list", 1), (f"{RELEASES}/list", None)):
        answer = management.get(path, params={"device_type": "raspb"})
        assert len(answer.json()) == (either(documented=1, as_built=0) if found is None else found)
    exact = management.get(f"{RELEASES}/list", params={"device_type": "raspberry"})
    assert len(exact.json()) == 1


def test_first_releases_only(
    new_artifact: Callable[..., str], management: httpx.Client, either: Pick
) -> None:
    """The deprecated list ends after twenty."""
    for number in range(21):
        new_artifact(f"release-{number:02}")
    assert len(management.get(RELEASES).json()) == either(documented=21, as_built=20)
    assert management.get(f"{RELEASES}/list").headers["x-total-count"] == "21"


@AS_BUILT
def test_releases_are_sorted_and_filtered(
    new_artifact: Callable[..., str], management: httpx.Client
) -> None:
    """By any of four keys; by the kind of update."""
    new_artifact("b", description="second")
    new_artifact("a", types="rpi")
    new_artifact("a", types="bbb")
    listed = f"{RELEASES}/list"

    def names(path: str = listed, **params: str) -> list[str]:
        return [r.get("Name") or r["name"] for r in management.get(path, params=params).json()]

    assert names() == ["a", "b"]
    assert names(sort="name:desc") == ["b", "a"]
    assert names(sort="modified:desc") == ["a", "b"]
    assert names(sort="artifacts_count:asc") == ["b", "a"]
    assert names(description="SEC") == ["b"]
    assert names(update_type="single-file") == ["a", "b"]
    assert names(update_type="single") == []
    assert names(RELEASES_V2, update_type="rootfs-image") == []


@AS_BUILT
def test_notes_and_tags(new_artifact: Callable[..., str], management: httpx.Client) -> None:
    """Users note things of releases, and find them again by their tags."""
    new_artifact("a")
    new_artifact("b")
    path = f"{RELEASES_V2}/a"
    assert management.patch(path, json={"notes": "Tested."}).status_code == 204
    assert management.put(f"{path}/tags", json=["Stable", "hall-3", "stable"]).status_code == 204
    release = management.get(path).json()
    assert (release["name"], release["notes"]) == ("a", "Tested.")
    assert (release["tags"], release["artifacts_count"]) == (["hall-3", "stable"], 1)
    management.put(f"{RELEASES_V2}/b/tags", json=["beta"])
    answer = management.get(RELEASES_V2, params={"tag": ["STABLE", "other"]})
    assert ([r["name"] for r in answer.json()], answer.headers["x-total-count"]) == (["a"], "1")
    either_tag = management.get(RELEASES_V2, params={"tag": ["stable", "beta"]}).json()
    assert [r["name"] for r in either_tag] == ["a", "b"]
    assert management.get("v2/deployments/releases/all/tags").json() == ["beta", "hall-3", "stable"]
    assert management.get("v2/deployments/releases/all/types").json() == ["single-file"]
    management.put(f"{path}/tags", json=[])
    assert management.get(path).json()["tags"] == []


@AS_BUILT
def test_odd_notes_and_tags(new_artifact: Callable[..., str], management: httpx.Client) -> None:
    """Long notes, odd or many tags, and releases that there are not."""
    new_artifact("a")
    path = f"{RELEASES_V2}/a"
    assert management.patch(path, json={"notes": "x" * 1025}).status_code == 400
    assert management.put(f"{path}/tags", json=["a b"]).status_code == 400
    assert management.put(f"{path}/tags", json=[f"t{n}" for n in range(21)]).status_code == 400
    for method, end in (("GET", ""), ("PATCH", ""), ("PUT", "/tags")):
        body: Any = {"GET": None, "PATCH": {}, "PUT": []}[method]
        missing = management.request(method, f"{RELEASES_V2}/none{end}", json=body)
        assert missing.status_code == 404, method
    for number in range(5):
        new_artifact(f"r{number}")
        tags = [f"t{number}-{n}" for n in range(20)]
        answer = management.put(f"{RELEASES_V2}/r{number}/tags", json=tags)
        assert answer.status_code == 204
    assert management.put(f"{path}/tags", json=["t0-0"]).status_code == 204
    assert management.put(f"{path}/tags", json=["more"]).status_code == 409


@AS_BUILT
def test_releases_are_deleted_together(
    new_artifact: Callable[..., str],
    device: Any,
    deploy: Callable[..., str],
    management: httpx.Client,
) -> None:
    """All or none: one that is being deployed holds the others."""
    new_artifact("release-1")
    new_artifact("release-2")
    deployment = deploy(device)
    names = {"name": ["release-1", "release-2"]}
    held = management.delete(RELEASES_V2, params=names)
    assert held.status_code == 409
    assert held.json()["active_deployments"] == [deployment]
    assert held.json()["request_id"] == held.headers["x-men-requestid"]
    management.put(f"v1/deployments/deployments/{deployment}/status", json={"status": "aborted"})
    assert management.delete(RELEASES_V2, params=names).status_code == 204
    assert management.get(ARTIFACTS).json() == []
    none = management.delete(RELEASES_V2)
    assert none.status_code == 400
    assert none.json()["error"] == "at least one release name has to be provided"


@AS_BUILT
def test_second_version_of_the_artifacts(
    new_artifact: Callable[..., str], management: httpx.Client
) -> None:
    """Exact names, or one beginning."""
    for name in ("app-1", "app-2", "App*", "lib"):
        new_artifact(name)
    path = "v2/deployments/artifacts"

    def names(*wanted: str) -> list[str]:
        answer = management.get(path, params={"name": wanted})
        assert "x-total-count" not in answer.headers
        return [a["name"] for a in answer.json()]

    assert names() == ["App*", "app-1", "app-2", "lib"]
    assert names("lib", "app-2", "ap") == ["app-2", "lib"]
    assert names("APP*") == ["App*", "app-1", "app-2"]
    assert names(r"App\*") == ["App*"]
    assert management.get(path, params={"name": ["a*", "lib"]}).status_code == 400
    assert management.get(path, params={"per_page": 501}).status_code == 400
    first = management.get(path, params={"per_page": 1})
    assert set(first.links) == {"first", "next"}
