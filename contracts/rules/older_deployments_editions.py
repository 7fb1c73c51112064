"""The management of deployments in the older editions: what only one of them says."""

from collections.abc import Sequence

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.caller import in_path
from otakit.contracts.expectations import expect, expect_error, expect_field, expect_status
from otakit.contracts.matching_devices import MatchingDevices
from otakit.contracts.rollout import ids_in, rollout, rollout_to
from otakit.contracts.rule import Check, rule
from otakit.contracts.rules import (
    management_deployment_lists,
    management_deployments,
    management_deployments_dynamic,
    management_rollouts,
    management_rollouts_dynamic,
)
from otakit.contracts.rules.management_rollouts import in_an_hour
from otakit.contracts.rules.older_deployments import CREATE, FIND, REMOVE

FIRST, SECOND = ["mender-1"], ["mender-2"]
DYNAMIC = "createDynamicDeployment"
PAGE = 20


@rule(
    "MEN1-MGT-DEP-005",
    "A new deployment needs name, artifact_name and devices: 400 without (first edition)",
    document="Paths / Create a deployment / NewDeployment",
    operations=["createDeployment"],
    profiles=FIRST,
)
def fields_are_needed(backend: Backend) -> None:
    """Leave out one after the other."""
    whole = {
        "name": backend.name("deployment"),
        "artifact_name": backend.lent_artifact().name,
        "devices": [backend.lent_device().id],
    }
    for field in whole:
        body = {name: value for name, value in whole.items() if name != field}
        answer = backend.management.post(DEPLOYMENTS, json=body)
        expect_error(answer, 400, because=f"a deployment without {field} is refused")


@rule(
    "MEN1-MGT-DEP-017",
    "A page of deployments has 20 results unless another number is asked for (first edition)",
    document=f"Paths / {FIND}",
    operations=["listDeployments"],
    profiles=FIRST,
    effort="default",
)
def pages_have_twenty_results(backend: Backend) -> None:
    """Make 21 deployments of one word, and search for it."""
    device = backend.lent_device()
    word = backend.name(f"series-{device.id}")  # nothing else of whichever run has it
    for number in range(PAGE + 1):
        rollout_to(backend, [device], name=f"{word} {number}")
    answer = backend.management.get(DEPLOYMENTS, params={"search": word})
    count = len(ids_in(expect_status(answer, 200)))
    expect(
        count == PAGE,
        "how many deployments are on a page",
        expected=f"{PAGE}, of {PAGE + 1} that match",
        actual=count,
        answer=answer,
    )


@rule(
    "MEN2-MGT-DEP-086",
    "Removing a device from all deployments sets those pending to decommissioned (second edition)",
    document=REMOVE,
    operations=["decommissionDeviceDeployments", "listAllDeploymentDevices"],
    profiles=SECOND,
)
def removed_device_is_decommissioned(backend: Backend) -> None:
    """Deploy to a device twice, remove it from all deployments, and look at its statuses."""
    made = rollout(backend)
    both = (made, rollout_to(backend, made.devices))
    path = f"{DEPLOYMENTS}/devices/{in_path(made.device.id)}"
    expect_status(backend.management.delete(path), 204)
    for one in both:
        one.expect_device("decommissioned", path="devices")


@rule(
    "MEN2-MGT-DEP-084",
    "A phase shows the devices that have already requested an update in it (second edition)",
    document=f"{FIND} / Response Schema",
    operations=["createDeployment", "getDeployment"],
    profiles=SECOND,
)
def requests_of_a_phase_are_counted(backend: Backend) -> None:
    """Look at the first of two phases before and after devices have asked."""
    made = rollout(backend, 2, phases=[{"batch_size": 50}, in_an_hour(backend)])
    expect_field(made.shown(), "phases.0.device_count", 0)
    for device in made.devices:
        device.poll()
    expect_field(made.shown(), "phases.0.device_count", 1)


