"""Management APIs / Deployments: what users take back, of a deployment or of a device."""

from typing import Any

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_error, expect_status
from otakit.contracts.rollout import UNKNOWN, begun, rollout, rollout_to
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

SECTION = "Management APIs / Deployments"
ABORT = f"{SECTION} / Abort Deployment"
DEVICE = f"{SECTION} / Abort Deployments for a Device"

SET = "setDeploymentStatus"
END = "abortDeviceDeployments"


@rule(
    "MEN-MGT-DEP-040",
    "Aborting an ongoing deployment finishes it",
    document=ABORT,
    operations=[SET, "getDeployment"],
    severity="critical",
)
def abort_finishes_the_deployment(backend: Backend) -> None:
    """Abort a deployment whose device is busy, and look at it."""
    made = begun(backend).reported("installing")
    expect_status(made.abort(), 204)
    made.expect_status("finished")


@rule(
    "MEN-MGT-DEP-041",
    "A deployment that was aborted is offered to nobody any more",
    document=ABORT,
    operations=[SET, "checkUpdate"],
    severity="critical",
)
def aborted_deployment_is_not_offered(backend: Backend) -> None:
    """Abort a deployment that one of two devices was offered, and let both ask."""
    made = rollout(backend, 2)
    made.offered(made.device)
    expect_status(made.abort(), 204)
    for device in made.devices:
        expect_status(device.poll(), 204)


@rule(
    "MEN-MGT-DEP-042",
    "A device that is in the middle of a deployment when it is aborted is 'aborted'",
    document=ABORT,
    operations=[SET, "listDeploymentDevices"],
)
def busy_device_is_aborted(backend: Backend) -> None:
    """Abort a deployment whose device is busy, and look at the device."""
    made = begun(backend).reported("installing")
    expect_status(made.abort(), 204)
    made.expect_device("aborted")


@rule(
    "MEN-MGT-DEP-043",
    "Aborting a deployment that there is not is answered 404",
    document=ABORT,
    operations=[SET],
)
def unknown_deployment_is_not_found(backend: Backend) -> None:
    """Abort an id that no deployment has."""
    path = f"{DEPLOYMENTS}/{UNKNOWN}/status"
    expect_error(backend.management.put(path, json={"status": "aborted"}), 404)


@rule(
    "MEN-MGT-DEP-044",
    "Aborting a deployment that is not ongoing any more is answered 422",
    document=ABORT,
    operations=[SET],
)
def finished_deployment_cannot_be_aborted(backend: Backend) -> None:
    """Abort a deployment whose device has succeeded."""
    expect_error(begun(backend).reported("success").abort(), 422)


@rule(
    "MEN-MGT-DEP-045",
    "Any other status than 'aborted' is answered 400",
    document=ABORT,
    operations=[SET],
)
def other_status_is_refused(backend: Backend) -> None:
    """Set a deployment to 'finished'."""
    made = rollout_to(backend, [backend.lent_device()])
    expect_error(_set(backend, made.path, {"status": "finished"}), 400)


@rule(
    "MEN-MGT-DEP-046",
    "A deployment that was given another status than 'aborted' goes on",
    document=ABORT,
    operations=[SET, "checkUpdate"],
    severity="critical",
)
def other_status_aborts_nothing(backend: Backend) -> None:
    """Set a deployment to 'success', and let its device ask."""
    made = rollout(backend)
    _set(backend, made.path, {"status": "success"})
    made.expect_offer(made.device.poll())


@rule(
    "MEN-MGT-DEP-047",
    "An abort without status is answered 400",
    document=ABORT,
    operations=[SET],
)
def status_is_needed(backend: Backend) -> None:
    """Send an empty object."""
    made = rollout_to(backend, [backend.lent_device()])
    expect_error(_set(backend, made.path, {}), 400)


@rule(
    "MEN-MGT-DEP-050",
    "Aborting a device's deployments aborts the one that it is busy with",
    document=DEVICE,
    operations=[END, "listDeploymentDevices"],
)
def active_deployment_is_aborted(backend: Backend) -> None:
    """Abort while the device installs."""
    made = begun(backend).reported("installing")
    expect_status(_end(backend, made.device), 204)
    made.expect_device("aborted")


@rule(
    "MEN-MGT-DEP-051",
    "Aborting a device's deployments aborts all that are pending for it",
    document=DEVICE,
    operations=[END, "listDeploymentDevices"],
    severity="critical",
)
def all_pending_deployments_are_aborted(backend: Backend) -> None:
    """Deploy to a device three times, abort, and look at each."""
    device = backend.accepted_device()
    made = [rollout_to(backend, [device]) for _ in range(3)]
    expect_status(_end(backend, device), 204)
    for one in made:
        one.expect_device("aborted")


@rule(
    "MEN-MGT-DEP-052",
    "A device whose deployments were aborted is offered none of them",
    document=DEVICE,
    operations=[END, "checkUpdate"],
    severity="critical",
)
def aborted_deployments_are_not_offered(backend: Backend) -> None:
    """Deploy to a device three times, abort, and let it ask until it has nothing to do."""
    device = backend.accepted_device()
    for _ in range(3):
        rollout_to(backend, [device])
    expect_status(_end(backend, device), 204)
    expect_status(device.poll(), 204)


@rule(
    "MEN-MGT-DEP-053",
    "Aborting a device's deployments leaves other devices in them",
    document=DEVICE,
    operations=[END, "checkUpdate"],
    severity="critical",
)
def other_devices_go_on(backend: Backend) -> None:
    """Abort for one of two devices, and let the other one ask."""
    made = rollout(backend, 2)
    first, second = made.devices
    expect_status(_end(backend, first), 204)
    made.expect_offer(second.poll())


@rule(
    "MEN-MGT-DEP-054",
    "Aborting a device's deployments leaves alone what it has finished",
    document=DEVICE,
    operations=[END, "listDeploymentDevices"],
)
def finished_deployments_stay(backend: Backend) -> None:
    """Abort after success."""
    made = begun(backend).reported("success")
    expect_status(_end(backend, made.device), 204)
    made.expect_device("success")


@rule(
    "MEN-MGT-DEP-055",
    "A deployment that comes to a device after an abort is processed",
    document=DEVICE,
    operations=[END, "checkUpdate"],
)
def later_deployments_reach_the_device(backend: Backend) -> None:
    """Abort, deploy again, and let the device ask."""
    made = rollout(backend)
    expect_status(_end(backend, made.device), 204)
    again = rollout_to(backend, [made.device])
    again.expect_offer(made.device.poll())


def _set(backend: Backend, path: str, body: Any) -> Exchange:
    return backend.management.put(f"{path}/status", json=body)


def _end(backend: Backend, device: SigningDevice) -> Exchange:
    """Abort all that a device has to do."""
    return backend.management.delete(f"{DEPLOYMENTS}/devices/{in_path(device.id)}")
