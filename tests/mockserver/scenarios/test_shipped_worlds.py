"""Each scenario that otakit brings is what it says, as its users see it over HTTP."""

import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Load = Callable[..., dict[str, Any]]


def listed(management: httpx.Client, path: str) -> list[Any]:
    """Return a whole list, page by page."""
    found: list[Any] = []
    for page in range(1, 200):
        answer = management.get(path, params={"per_page": 100, "page": page})
        part: list[Any] = answer.raise_for_status().json()
        found += part
        if len(part) < 100:
            return found
    pytest.fail(f"{path} does not end")


def deployments(management: httpx.Client) -> dict[str, dict[str, Any]]:
    """Return the software deployments by name."""
    found = listed(management, "v1/deployments/deployments")
    return {d["name"]: d for d in found if d["type"] == "software"}


def counts(deployment: dict[str, Any]) -> dict[str, int]:
    """Return how many devices of a deployment have each status that any has."""
    return {status: n for status, n in deployment["statistics"]["status"].items() if n}


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("demo", {"accepted": 40, "pending": 5, "rejected": 2, "preauthorized": 2, "noauth": 1}),
        ("empty", {}),
        ("failing-rollout", {"accepted": 30}),
        ("phased-rollout", {"accepted": 40}),
        ("small-fleet", {"accepted": 8, "pending": 2}),
    ],
)
def test_devices_deployments_and_entries_add_up(
    load: Load, management: httpx.Client, name: str, statuses: dict[str, int]
) -> None:
    """By status; statistics have each target once; each act of a user has left an entry."""
    summary = load(name=name)
    devices = listed(management, "v2/devauth/devices")
    assert Counter(device["status"] for device in devices) == statuses
    assert summary["devices"] == len(devices)
    assert summary["accepted"] == statuses.get("accepted", 0)
    made = listed(management, "v1/deployments/deployments")
    assert summary["deployments"] == len(made)
    for deployment in made:
        listing = f"v1/deployments/deployments/{deployment['id']}/devices/list"
        assert len(listed(management, listing)) == deployment["device_count"]
        assert sum(counts(deployment).values()) == deployment["device_count"]
    entries = listed(management, "v1/auditlogs/logs")
    created = {e["object"]["id"] for e in entries if e["action"] == "create"}
    assert {d["id"] for d in made} <= created
    artifacts = listed(management, "v1/deployments/artifacts/list")
    assert {artifact["id"] for artifact in artifacts} <= created
    decided = statuses.get("accepted", 0) + statuses.get("rejected", 0)
    about = [e for e in entries if e["object"]["type"] == "device"]
    assert len({e["object"]["id"] for e in about}) >= decided


@pytest.mark.parametrize("name", ["demo", "failing-rollout"])
def test_artifacts_download_and_are_valid(
    load: Load,
    management: httpx.Client,
    real_program: Callable[[str], str],
    tmp_path: Path,
    name: str,
) -> None:
    """As mender-artifact sees it, by the name, size and types that the API shows."""
    program = real_program("mender-artifact")
    load(name=name)
    artifacts = listed(management, "v1/deployments/artifacts/list")
    assert artifacts
    for artifact in artifacts:
        link = management.get(f"v1/deployments/artifacts/{artifact['id']}/download").json()
        content = httpx.get(link["uri"]).raise_for_status().content
        assert len(content) == artifact["size"]
        file = tmp_path / f"{artifact['id']}.mender"
        file.write_bytes(content)
        said = subprocess.run(
            [program, "validate", str(file)], check=True, capture_output=True, text=True
        ).stdout
        assert "validated successfully" in said
        read = subprocess.run(
            [program, "read", str(file)], check=True, capture_output=True, text=True
        ).stdout
        assert f"Name: {artifact['name']}" in read


