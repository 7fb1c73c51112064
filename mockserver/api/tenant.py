"""The own tenant, and what its roles and plans are (as_built/management/tenantadm-v1, useradm).

Roles restrict nobody here: every user has the one that permits all.
"""

from typing import Any

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api.users import ADMIN
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import page_of
from otakit.mockserver.plans import OPEN_SOURCE
from otakit.mockserver.tokens import ADDONS

_ALL = "SuperUser"
_ROLES: list[dict[str, Any]] = [
    {
        "name": ADMIN,
        "description": "May do everything.",
        "permission_sets_with_scope": [{"name": _ALL}],
    }
]
_PERMISSION_SETS: list[dict[str, Any]] = [
    {
        "name": _ALL,
        "description": "Allows everything.",
        "permissions": [{"action": "any", "object": {"type": "any", "value": "any"}}],
    }
]


@operation("getTenant")
def get_tenant(call: Call) -> Answer:
    """Show the tenant of the user who asks."""
    _check_multitenant(call)
    universe = call.universe
    return json_answer(
        {
            "id": universe.id,
            "name": universe.name,
            "plan": universe.plan,
            "trial": False,
            "addons": ADDONS,
            "tenant_token": universe.tenant_token,
            "service_provider": False,
        }
    )


@operation("listRoles")
def list_roles(call: Call) -> Answer:
    """List the roles."""
    _check_multitenant(call)
    return json_answer(page_of(call).of(_ROLES))


@operation("listPermissionSets")
def list_permission_sets(call: Call) -> Answer:
    """List the sets of permissions that roles are made of."""
    _check_multitenant(call)
    return json_answer(page_of(call).of(_PERMISSION_SETS))


@operation("listPlans")
def list_plans(_: Call) -> Answer:
    """List the plans that could be booked here: none, as with the open-source server."""
    return json_answer([])


@operation("getPlanBinding")
def get_plan_binding(_: Call) -> Answer:
    """Show the plan that was booked here: none, as with the open-source server."""
    return json_answer({"plan": {"name": "", "display_name": "", "features": None}})


def _check_multitenant(call: Call) -> None:
    """Raise NotFound for a tenant of the open-source plan: that server has no such operation."""
    if call.universe.plan == OPEN_SOURCE:
        message = "not found"
        raise NotFound(message)
