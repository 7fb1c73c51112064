"""The plans that the reference names stand where it names them (its lines are given)."""

from typing import Any

import pytest

from otakit.specs.catalogue import apis, resolved

DOCUMENTS = {api.name: resolved(api) for api in apis()}
PROPERTIES = {
    ("devices/deployments-v2", "UpdateRequest", "update_control_map"): "enterprise",  # 1195
    ("devices/deployments-v2", "DeploymentInstructions", "update_control_map"): "enterprise",
    ("management/deployments-v1", "NewDeployment", "phases"): "professional",  # 8562
    ("management/deployments-v1", "NewDeployment", "update_control_map"): "enterprise",
    ("management/deployments-v1", "NewDeploymentForGroup", "phases"): "professional",  # 8593
    ("management/deployments-v1", "NewDeploymentForGroup", "update_control_map"): "enterprise",
    ("management/deployments-v1", "Deployment", "update_control_map"): "enterprise",  # 8645
    ("management/deployments-v2", "NewDeploymentV2", "update_control_map"): "enterprise",  # 9466
}


@pytest.mark.parametrize(("name", "schema", "prop"), PROPERTIES)
def test_property_names_its_plan(name: str, schema: str, prop: str) -> None:
    """A property names the lowest plan that has it."""
    described = DOCUMENTS[f"mender/{name}"]["components"]["schemas"][schema]["properties"][prop]
    assert described["x-otakit-plan"] == PROPERTIES[name, schema, prop]


def test_dynamic_deployments_are_for_enterprise() -> None:
    """Line 9368: the feature is available only to Enterprise users."""
    operation = DOCUMENTS["mender/management/deployments-v2"]["paths"]["/deployments"]["post"]
    assert operation["x-otakit-plan"] == "enterprise"


def bound(value: Any) -> bool:
    """Say whether a plan is named anywhere below a value."""
    if isinstance(value, dict):
        return "x-otakit-plan" in value or any(bound(item) for item in value.values())
    return isinstance(value, list) and any(bound(item) for item in value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_refusal_is_documented(name: str) -> None:
    """An operation that is bound to a plan, or whose body is, can answer 403."""
    for item in DOCUMENTS[name]["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and (
                "x-otakit-plan" in operation or bound(operation.get("requestBody"))
            ):
                assert "403" in operation["responses"], operation["operationId"]
