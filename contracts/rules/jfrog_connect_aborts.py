"""JFrog Connect / Deployments: they are aborted, as a whole or on one device."""

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import Project
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_status,
    field_of,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.jfrog_connect_status import PROFILES, through

ABORT = "Deployments / Abort Deployment"
ABORT_DEVICE = "Deployments / Abort Device Deployment"


@rule(
    "JFC-API-DEP-050",
    "Aborting a deployment is answered 201, and stops it on devices that are waiting: Aborted",
    document=ABORT,
    operations=["abortConnectDeployment", "getConnectDeploymentDevice"],
    profiles=PROFILES,
    severity="critical",
)
def deployment_is_aborted(backend: Backend) -> None:
    """Deploy to a device that is offline, and abort."""
    project = Project(backend)
    uuid = project.deployed()
    expect_status(project.caller.post(project.of(uuid, "abort")), 201)
    project.expect_status_of(uuid, project.offline_device, "Aborted")


@rule(
    "JFC-API-DEP-051",
    "Aborting a deployment does not affect devices that are through",
    document=ABORT,
    operations=["abortConnectDeployment", "getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def abort_spares_what_is_done(backend: Backend) -> None:
    """Deploy to a device, wait until it is through, and abort."""
    project, uuid = through(backend)
    before = project.ended(uuid).json()
    expect_status(project.caller.post(project.of(uuid, "abort")), 201)
    answer = project.get(uuid, "devices", project.device)
    expect_equal(answer, answer.json(), before, "what is told of the device after the abort")


@rule(
    "JFC-API-DEP-052",
    "Aborting one device's deployment is answered 201, and stops it there: Aborted",
    document=ABORT_DEVICE,
    operations=["abortConnectDeploymentDevice", "getConnectDeploymentDevice"],
    profiles=PROFILES,
    severity="critical",
)
def device_is_aborted(backend: Backend) -> None:
    """Deploy to a device that is offline, and abort it there."""
    project = Project(backend)
    uuid = project.deployed()
    path = project.of(uuid, "devices", project.offline_device, "abort")
    expect_status(project.caller.post(path), 201)
    project.expect_status_of(uuid, project.offline_device, "Aborted")


@rule(
    "JFC-API-DEP-053",
    "Aborting one device's deployment stops it on no other device",
    document=ABORT_DEVICE,
    operations=["abortConnectDeploymentDevice", "listConnectDeploymentDevices"],
    profiles=PROFILES,
    severity="critical",
)
def other_devices_go_on(backend: Backend) -> None:
    """Deploy to all devices, abort one of two, and wait for the other one."""
    project = Project(backend)
    uuid = project.deployed([])
    path = project.of(uuid, "devices", project.device, "abort")
    expect_status(project.caller.post(path), 201)
    answer = project.get(uuid, "devices")
    told = field_of(answer, f"deployment_by_device_uuid.{project.offline_device}.status")
    expect_contains(
        answer, ("Pending", "In Progress"), told, "the other device's possible statuses"
    )


@rule(
    "JFC-API-DEP-054",
    "Aborting one device's deployment does not affect a device that is through",
    document=ABORT_DEVICE,
    operations=["abortConnectDeploymentDevice", "getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def device_abort_spares_what_is_done(backend: Backend) -> None:
    """Deploy to a device, wait until it is through, and abort it there."""
    project, uuid = through(backend)
    before = project.ended(uuid).json()
    expect_status(project.caller.post(project.of(uuid, "devices", project.device, "abort")), 201)
    answer = project.get(uuid, "devices", project.device)
    expect_equal(answer, answer.json(), before, "what is told of the device after the abort")
