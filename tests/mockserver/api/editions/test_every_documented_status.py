"""Every operation of the older documents, and every status that they give it, over a socket.

The client of these tests holds each answer against the edition's file (conftest), so that nothing
is asked here but the status. The table is complete: a status without a way to it fails.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import apis, resolved

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_ID = "no-id"
BASE = "v1/deployments"
DEPLOYMENTS = f"{BASE}/deployments"
ARTIFACTS = f"{BASE}/artifacts"
NOT_ASKED_FOR = {"403", "429", "500"}
"""Plans and permissions, too many requests, a server's failure: nothing here leads to them."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A server with one finished deployment and one that goes on, and what they are made of."""

    http: httpx.Client
    upload: Callable[..., httpx.Response]
    device: str
    finished: str
    running: str
    used: str
    spare: str
    filter: str

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request below /api/management/."""
        return self.http.request(method, path, **request)


Way = Callable[[Scene], httpx.Response]


@pytest.fixture
def scene(
    management: httpx.Client,
    upload: Callable[..., httpx.Response],
    new_device: Callable[..., Any],
    new_artifact: Callable[..., str],
    deploy: Callable[..., str],
) -> Scene:
    """Set up a scene."""
    done, busy = new_device(), new_device()
    used, spare = new_artifact(), new_artifact("spare")
    finished, running = deploy(done), deploy(busy)
    for device, deployment, status in ((done, finished, "success"), (busy, running, "failure")):
        assert device.next().status_code == 200
        assert device.report(deployment, "downloading").status_code == 204
        if device is done:
            assert device.report(deployment, status).status_code == 204
    message = {"timestamp": "2026-11-20T00:00:00Z", "level": "info", "message": "begun"}
    path = f"v1/deployments/device/deployments/{running}/log"
    assert busy.http.put(path, json={"messages": [message]}).status_code == 204
    terms = [{"scope": "identity", "attribute": "status", "type": "$eq", "value": "accepted"}]
    saved = management.post("v2/inventory/filters", json={"name": "all", "terms": terms})
    return Scene(
        http=management,
        upload=upload,
        device=busy.id,
        finished=finished,
        running=running,
        used=used,
        spare=spare,
        filter=saved.headers["location"].rpartition("/")[2],
    )


def get(path: str) -> Way:
    """Read something; the path has the scene's names in braces."""
    return lambda scene: scene.call("GET", path.format(s=scene))


def delete(path: str) -> Way:
    """Delete something."""
    return lambda scene: scene.call("DELETE", path.format(s=scene))


def put(path: str, body: Any) -> Way:
    """Change something."""
    return lambda scene: scene.call("PUT", path.format(s=scene), json=body)


def deployment(**changed: Any) -> Way:
    """Create a deployment, with other fields than usual; None leaves one out."""

    def way(scene: Scene) -> httpx.Response:
        usual = {"name": "one", "artifact_name": "release-2", "devices": [scene.device]}
        body = {name: value for name, value in {**usual, **changed}.items() if value is not None}
        return scene.call("POST", DEPLOYMENTS, json=body)

    return way


def dynamic(**changed: Any) -> Way:
    """Create a dynamic deployment, with other fields than usual."""

    def way(scene: Scene) -> httpx.Response:
        usual = {"name": "all", "artifact_name": "release-2", "filter_id": scene.filter}
        return scene.call("POST", "v2/deployments/deployments", json={**usual, **changed})

    return way


