"""Management APIs / Deployments v2: deployments by filter (management/deployments-v2)."""

from otakit.mockserver.answers import Answer, created
from otakit.mockserver.api.deployments import BASE, plan_of
from otakit.mockserver.audit_trail import about_deployment
from otakit.mockserver.domain.audit import CREATE
from otakit.mockserver.operations import Call, operation


@operation("createDynamicDeployment")
def create_dynamic_deployment(call: Call) -> Answer:
    """Deploy to the devices that match a saved filter, now or later."""
    deployment = call.world.deploy_dynamically(plan_of(call.body), call.body["filter_id"])
    call.audit(CREATE, about_deployment(deployment))
    return created(f"{BASE}/{deployment.id}")