@rule(
    "MEN2-MGT-DP2-009",
    "A device of a dynamic deployment without compatible artifact gets noartifact (second edition)",
    document="Paths / Create a deployment",
    operations=[DYNAMIC, "listAllDeploymentDevices"],
    profiles=SECOND,
)
def incompatible_device_has_no_artifact(backend: Backend) -> None:
    """Deploy to a filter, and let its device ask as one of another type."""
    made = MatchingDevices(backend).deployed()
    expect_status(made.device.poll(device_type="otakit-other"), 204)
    made.expect_device("noartifact", path="devices")


def _second(number: str, sentence: str, document: str, check: Check, *operations: str) -> None:
    """Try a statement of the second edition as one of the current edition is tried."""
    rule(
        f"MEN2-MGT-{number}",
        f"{sentence} (second edition)",
        document=document,
        operations=operations,
        profiles=SECOND,
    )(check)


_second(
    "DEP-080",
    "If there is no artifact for the deployment, the answer is 422",
    CREATE,
    management_deployments.artifact_has_to_exist,
    "createDeployment",
)
_second(
    "DEP-081",
    "If there is no artifact for the deployment, it is not created",
    CREATE,
    management_deployments.nothing_is_deployed_without_artifact,
    "createDeployment",
    "listDeployments",
)
_second(
    "DEP-082",
    "created_before lists only deployments created before and equal to a Unix timestamp",
    FIND,
    management_deployment_lists.old_deployments_are_found,
    "listDeployments",
)
_second(
    "DEP-083",
    "created_after lists only deployments created after and equal to a Unix timestamp",
    FIND,
    management_deployment_lists.new_deployments_are_found,
    "listDeployments",
)
_second(
    "DEP-085",
    "A phase is for a percentage of the devices",
    f"{FIND} / Response Schema",
    management_rollouts.phase_takes_its_share,
    "createDeployment",
)

V2 = "Paths / Create a deployment"
SCHEMA = f"{V2} / NewDeployment"
PHASE = f"{V2} / NewDeploymentPhase"
_DYNAMIC: Sequence[tuple[str, str, str, Check]] = (
    (
        "001",
        "Location of a new dynamic deployment is its URL",
        V2,
        management_deployments_dynamic.location_is_the_new_deployment,
    ),
    (
        "002",
        "Devices matching the given filter get the software",
        V2,
        management_deployments_dynamic.matching_devices_are_offered_the_update,
    ),
    (
        "003",
        "Devices not matching the given filter do not get the software",
        V2,
        management_deployments_dynamic.other_devices_are_not_offered_the_update,
    ),
    (
        "004",
        "A dynamic deployment without artifacts is answered 422",
        V2,
        management_deployments_dynamic.artifact_has_to_exist,
    ),
    (
        "005",
        "A dynamic deployment without artifacts is not created",
        V2,
        management_deployments_dynamic.nothing_is_deployed_without_artifact,
    ),
    (
        "006",
        "A new dynamic deployment needs name, artifact_name and filter_id: 400 without",
        SCHEMA,
        management_deployments_dynamic.all_fields_are_needed,
    ),
    (
        "014",
        "Above max_devices completed deployments, the dynamic deployment is finished",
        SCHEMA,
        management_rollouts_dynamic.deployment_ends_with_max_devices,
    ),
    (
        "015",
        "Below max_devices completed deployments, the dynamic deployment is not finished",
        SCHEMA,
        management_rollouts_dynamic.deployment_goes_on_below_max_devices,
    ),
    (
        "018",
        "Phases are calculated on the initial number of devices matching the filter",
        PHASE,
        management_rollouts_dynamic.phases_go_by_the_initial_devices,
    ),
    (
        "019",
        "A phase that is rounded down to zero devices is answered 400",
        PHASE,
        management_rollouts_dynamic.empty_phase_is_refused,
    ),
    (
        "020",
        "A device can retry a dynamic deployment in case of failure, so many times",
        SCHEMA,
        management_rollouts_dynamic.failure_is_tried_again,
    ),
)
for _number, _sentence, _document, _check in _DYNAMIC:
    _second(f"DP2-{_number}", _sentence, _document, _check, DYNAMIC)
