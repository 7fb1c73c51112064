"""What users do with artifacts; told so that older editions can follow, too."""

import json

from ota_stories.stage import UNKNOWN, Stage, artifact_file, expect, made

BASE = "/api/management/v1/deployments/artifacts"
MALFORMED = "no-id"


def life(stage: Stage) -> None:
    """An artifact is uploaded, seen, described, fetched and deleted."""
    content = artifact_file("living")
    artifact = made(stage.upload(content))
    expect(stage.upload(b"no artifact"), 400)
    url = f"{BASE}/{artifact}"
    assert expect(stage.user.get(url), 200).json()["name"] == "living"
    expect(stage.user.put(url, json={"description": "the first"}), 204)
    listed = expect(stage.user.get(BASE), 200).json()
    assert "the first" in [a["description"] for a in listed]
    link = expect(stage.user.get(f"{url}/download"), 200).json()
    assert expect(stage.nobody.get(link["uri"]), 200).content == content
    expect(stage.user.delete(url), 204)
    expect(stage.user.delete(url), 404)
    for method, tail in (("GET", ""), ("PUT", ""), ("GET", "/download")):
        body = {"description": "x"} if method == "PUT" else None
        expect(stage.user.request(method, f"{BASE}/{UNKNOWN}{tail}", json=body), 404)
        expect(stage.user.request(method, f"{BASE}/{MALFORMED}{tail}", json=body), 400)


def in_use(stage: Stage) -> None:
    """An artifact that a deployment has cannot be described anew or deleted."""
    device, artifact = stage.device(), stage.artifact("used")
    stage.deploy("used", device)
    if 422 in stage.documented("PUT", "/artifacts/{id}"):
        expect(stage.user.put(f"{BASE}/{artifact}", json={"description": "late"}), 422)
    if 409 in stage.documented("DELETE", "/artifacts/{id}"):
        expect(stage.user.delete(f"{BASE}/{artifact}"), 409)


def releases(stage: Stage) -> None:
    """All artifacts of a name are a release."""
    stage.artifact("released", "rpi")
    stage.artifact("released", "beagle")
    found = expect(
        stage.user.get(f"{BASE.replace('artifacts', 'deployments')}/releases"), 200
    ).json()
    assert [len(r["artifacts"]) for r in found if r["name"] == "released"] == [2]


def storage(stage: Stage) -> None:
    """Uploads count."""
    url = "/api/management/v1/deployments/limits/storage"
    before = expect(stage.user.get(url), 200).json()["usage"]
    content = artifact_file("stored")
    made(stage.upload(content))
    assert stage.user.get(url).json()["usage"] == before + len(content)


def generation(stage: Stage) -> None:
    """An artifact is made of a file, and listed."""
    form = {
        "name": "generated",
        "device_types_compatible": "rpi",
        "type": "single_file",
        "args": json.dumps({"filename": "motd", "dest_dir": "/etc"}),
    }
    file = {"file": ("motd", b"welcome\n")}
    artifact = made(stage.user.post(f"{BASE}/generate", data=form, files=file))
    bad = {**form, "type": "whole_device"}
    expect(stage.user.post(f"{BASE}/generate", data=bad, files=file), 400)
    found = expect(stage.user.get(f"{BASE}/list", params={"name": "generated"}), 200).json()
    assert [a["id"] for a in found] == [artifact]
    url = f"{BASE.replace('artifacts', 'deployments')}/releases/list"
    listed = expect(stage.user.get(url, params={"name": "generated"}), 200).json()
    assert [r["name"] for r in listed] == ["generated"]


OLDER = (life, in_use)
"""What every edition can do."""

STORIES = (*OLDER, releases, storage, generation)
