"""The web UI asks all this on every page load, and gets what it needs.

What the pages break without was found by taking it away: facts on the web UI, sections 4.1 and 5.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

SEARCH = "v2/inventory/filters/search"
SHARED = "v1/useradm/settings"
MINE = "v1/useradm/settings/me"
STATUSES = ("accepted", "pending", "preauthorized", "rejected")


def get(management: httpx.Client, path: str, **params: Any) -> Any:
    """Ask as the web UI does; it takes nothing but 200 and JSON."""
    answer = management.get(path, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


def search(management: httpx.Client, status: str) -> httpx.Response:
    """Look for the devices of a status as the web UI does."""
    wanted = {"scope": "identity", "attribute": "status", "type": "$eq", "value": status}
    body = {
        "page": 1,
        "per_page": 20,
        "filters": [wanted],
        "sort": [],
        "attributes": [
            {"scope": "identity", "attribute": "status"},
            {"scope": "system", "attribute": "group"},
            {"scope": "inventory", "attribute": "device_type"},
            {"scope": "tags", "attribute": "name"},
        ],
    }
    answer = management.post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    return answer


def test_user_is_known(management: httpx.Client) -> None:
    """Without an id nothing loads, without the role the enterprise navigation is empty."""
    me = get(management, "v1/useradm/users/me")
    assert me["id"]
    assert me["email"] == "admin@example.com"
    assert me["roles"] == ["RBAC_ROLE_PERMIT_ALL"]


def test_settings_are_initialised_and_found_again(management: httpx.Client) -> None:
    """As on a first load: read, saved without and then with an entity tag, read again."""
    for path, body in (
        (SHARED, {"id_attribute": {"attribute": "mac", "scope": "identity"}, "retries": 0}),
        (MINE, {"onboarding": {"complete": False}, "tooltips": {}, "columnSelection": []}),
    ):
        assert get(management, path) == {}
        assert management.post(path, json=body).status_code == 201
        found = management.get(path)
        assert found.json() == body
        more = {**body, "feedbackCollectedAt": "2026-11-20"}
        headers = {"If-Match": found.headers["etag"]}
        assert management.post(path, json=more, headers=headers).status_code == 201
        assert get(management, path) == more


def test_tenant_has_what_the_menu_shows(management: httpx.Client) -> None:
    """The enterprise edition asks; the open-source one lives with a 404."""
    tenant = get(management, "v1/tenantadm/user/tenant")
    needed = {"id", "name", "plan", "trial", "addons", "tenant_token", "service_provider"}
    assert tenant.keys() >= needed
    assert isinstance(tenant["addons"], list)


def test_lists_are_there_without_anything_in_them(management: httpx.Client) -> None:
    """Empty lists are lists; the counts stand in the headers."""
    assert get(management, "v1/inventory/groups") == []
    assert get(management, "v1/iot-manager/integrations") == []
    assert get(management, "v2/inventory/filters", per_page=500) == []
    assert isinstance(get(management, "v2/inventory/filters/attributes"), list)
    assert get(management, "v2/useradm/roles", per_page=500)
    assert get(management, "v2/useradm/permission_sets", per_page=500)
    for status in STATUSES:
        answer = search(management, status)
        assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")
    for status in ("finished", "inprogress", "pending"):
        params: dict[str, Any] = {"status": status, "per_page": 20, "page": 1, "sort": "desc"}
        answer = management.get("v1/deployments/deployments", params=params)
        assert (answer.json(), answer.headers["x-total-count"]) == ([], "0")


def test_limit_of_devices_is_a_number(management: httpx.Client) -> None:
    """Whatever it is."""
    assert isinstance(get(management, "v2/devauth/limits/max_devices")["limit"], int)


def test_devices_are_found_and_described(
    management: httpx.Client, new_device: Callable[..., Any], stranger: Callable[[], Any]
) -> None:
    """An attribute without a scope, or an authentication set without a key, ends in an error."""
    device = new_device(device_type="raspberrypi4")
    stranger().authenticate()
    assert {s: search(management, s).headers["x-total-count"] for s in STATUSES} == {
        "accepted": "1",
        "pending": "1",
        "preauthorized": "0",
        "rejected": "0",
    }
    (item,) = search(management, "accepted").json()
    assert item["id"] == device.id
    assert item["updated_ts"]
    assert all(a.keys() >= {"scope", "name", "value"} for a in item["attributes"])
    values = {(a["scope"], a["name"]): a["value"] for a in item["attributes"]}
    assert values["inventory", "device_type"] == "raspberrypi4"
    assert values["identity", "status"] == "accepted"
    pending = search(management, "pending").json()[0]["id"]
    asked = get(management, "v2/devauth/devices", id=[device.id, pending])
    shown = {known["id"]: known for known in asked}
    assert shown.keys() == {device.id, pending}
    for known in shown.values():
        assert known.keys() >= {"id", "status", "identity_data", "created_ts", "decommissioning"}
        for auth_set in known["auth_sets"]:
            assert auth_set.keys() >= {"id", "pubkey", "identity_data", "status", "ts"}
            assert auth_set["pubkey"].startswith("-----BEGIN PUBLIC KEY-----")


def test_devices_without_a_group_are_counted(
    management: httpx.Client, new_device: Callable[..., Any]
) -> None:
    """With all groups' names excluded."""
    grouped, alone = new_device(), new_device()
    path = "v1/inventory/groups/lab/devices"
    assert management.patch(path, json=[grouped.id]).status_code == 200
    groups = get(management, "v1/inventory/groups")
    wanted = {"scope": "system", "attribute": "group", "type": "$nin", "value": groups}
    body = {"page": 1, "per_page": 1, "filters": [wanted], "attributes": []}
    answer = management.post(SEARCH, json=body)
    assert [d["id"] for d in answer.json()] == [alone.id]
    assert answer.headers["x-total-count"] == "1"


@pytest.mark.parametrize("path", ["v1/useradm/users/me", SHARED, "v1/iot-manager/integrations"])
def test_pages_of_another_port_read_it_all(server: Any, path: str) -> None:
    """With the headers that they need."""
    headers = {
        "Origin": "http://localhost:8000",
        "Authorization": f"Bearer {server.login()}",
    }
    answer = httpx.get(f"{server.url}/api/management/{path}", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "http://localhost:8000"
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert exposed >= {"X-Total-Count", "ETag", "Location", "Link", "X-MEN-RequestID"}
