"""What no document has and users need: users, settings, filters, integrations, tags, histories."""

from ota_stories.stage import Stage, expect, made

MANAGEMENT = "/api/management"
INVENTORY = f"{MANAGEMENT}/v1/inventory"
FILTERS = f"{MANAGEMENT}/v2/inventory/filters"
USERADM = f"{MANAGEMENT}/v1/useradm"
RELEASES = f"{MANAGEMENT}/v2/deployments"


def oneself(stage: Stage) -> None:
    """A user looks at herself, and at the tokens of her programs."""
    me = expect(stage.user.get(f"{USERADM}/users/me"), 200).json()["id"]
    token = {"name": "backup", "expires_in": 3600}
    expect(stage.user.post(f"{USERADM}/settings/tokens", json=token), 200)
    assert expect(stage.user.get(f"{USERADM}/settings/tokens"), 200).json()
    assert me


def filters(stage: Stage) -> None:
    """A saved filter finds a device that is in a group."""
    device = stage.device()
    site = [{"name": "site", "value": "north"}]
    expect(device.http.patch("/api/devices/v1/inventory/device/attributes", json=site), 200)
    url = f"{INVENTORY}/devices/{device.id}/group"
    expect(stage.user.put(url, json={"group": "hill"}), 204)
    assert expect(stage.user.get(url), 200).json() == {"group": "hill"}
    for path in ("devices", "groups", "groups/hill/devices"):
        assert expect(stage.user.get(f"{INVENTORY}/{path}"), 200).json()
    term = {"scope": "inventory", "attribute": "site", "type": "$eq", "value": "north"}
    saved = made(stage.user.post(FILTERS, json={"name": "north", "terms": [term]}))
    assert expect(stage.user.get(FILTERS), 200).json()
    expect(stage.user.get(f"{FILTERS}/{saved}"), 200)
    (found,) = expect(stage.user.get(f"{FILTERS}/{saved}/search"), 200).json()
    assert found["id"] == device.id
    assert expect(stage.user.get(f"{FILTERS}/attributes"), 200).json()


def alerts(stage: Stage) -> None:
    """The newest alert of each subject is listed."""
    device = stage.device()
    subject = {"name": "sshd", "type": "systemd.unit", "status": "not-running"}
    alert = {"name": "ssh", "level": "CRITICAL", "timestamp": "2026-11-20T10:00:00Z"}
    told = [{**alert, "subject": subject}]
    expect(device.http.post("/api/devices/v1/devicemonitor/alert", json=told), 204)
    url = f"{MANAGEMENT}/v1/devicemonitor/devices/{device.id}/alerts/latest"
    assert expect(stage.user.get(url), 200).json()


def users(stage: Stage) -> None:
    """Users are made and keep settings, of all and of their own."""
    ada = {"email": "ada@example.com", "password": "difference engine"}
    user = made(stage.user.post(f"{USERADM}/users", json=ada))
    for path in ("settings", "settings/me"):
        expect(stage.user.post(f"{USERADM}/{path}", json={"columns": ["id", path]}), 201)
        expect(stage.user.get(f"{USERADM}/{path}"), 200)
    for path in ("users", f"users/{user}", "plans", "plan_binding"):
        expect(stage.user.get(f"{USERADM}/{path}"), 200)
    expect(stage.user.get(f"{MANAGEMENT}/v1/tenantadm/user/tenant"), 200)


def integrations(stage: Stage) -> None:
    """A webhook is due what happens to devices."""
    url = f"{MANAGEMENT}/v1/iot-manager"
    hook = {"type": "http", "http": {"url": "https://example.com/hook"}}
    asked = {"provider": "webhook", "credentials": hook}
    made_one = made(stage.user.post(f"{url}/integrations", json=asked))
    stage.device()
    expect(stage.user.get(f"{url}/integrations"), 200)
    expect(stage.user.get(f"{url}/integrations/{made_one}"), 200)
    assert expect(stage.user.get(f"{url}/events"), 200).json()


def tags(stage: Stage) -> None:
    """A release has tags and notes, a device a history."""
    stage.artifact("tagged")
    device = stage.device()
    deployment = stage.deploy("tagged", device)
    expect(device.next("older"), 200)
    expect(device.report(deployment, "success"), 204)
    one = f"{RELEASES}/deployments/releases/tagged"
    expect(stage.user.put(f"{one}/tags", json=["stable", "hill"]), 204)
    expect(stage.user.patch(one, json={"notes": "as told"}), 204)
    old = f"{MANAGEMENT}/v1/deployments"
    paths = (
        *(one, f"{RELEASES}/deployments/releases", f"{RELEASES}/deployments"),
        f"{RELEASES}/artifacts",
        *(f"{RELEASES}/releases/all/tags", f"{RELEASES}/releases/all/types"),
        *(f"{old}/artifacts/list", f"{old}/deployments/releases/list"),
        *(f"{old}/deployments/devices/{device.id}", f"{old}/deployments/{deployment}/devices/list"),
        f"{MANAGEMENT}/v2/inventory/statistics",
    )
    for path in paths:
        expect(stage.user.get(path), 200)


STORIES = (oneself, filters, alerts)
AS_BUILT = (users, integrations, tags)
"""What the real server alone has."""
