"""The older editions on a deployment's devices: what becomes of each, and what it has logged."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.caller import in_path
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_lacks,
    expect_status,
)
from otakit.contracts.rollout import (
    begun,
    expect_entry,
    rollout,
    rollout_to,
)
from otakit.contracts.rules.older_deployments import (
    ABORT,
    ALL,
    DEVICES,
    LOG,
    REMOVE,
    SET,
    older,
)

MESSAGE = {"timestamp": "2016-03-11T13:03:17.063Z", "level": "INFO", "message": "otakit was here"}


@older("031", "Devices that have completed the deployment keep their status", ABORT, SET, ALL)
def completed_devices_keep_their_status(backend: Backend) -> None:
    """Let one device succeed, another one fail and a third one install, and abort."""
    made = begun(backend, 3)
    good, bad, busy = made.devices
    made.reported("success", good).reported("failure", bad).reported("installing", busy)
    expect_status(made.abort(), 204)
    answer = made.listed("devices")
    expect_entry(answer, good, "success")
    expect_entry(answer, bad, "failure")


@older(
    "032",
    "Devices that do not yet know about the deployment when it is aborted will not start it",
    ABORT,
    SET,
    severity="critical",
)
def unknowing_devices_do_not_start(backend: Backend) -> None:
    """Abort a deployment before its device has asked."""
    made = rollout(backend)
    expect_status(made.abort(), 204)
    expect_status(made.device.poll(), 204)


@older(
    "033",
    "Devices in the middle of an aborted deployment are not able to change its status",
    ABORT,
    SET,
    ALL,
    severity="critical",
)
def busy_devices_cannot_succeed(backend: Backend) -> None:
    """Abort a deployment whose device installs, and let it report success."""
    made = begun(backend).reported("installing")
    expect_status(made.abort(), 204)
    answer = made.device.report(made.id, "success")
    expect_lacks(answer, [answer.status], 204, "how the report is answered")
    made.expect_device("aborted", path="devices")


@older("050", "Each assigned device is listed with its status", DEVICES, ALL)
def assigned_devices_are_listed(backend: Backend) -> None:
    """Let one of three devices succeed and another one fail; the third does not ask."""
    made = rollout(backend, 3)
    good, bad, new = made.devices
    made.offered(good, bad).reported("success", good).reported("failure", bad)
    answer = made.listed("devices")
    for device, status in ((good, "success"), (bad, "failure"), (new, "pending")):
        expect_entry(answer, device, status)


@older("052", "The list of devices tells whether a log is available", DEVICES, ALL)
def availability_of_a_log_is_shown(backend: Backend) -> None:
    """Look at a device before and after it sends its log."""
    made = begun(backend)
    found = [made.expect_device("pending", path="devices").get("log")]
    with backend.building("a log"):
        expect_status(made.send_log(MESSAGE), 204)
    found.append(made.expect_device("pending", path="devices").get("log"))
    expect_equal(None, found, [False, True], "'log' before and after the log was sent")


@older("060", "The log that was collected of a device is returned", LOG, "getDeploymentLog")
def log_is_returned(backend: Backend) -> None:
    """Let a device send its log, and read it."""
    made = begun(backend)
    with backend.building("a log"):
        expect_status(made.send_log(MESSAGE), 204)
    answer = expect_status(made.log_of(made.device), 200)
    expect(
        MESSAGE["message"] in answer.text,
        "what the log has",
        expected=f"'{MESSAGE['message']}'",
        actual=answer.text,
        answer=answer,
    )


@older(
    "070",
    "A device that is removed from all deployments is offered none that was pending",
    REMOVE,
    "decommissionDeviceDeployments",
    severity="critical",
)
def removed_device_has_nothing_pending(backend: Backend) -> None:
    """Deploy to a device three times, remove it from all deployments, and let it ask."""
    device = backend.accepted_device()
    for _ in range(3):
        rollout_to(backend, [device])
    path = f"{DEPLOYMENTS}/devices/{in_path(device.id)}"
    expect_status(backend.management.delete(path), 204)
    expect_status(device.poll(), 204)