ABORTED, DESCRIBED = {"status": "aborted"}, {"description": "new"}
WAYS: dict[tuple[str, str], Way] = {
    ("listDeployments", "200"): get(DEPLOYMENTS),
    ("listDeployments", "400"): get(f"{DEPLOYMENTS}?status=scheduled"),
    ("createDeployment", "201"): deployment(),
    ("createDeployment", "400"): deployment(devices=None),
    ("createDeployment", "422"): deployment(artifact_name="nobody's"),
    ("createDynamicDeployment", "201"): dynamic(),
    ("createDynamicDeployment", "400"): dynamic(filter_id=UNKNOWN),
    ("createDynamicDeployment", "422"): dynamic(artifact_name="nobody's"),
    ("getDeployment", "200"): get(DEPLOYMENTS + "/{s.running}"),
    ("getDeployment", "404"): get(f"{DEPLOYMENTS}/{NO_ID}"),
    ("setDeploymentStatus", "204"): put(DEPLOYMENTS + "/{s.running}/status", ABORTED),
    ("setDeploymentStatus", "400"): put(DEPLOYMENTS + "/{s.running}/status", {"status": "done"}),
    ("setDeploymentStatus", "404"): put(f"{DEPLOYMENTS}/{UNKNOWN}/status", ABORTED),
    ("setDeploymentStatus", "422"): put(DEPLOYMENTS + "/{s.finished}/status", ABORTED),
    ("getDeploymentStatistics", "200"): get(DEPLOYMENTS + "/{s.running}/statistics"),
    ("getDeploymentStatistics", "404"): get(f"{DEPLOYMENTS}/{NO_ID}/statistics"),
    ("listAllDeploymentDevices", "200"): get(DEPLOYMENTS + "/{s.running}/devices"),
    ("listAllDeploymentDevices", "404"): get(f"{DEPLOYMENTS}/{NO_ID}/devices"),
    ("getDeploymentLog", "200"): get(DEPLOYMENTS + "/{s.running}/devices/{s.device}/log"),
    ("getDeploymentLog", "404"): get(DEPLOYMENTS + "/{s.finished}/devices/{s.device}/log"),
    ("decommissionDeviceDeployments", "204"): delete(DEPLOYMENTS + "/devices/{s.device}"),
    ("listAllReleases", "200"): get(f"{DEPLOYMENTS}/releases"),
    ("listAllArtifacts", "200"): get(ARTIFACTS),
    ("uploadArtifact", "201"): lambda scene: scene.upload("new"),
    ("uploadArtifact", "400"): lambda scene: scene.upload("spare"),
    ("getArtifact", "200"): get(ARTIFACTS + "/{s.spare}"),
    ("getArtifact", "400"): get(f"{ARTIFACTS}/{NO_ID}"),
    ("getArtifact", "404"): get(f"{ARTIFACTS}/{UNKNOWN}"),
    ("updateArtifact", "204"): put(ARTIFACTS + "/{s.spare}", DESCRIBED),
    ("updateArtifact", "400"): put(f"{ARTIFACTS}/{NO_ID}", DESCRIBED),
    ("updateArtifact", "404"): put(f"{ARTIFACTS}/{UNKNOWN}", DESCRIBED),
    ("updateArtifact", "422"): put(ARTIFACTS + "/{s.used}", DESCRIBED),
    ("deleteArtifact", "204"): delete(ARTIFACTS + "/{s.spare}"),
    ("deleteArtifact", "404"): delete(f"{ARTIFACTS}/{NO_ID}"),
    ("deleteArtifact", "409"): delete(ARTIFACTS + "/{s.used}"),
    ("getArtifactLink", "200"): get(ARTIFACTS + "/{s.spare}/download"),
    ("getArtifactLink", "400"): get(f"{ARTIFACTS}/{NO_ID}/download"),
    ("getArtifactLink", "404"): get(f"{ARTIFACTS}/{UNKNOWN}/download"),
    ("getStorageLimit", "200"): get(f"{BASE}/limits/storage"),
}
"""One way to each status that an operation has for itself."""


def without_token(method: str, path: str) -> Way:
    """Ask without a token."""
    return lambda scene: scene.call(method, path, headers={"Authorization": ""})


def too_much(method: str, path: str) -> Way:
    """Send more than is read."""
    body, kind = b"1" * (1 << 20 | 1), {"Content-Type": "application/json"}
    return lambda scene: scene.call(method, path, content=body, headers=kind)


def another_type(method: str, path: str) -> Way:
    """Send what is neither JSON nor a form."""
    kind = {"Content-Type": "text/plain"}
    return lambda scene: scene.call(method, path, content=b"{}", headers=kind)


EVERYWHERE = {"401": without_token, "413": too_much, "415": another_type}


def cases() -> Iterator[pytest.ParameterSet]:
    """Go through the documented statuses of the editions' own operations."""
    for edition in ("mender-1", "mender-2"):
        for api in apis(edition):
            document = resolved(api)
            if "x-otakit-edition" not in document["info"]:
                continue
            for path, item in document["paths"].items():
                url = api.base_path.removeprefix("/api/management/") + path
                for method in {"get", "put", "post", "delete"} & item.keys():
                    name = item[method]["operationId"]
                    for status in sorted(item[method]["responses"].keys() - NOT_ASKED_FOR):
                        ident = f"{edition}:{name} {status}"
                        target = (name, method.upper(), url)
                        yield pytest.param(edition, target, status, id=ident)


CASES = sorted(cases(), key=lambda case: str(case.id))


def test_table_has_the_31_operations_and_nothing_else() -> None:
    """Fourteen of the first edition, seventeen of the second; and no way that nobody goes."""
    asked = {(str(case.values[0]), case.values[1][0], str(case.values[2])) for case in CASES}  # type: ignore[index]
    operations = [edition for edition, _ in {(edition, name) for edition, name, _ in asked}]
    assert (operations.count("mender-1"), operations.count("mender-2")) == (14, 17)
    assert WAYS.keys() <= {(name, status) for _, name, status in asked}


@pytest.mark.parametrize(("edition", "target", "status"), CASES)
def test_documented_status_is_reached(
    scene: Scene, target: tuple[str, str, str], status: str
) -> None:
    """The server gives this status, and the answer is as the file has it."""
    name, method, url = target
    if (name, status) == ("uploadArtifact", "413"):
        assert announce_too_much(scene) == (413, "application/json")
        return
    way = WAYS.get((name, status)) or EVERYWHERE[status](method, url)
    assert str(way(scene).status_code) == status


def announce_too_much(scene: Scene) -> tuple[int, str | None]:
    """Announce an artifact of 11 GiB, of which nothing is sent; return status and type."""
    url = scene.http.base_url
    with closing(HTTPConnection(url.host, url.port, timeout=20)) as connection:
        connection.putrequest("POST", f"{url.path}{ARTIFACTS}")
        connection.putheader("Authorization", scene.http.headers["authorization"])
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Content-Length", str(11 << 30))
        connection.endheaders()
        with connection.getresponse() as answer:
            assert json.load(answer)["request_id"] == answer.headers["X-MEN-RequestID"]
            return answer.status, answer.headers["Content-Type"]
