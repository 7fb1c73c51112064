"""What users do about the admission of devices."""

import base64
import json

from ota_stories.stage import UNKNOWN, Stage, expect, made

BASE = "/api/management/v2/devauth"


def lists(stage: Stage) -> None:
    """Devices are listed, searched and counted by what they are."""
    device = stage.device()
    listed = expect(stage.user.get(f"{BASE}/devices", params={"id": device.id}), 200).json()
    assert [d["identity_data"] for d in listed] == [device.identity]
    expect(stage.user.get(f"{BASE}/devices", params={"status": "lost"}), 400)
    asked = {"id": device.id, "status": ["accepted", "pending"]}
    found = expect(stage.user.post(f"{BASE}/devices/search", json=asked), 200).json()
    assert [d["id"] for d in found] == [device.id]
    expect(stage.user.post(f"{BASE}/devices/search", json={"id": 7}), 400)
    url = f"{BASE}/devices/count"
    before = expect(stage.user.get(url, params={"status": "accepted"}), 200).json()["count"]
    stage.device()
    assert stage.user.get(url, params={"status": "accepted"}).json()["count"] == before + 1
    expect(stage.user.get(url, params={"status": "lost"}), 400)
    expect(stage.user.get(f"{BASE}/limits/max_devices"), 200)


def preauthorization(stage: Stage) -> None:
    """A device is announced once, seen, and decommissioned once."""
    device = stage.stranger()
    asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
    device.id = made(stage.user.post(f"{BASE}/devices", json=asked))
    known = expect(stage.user.post(f"{BASE}/devices", json=asked), 409).json()
    assert known["id"] == device.id
    expect(stage.user.post(f"{BASE}/devices", json={**asked, "pubkey": "none"}), 400)
    url = f"{BASE}/devices/{device.id}"
    assert expect(stage.user.get(url), 200).json()["status"] == "preauthorized"
    expect(stage.user.delete(url), 204)
    expect(stage.user.get(url), 404)
    expect(stage.user.delete(url), 404)


def authentication_sets(stage: Stage) -> None:
    """A set is rejected and deleted; a token is revoked."""
    device = stage.device()
    (auth_set,) = expect(stage.user.get(f"{BASE}/devices/{device.id}"), 200).json()["auth_sets"]
    url = f"{BASE}/devices/{device.id}/auth/{auth_set['id']}"
    assert expect(stage.user.get(f"{url}/status"), 200).json() == {"status": "accepted"}
    expect(stage.user.put(f"{url}/status", json={"status": "lost"}), 400)
    claims = device.http.headers["authorization"].split(".")[1]
    jti = json.loads(base64.urlsafe_b64decode(claims + "=="))["jti"]
    expect(stage.user.delete(f"{BASE}/tokens/{jti}"), 204)
    expect(stage.user.delete(f"{BASE}/tokens/{jti}"), 404)
    expect(device.next(), 401)
    expect(stage.user.put(f"{url}/status", json={"status": "rejected"}), 204)
    expect(device.authenticate(), 401)
    expect(stage.user.delete(url), 204)
    expect(stage.user.delete(url), 404)
    expect(stage.user.get(f"{url}/status"), 404)
    expect(stage.user.put(f"{url}/status", json={"status": "accepted"}), 404)
    expect(stage.user.get(f"{BASE}/devices/{UNKNOWN}"), 404)


def limit(stage: Stage) -> None:
    """No more devices are accepted than there may be."""
    full = stage.restart("--device-limit", "1")
    full.device()
    waiting = full.stranger()
    expect(waiting.authenticate(), 401)
    found = expect(full.user.get(f"{BASE}/devices", params={"status": "pending"}), 200).json()
    url = f"{BASE}/devices/{found[0]['id']}/auth/{found[0]['auth_sets'][0]['id']}/status"
    expect(full.user.put(url, json={"status": "accepted"}), 422)
    assert full.user.get(f"{BASE}/limits/max_devices").json() == {"limit": 1}


STORIES = (lists, preauthorization, authentication_sets, limit)
