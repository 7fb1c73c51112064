"""Management APIs / Deployments v2: how a deployment to a filter goes on, and ends."""

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.expectations import (
    expect_error,
    expect_field,
    expect_status,
)
from otakit.contracts.matching_devices import MatchingDevices
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_rollouts import expect_offers, in_an_hour

SECTION = "Management APIs / Deployments v2"
NEW = f"{SECTION} / Schemas / NewDeploymentV2"

CREATE = "createDynamicDeployment"
OFFERED = [CREATE, "checkUpdate"]


@rule(
    "MEN-MGT-DP2-014",
    "A dynamic deployment is finished when more than max_devices have completed it, either way",
    document=NEW,
    operations=[CREATE, "getDeployment", "reportDeploymentStatus"],
    severity="critical",
)
def deployment_ends_with_max_devices(backend: Backend) -> None:
    """Deploy to one device at most, let two begin, and then one fail and one succeed."""
    made = MatchingDevices(backend, 2).deployed(max_devices=1).offered()
    first, second = made.devices
    made.reported("failure", first).reported("success", second).expect_status("finished")


@rule(
    "MEN-MGT-DP2-015",
    "A dynamic deployment goes on as long as fewer than max_devices have completed it",
    document=NEW,
    operations=[CREATE, "getDeployment", "reportDeploymentStatus"],
)
def deployment_goes_on_below_max_devices(backend: Backend) -> None:
    """Deploy to two devices at most, and let the one that matches succeed."""
    made = MatchingDevices(backend).deployed(max_devices=2).offered().reported("success")
    made.expect_status("inprogress")


@rule(
    "MEN-MGT-DP2-016",
    "A device that comes to match a dynamic deployment's filter processes the deployment",
    document="Management APIs / Deployments / Abort Deployments for a Device",
    operations=OFFERED,
)
def later_devices_join(backend: Backend) -> None:
    """Deploy to a filter that nothing matches, then let a device match and ask."""
    matching = MatchingDevices(backend, 0)
    made = matching.deployed()
    device = backend.accepted_device()
    matching.join(device)
    made.expect_offer(device.poll())


@rule(
    "MEN-MGT-DP2-017",
    "Aborting a device's deployments does not abort one that does not target it at that time",
    document="Management APIs / Deployments / Abort Deployments for a Device",
    operations=[*OFFERED, "abortDeviceDeployments"],
)
def abort_is_for_now(backend: Backend) -> None:
    """Abort for a device that does not match a filter yet, then let it match and ask."""
    matching = MatchingDevices(backend, 0)
    made = matching.deployed()
    device = backend.accepted_device()
    path = f"v1/deployments/deployments/devices/{in_path(device.id)}"
    expect_status(backend.management.delete(path), 204)
    matching.join(device)
    made.expect_offer(device.poll())


@rule(
    "MEN-MGT-DP2-018",
    "A phase of a dynamic deployment is for its percentage of the devices matching at first",
    document=f"{SECTION} / Schemas / NewDeploymentPhase",
    operations=OFFERED,
    severity="critical",
)
def phases_go_by_the_initial_devices(backend: Backend) -> None:
    """Deploy now to half of two devices, let a third one match, and let all ask."""
    matching = MatchingDevices(backend, 2)
    made = matching.deployed(phases=[{"batch_size": 50}, in_an_hour(backend)])
    made.devices.append(backend.accepted_device())
    matching.join(made.devices[-1])
    expect_offers(made, 1)


@rule(
    "MEN-MGT-DP2-019",
    "A phase of a dynamic deployment that is rounded down to no device is answered 400",
    document=f"{SECTION} / Schemas / NewDeploymentPhase",
    operations=[CREATE],
)
def empty_phase_is_refused(backend: Backend) -> None:
    """Deploy to 5 percent of one device."""
    phases = [{"batch_size": 5}, in_an_hour(backend)]
    expect_error(MatchingDevices(backend).request(phases=phases), 400)


@rule(
    "MEN-MGT-DP2-020",
    "A device can retry a dynamic deployment after a failure as often as its retries say",
    document=NEW,
    operations=[*OFFERED, "reportDeploymentStatus"],
)
def failure_is_tried_again(backend: Backend) -> None:
    """Deploy with one retry, and let the device fail twice."""
    made = MatchingDevices(backend).deployed(retries=1).offered().reported("failure")
    made.expect_offer(made.device.poll())
    made.reported("failure")
    expect_status(made.device.poll(), 204)


@rule(
    "MEN-MGT-DP2-021",
    "A dynamic deployment is shown with its update control map",
    document=NEW,
    operations=[CREATE, "getDeployment"],
)
def map_is_shown(backend: Backend) -> None:
    """Deploy with a map, and look at what it says of a state."""
    control_map = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}
    answer = MatchingDevices(backend, 0).deployed(update_control_map=control_map).shown()
    expect_field(answer, "update_control_map.states.ArtifactInstall_Enter.action", "pause")