def test_demo_has_deployments_of_every_kind(load: Load, management: httpx.Client) -> None:
    """Finished, failed with logs, in progress, paused, scheduled, in phases, aborted."""
    load(name="demo")
    found = deployments(management)
    assert counts(found["Tills to 4.0"]) == {"success": 14}
    assert found["Tills to 4.0"]["status"] == "finished"
    failed = found["Scales to 1.9"]
    assert failed["status"] == "finished"
    assert failed["statistics"]["status"]["failure"] >= 2
    assert found["Kiosks to 4.0"]["status"] == "inprogress"
    assert found["Kiosks to 4.2, next week"]["status"] == "scheduled"
    assert counts(found["Kiosks to 4.1, too early"]).get("aborted") == 8
    phases = found["Tills to 4.2, step by step"]["phases"]
    assert [phase["device_count"] for phase in phases] == [2, 3, 0, 0]
    paused = found["Signs for summer"]
    assert paused["update_control_map"]["states"] == {"ArtifactReboot_Enter": {"action": "pause"}}
    assert "success" not in counts(paused)
    base = f"v1/deployments/deployments/{failed['id']}/devices"
    logs = [
        management.get(f"{base}/{device['id']}/log").text
        for device in listed(management, f"{base}/list")
        if device["status"] == "failure"
    ]
    assert len(logs) == failed["statistics"]["status"]["failure"]
    assert all("no space left on device" in log for log in logs)


def test_demo_has_all_the_rest(load: Load, management: httpx.Client, server: Any) -> None:
    """Groups, filters, configuration that was told and deployed, alerts, a JFrog Connect fleet."""
    load(name="demo")
    groups = management.get("v1/inventory/groups").json()
    assert groups == ["kiosks", "scales", "signs", "tills"]
    assert len(management.get("v2/inventory/filters").json()) == 3
    devices = listed(management, "v1/inventory/devices")
    names = {
        attribute["value"]: device["id"]
        for device in devices
        for attribute in device["attributes"]
        if attribute["name"] == "hostname"
    }
    told = management.get(f"v1/deviceconfig/configurations/device/{names['till-1']}").json()
    assert told["configured"] == {"timezone": "Europe/Paris", "receipt-footer": "Merci"}
    assert told["reported"] == told["configured"]
    untold = management.get(f"v1/deviceconfig/configurations/device/{names['till-9']}").json()
    assert untold["reported"]["timezone"] == "Europe/Berlin"
    alerts = management.get(f"v1/devicemonitor/devices/{names['till-3']}/alerts").json()
    assert [alert["level"] for alert in alerts] == ["OK", "CRITICAL"]
    control = f"{server.url}/otakit/v1/universes/default/connect"
    access = httpx.get(control).json()
    runs = httpx.get(
        f"{server.url}/api/v2/{access['project_key']}/deployments",
        headers={"Authorization": f"Bearer {access['token']}"},
    ).json()
    assert len(runs["deployments"]) == 3
    emails = {e["actor"]["email"] for e in listed(management, "v1/auditlogs/logs")}
    assert emails == {"admin@example.com", "dora@example.com", "li@example.com"}


def test_devices_have_what_their_updates_installed(load: Load, management: httpx.Client) -> None:
    """The inventory tells the artifact of the newest successful deployment."""
    load(name="small-fleet")
    terms = {"filters": [_term("group", "system", "tills")], "page": 1, "per_page": 100}
    tills = management.post("v2/inventory/filters/search", json=terms).json()
    assert {_value(till, "artifact_name") for till in tills} == {"app-1.1"}
    terms["filters"] = [_term("group", "system", "scales")]
    scales = management.post("v2/inventory/filters/search", json=terms).json()
    assert {_value(scale, "artifact_name") for scale in scales} == {"app-1.0"}
    assert {_value(s, "rootfs-image.single-file.version") for s in scales} == {"app-1.0"}


def test_large_fleet_is_large(load: Load, management: httpx.Client) -> None:
    """Ten thousand, in pages."""
    assert load(name="large-fleet")["devices"] == 10_000
    count = management.get("v2/devauth/devices/count", params={"status": "accepted"}).json()
    assert count == {"count": 9000}
    found = deployments(management)
    assert counts(found["lab to 5.0"]) == {"success": 1500}
    assert counts(found["north to 5.1"]) == {"pending": 2800, "success": 1200}


def _term(attribute: str, scope: str, value: str) -> dict[str, Any]:
    return {"attribute": attribute, "scope": scope, "type": "$eq", "value": value}


def _value(device: dict[str, Any], name: str) -> Any:
    return next(a["value"] for a in device["attributes"] if a["name"] == name)
