"""The web UI's page of releases works, beyond what `as_built/test_web_ui_needs` has.

What it asks and breaks without was found by taking it away: facts on the web UI, section 4.4.
"""

from collections.abc import Callable
from typing import Any

import httpx

RELEASES = "v2/deployments/deployments/releases"
ARTIFACTS = "v1/deployments/artifacts"
SEARCH = "v2/inventory/filters/search"


def names(management: httpx.Client, **params: Any) -> list[str]:
    """List releases as the page does; without a total it says that there are none."""
    asked = {"page": 1, "per_page": 20, "sort": "modified:desc", **params}
    answer = management.get(RELEASES, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-total-count"] == str(len(answer.json()))
    for release in answer.json():
        for artifact in release["artifacts"]:
            assert isinstance(artifact["device_types_compatible"], list)
            assert artifact["updates"][0]["type_info"]["type"]
            assert artifact["modified"]
    return [release["name"] for release in answer.json()]


def test_list_is_narrowed(management: httpx.Client, new_artifact: Callable[..., str]) -> None:
    """By parts of the name, by tags and by kinds; the choices are asked for apart."""
    for name in ("gateway-1", "gateway-2", "sensor-1"):
        new_artifact(name)
    assert set(names(management)) == {"gateway-1", "gateway-2", "sensor-1"}
    assert names(management, name="ATEWAY-2") == ["gateway-2"]
    for name, tags in (("gateway-1", ["stable"]), ("sensor-1", ["stable", "hall"])):
        assert management.put(f"{RELEASES}/{name}/tags", json=tags).status_code == 204
    assert set(names(management, tag=["hall", "stable"])) <= {"gateway-1", "sensor-1"}
    assert names(management, tag="hall") == ["sensor-1"]
    assert set(names(management, update_type="single-file")) == set(names(management))
    assert names(management, update_type="rootfs-image") == []
    assert management.get("v2/deployments/releases/all/tags").json() == ["hall", "stable"]
    assert management.get("v2/deployments/releases/all/types").json() == ["single-file"]
    assert len(names(management, per_page=100)) == 3


def test_artifact_is_uploaded_expanded_and_removed(
    server: Any,
    management: httpx.Client,
    new_artifact: Callable[..., str],
    new_device: Callable[..., Any],
) -> None:
    """Size and description before the file; a release is gone with its last artifact."""
    path = f"{ARTIFACTS}/{new_artifact('release-1')}"
    content = httpx.get(management.get(f"{path}/download").json()["uri"]).content
    assert management.delete(path).status_code == 204
    assert names(management) == []
    form = {"size": str(len(content)), "description": "by hand"}
    files = {"artifact": ("release-1.mender", content)}
    uploaded = management.post(ARTIFACTS, data=form, files=files)
    assert uploaded.status_code == 201, uploaded.text
    release = management.get(f"{RELEASES}/release-1").json()
    (artifact,) = release["artifacts"]
    assert artifact["description"] == "by hand"
    needed = {"artifact_provides", "artifact_depends", "clears_artifact_provides", "signed", "size"}
    assert artifact.keys() >= needed

    new_device(**{"rootfs-image.version": "release-1"})
    installed = {
        "scope": "inventory",
        "attribute": "rootfs-image.version",
        "type": "$eq",
        "value": "release-1",
    }
    found = management.post(SEARCH, json={"page": 1, "per_page": 1, "filters": [installed]})
    assert found.headers["x-total-count"] == "1"
    link = management.get(f"{ARTIFACTS}/{artifact['id']}/download").json()["uri"]
    assert link.startswith(server.url)
    fetched = httpx.get(link)  # as the browser opens it: without a token
    assert (fetched.status_code, fetched.content) == (200, content)
    assert "content-disposition" in fetched.headers
    assert management.delete(f"{ARTIFACTS}/{artifact['id']}").status_code == 204
    assert management.get(f"{RELEASES}/release-1").status_code == 404
