"""The tenant tells the same as the claims of its users' tokens; roles and plans."""

from collections.abc import Callable

import httpx
import jwt

TENANT = "v1/tenantadm/user/tenant"
ROLES = "v2/useradm/roles"
PERMISSIONS = "v2/useradm/permission_sets"
LOGIN = ("admin@example.com", "otakit-password")


def test_tenant_says_what_the_token_claims(management: httpx.Client) -> None:
    """A front end compares them, and asks its user to log in again where they differ."""
    token = management.headers["authorization"].partition(" ")[2]
    claims = jwt.decode(token, options={"verify_signature": False})
    tenant = management.get(TENANT).json()
    assert tenant["id"] == claims["mender.tenant"]
    for name in ("plan", "trial", "addons"):
        assert tenant[name] == claims[f"mender.{name}"]
    assert (tenant["service_provider"], bool(tenant["name"])) == (False, True)
    assert management.get(TENANT, params={"tiers": "true"}).json() == tenant


def test_devices_come_in_by_the_tenant_token(
    management: httpx.Client, stranger: Callable[[], object]
) -> None:
    """It leads to the same tenant."""
    token = management.get(TENANT).json()["tenant_token"]
    device: object = stranger()
    assert device.authenticate(tenant_token=token).status_code == 401  # type: ignore[attr-defined]
    assert len(management.get("v2/devauth/devices").json()) == 1


def test_roles_are_those_that_users_have(management: httpx.Client) -> None:
    """And consist of sets that there are."""
    mine = management.get("v1/useradm/users/me").json()["roles"]
    assert mine == ["RBAC_ROLE_PERMIT_ALL"]
    roles = management.get(ROLES, params={"per_page": 500}).json()
    assert [role["name"] for role in roles] == mine
    sets = management.get(PERMISSIONS, params={"per_page": 500}).json()
    named = {s["name"] for role in roles for s in role["permission_sets_with_scope"]}
    assert named == {s["name"] for s in sets}
    assert management.get(ROLES, params={"page": 2}).json() == []


def test_open_source_has_neither_tenants_nor_roles(ota_serve: Callable[..., str]) -> None:
    """A front end takes the 404 for that."""
    url = f"{ota_serve(dialect='as-built', plan='os')}/api/management"
    token = httpx.post(f"{url}/v1/useradm/auth/login", auth=LOGIN).text
    headers = {"Authorization": f"Bearer {token}"}
    for path in (TENANT, ROLES, PERMISSIONS):
        answer = httpx.get(f"{url}/{path}", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "not found")
    assert "roles" not in httpx.get(f"{url}/v1/useradm/users/me", headers=headers).json()


def test_no_plan_can_be_booked(management: httpx.Client) -> None:
    """As with the open-source server."""
    assert management.get("v1/useradm/plans").json() == []
    plan = {"name": "", "display_name": "", "features": None}
    assert management.get("v1/useradm/plan_binding").json() == {"plan": plan}


def test_documents_know_nothing_of_this(ota_serve: Callable[..., str]) -> None:
    """These operations are there as built only."""
    url = f"{ota_serve()}/api/management"
    token = httpx.post(f"{url}/v1/useradm/auth/login", auth=LOGIN).text
    headers = {"Authorization": f"Bearer {token}"}
    for path in (TENANT, ROLES, "v1/useradm/users", "v1/iot-manager/integrations"):
        assert httpx.get(f"{url}/{path}", headers=headers).status_code == 404
