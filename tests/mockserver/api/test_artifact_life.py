"""A stored artifact: shown, described, fetched, used by deployments, deleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

ARTIFACTS = "v1/deployments/artifacts"
NO_ARTIFACT = "00000000-0000-4000-8000-000000000000"

Refused = Callable[[httpx.Response, int], str]


@pytest.fixture
def path(new_artifact: Callable[..., str]) -> str:
    """Return the path of an artifact that no deployment has used."""
    return f"{ARTIFACTS}/{new_artifact()}"


@pytest.fixture
def deployment(deploy: Callable[..., str], path: str, device: Any) -> str:
    """Return the id of a deployment of that artifact, unfinished."""
    assert path
    return deploy(device)


def test_description_can_be_changed(management: httpx.Client, path: str) -> None:
    """Description can be changed."""
    before = management.get(path).json()
    answer = management.put(path, json={"description": "hotfix"})
    assert (answer.status_code, answer.content) == (204, b"")
    after = management.get(path).json()
    assert after["modified"] >= before["modified"]
    assert after == {**before, "description": "hotfix", "modified": after["modified"]}


def test_description_stays_once_it_was_used(
    management: httpx.Client, path: str, deployment: str, refused: Refused
) -> None:
    """Description stays once it was used."""
    refused(management.put(path, json={"description": "hotfix"}), 422)
    abort(management, deployment)
    refused(management.put(path, json={"description": "hotfix"}), 422)
    assert management.get(path).json()["description"] == ""


def test_odd_descriptions_are_refused(
    management: httpx.Client, path: str, refused: Refused
) -> None:
    """Odd descriptions are refused."""
    bodies: list[Any] = [{"description": 1}, {"description": "d" * 4097}, []]
    for body in bodies:
        refused(management.put(path, json=body), 400)
    assert management.get(path).json()["description"] == ""


def test_deleted_artifact_is_gone(management: httpx.Client, path: str, refused: Refused) -> None:
    """Deleted artifact is gone."""
    link = management.get(f"{path}/download").json()["uri"]
    assert management.get(link).status_code == 200
    assert management.delete(path).status_code == 204
    for answer in (management.get(path), management.delete(path), management.get(link)):
        refused(answer, 404)


def abort(management: httpx.Client, deployment: str) -> None:
    """Abort a deployment."""
    url = f"v1/deployments/deployments/{deployment}/status"
    assert management.put(url, json={"status": "aborted"}).status_code == 204


def test_artifact_stays_while_it_is_being_deployed(
    management: httpx.Client, path: str, deployment: str, refused: Refused
) -> None:
    """Artifact stays while it is being deployed."""
    refused(management.delete(path), 409)
    assert management.get(path).status_code == 200
    abort(management, deployment)
    assert management.delete(path).status_code == 204


def test_link_leads_to_the_file_for_a_while(
    server: Any, management: httpx.Client, path: str, refused: Refused
) -> None:
    """Link leads to the file for a while."""
    link = management.get(f"{path}/download").json()
    assert link["method"] == "GET"
    assert link["uri"].startswith(f"{server.url}/")
    left = datetime.fromisoformat(link["expire"]) - datetime.now(UTC)
    assert 14 * 60 < left.total_seconds() <= 15 * 60
    file = management.get(link["uri"], headers={"Authorization": ""})
    assert file.headers["content-type"] == "application/vnd.mender-artifact"
    assert len(file.content) == management.get(path).json()["size"]
    refused(management.get(f"{link['uri']}x"), 403)


def test_usage_is_the_size_of_all_artifacts(
    management: httpx.Client, new_artifact: Callable[..., str]
) -> None:
    """Usage is the size of all artifacts."""
    limit = "v1/deployments/limits/storage"
    assert management.get(limit).json() == {"limit": 0, "usage": 0}
    ids = [new_artifact("one"), new_artifact("two")]
    sizes = [management.get(f"{ARTIFACTS}/{artifact}").json()["size"] for artifact in ids]
    assert management.get(limit).json() == {"limit": 0, "usage": sum(sizes)}


@pytest.mark.parametrize(("artifact_id", "status"), [("no-uuid", 400), (NO_ARTIFACT, 404)])
def test_unknown_artifacts(
    management: httpx.Client, refused: Refused, artifact_id: str, status: int
) -> None:
    """Unknown artifacts."""
    path = f"{ARTIFACTS}/{artifact_id}"
    refused(management.get(path), status)
    refused(management.get(f"{path}/download"), status)
    refused(management.put(path, json={"description": "d"}), status)
    refused(management.delete(path), status)
