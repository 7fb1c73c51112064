"""Management APIs / Deployments: retries after failures, and update control maps."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_lacks,
    expect_status,
    field_of,
)
from otakit.contracts.rollout import UNKNOWN, rollout, rollout_to
from otakit.contracts.rule import rule

SECTION = "Management APIs / Deployments"
NEW = f"{SECTION} / Schemas / NewDeployment"
PATCH = f"{SECTION} / Patch Deployment Control Map"

CREATE = "createDeployment"
OFFERED = [CREATE, "checkUpdate"]
UPDATE = "updateDeployment"

FIRST_MAP = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}
SECOND_MAP = {"priority": 2, "states": {"ArtifactReboot_Enter": {"action": "fail"}}}


@rule(
    "MEN-MGT-DEP-140",
    "A device can retry a deployment after a failure as often as its retries say",
    document=NEW,
    operations=[*OFFERED, "reportDeploymentStatus"],
)
def failure_is_tried_again(backend: Backend) -> None:
    """Deploy with two retries, and let the device fail twice."""
    made = rollout(backend, retries=2).offered()
    for _ in range(2):
        made.reported("failure")
        made.expect_offer(made.device.poll())


@rule(
    "MEN-MGT-DEP-141",
    "A device cannot retry a deployment more often than its retries say",
    document=NEW,
    operations=[*OFFERED, "reportDeploymentStatus"],
)
def retries_are_limited(backend: Backend) -> None:
    """Deploy with one retry, and let the device fail until it is offered nothing."""
    made = rollout(backend, retries=1).offered()
    for status in (200, 204):
        made.reported("failure")
        expect_status(made.device.poll(), status)


@rule(
    "MEN-MGT-DEP-142",
    "A device cannot retry a deployment without retries",
    document=NEW,
    operations=[*OFFERED, "reportDeploymentStatus"],
)
def failure_is_final_by_default(backend: Backend) -> None:
    """Deploy without a word of retries, and let the device fail."""
    made = rollout(backend).offered().reported("failure")
    expect_status(made.device.poll(), 204)


@rule(
    "MEN-MGT-DEP-143",
    "A deployment is not finished by a failure that is tried again",
    document=NEW,
    operations=[CREATE, "getDeployment", "reportDeploymentStatus"],
)
def retried_failure_is_no_end(backend: Backend) -> None:
    """Deploy with one retry, let the device fail, be offered the update, and succeed."""
    made = rollout(backend, retries=1).offered().reported("failure").offered()
    status = field_of(made.shown(), "status")
    expect_lacks(None, [status], "finished", "the status of a deployment that is tried again")
    made.reported("success").expect_counts(success=1, failure=0)
    made.expect_status("finished")


@rule(
    "MEN-MGT-DEP-150",
    "A deployment is shown with its update control map",
    document=NEW,
    operations=[CREATE, "getDeployment"],
    plan="enterprise",
)
def map_is_shown(backend: Backend) -> None:
    """Deploy with a map, and look at what it says of a state."""
    answer = rollout_to(backend, [backend.lent_device()], update_control_map=FIRST_MAP).shown()
    expect_field(answer, "update_control_map.priority", 1)
    expect_field(answer, "update_control_map.states.ArtifactInstall_Enter.action", "pause")


@rule(
    "MEN-MGT-DEP-151",
    "The update control map of a deployment that has one is updated: 204",
    document=PATCH,
    operations=[UPDATE, "getDeployment"],
    plan="enterprise",
)
def map_is_updated(backend: Backend) -> None:
    """Put another map in place of the first, and look at it."""
    made = rollout_to(backend, [backend.lent_device()], update_control_map=FIRST_MAP)
    body = {"update_control_map": SECOND_MAP}
    expect_status(backend.management.patch(made.path, json=body), 204)
    answer = made.shown()
    expect_field(answer, "update_control_map.priority", 2)
    states = sorted(field_of(answer, "update_control_map.states"))
    expect_equal(answer, states, ["ArtifactReboot_Enter"], "the states of the map")


@rule(
    "MEN-MGT-DEP-152",
    "Updating the control map of a deployment that has none is answered 409",
    document=PATCH,
    operations=[UPDATE],
    plan="enterprise",
)
def missing_map_is_a_conflict(backend: Backend) -> None:
    """Put a map to a deployment that was made without."""
    made = rollout_to(backend, [backend.lent_device()])
    body = {"update_control_map": SECOND_MAP}
    expect_error(backend.management.patch(made.path, json=body), 409)


@rule(
    "MEN-MGT-DEP-153",
    "Updating the control map of a deployment that there is not is answered 404",
    document=PATCH,
    operations=[UPDATE],
    plan="enterprise",
)
def unknown_deployment_has_no_map(backend: Backend) -> None:
    """Put a map to an id that no deployment has."""
    body = {"update_control_map": SECOND_MAP}
    expect_error(backend.management.patch(f"{DEPLOYMENTS}/{UNKNOWN}", json=body), 404)


@rule(
    "MEN-MGT-DEP-154",
    "An update control map that is no object is answered 400",
    document=PATCH,
    operations=[UPDATE],
    plan="enterprise",
)
def map_is_an_object(backend: Backend) -> None:
    """Put a text in place of the map."""
    made = rollout_to(backend, [backend.lent_device()], update_control_map=FIRST_MAP)
    body = {"update_control_map": "pause"}
    expect_error(backend.management.patch(made.path, json=body), 400)
