"""JFrog Connect / Deployments: they are followed device by device."""

from datetime import datetime

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import ENDED, Project, chosen
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_lacks,
    field_of,
)
from otakit.contracts.rule import rule

DEVICES = "Deployments / Get Deployment Status on Devices"
DEVICE = "Deployments / Get Deployment Status on Device"
PROFILES = ["jfrog-connect"]


@rule(
    "JFC-API-DEP-040",
    "The status on devices tells of each device, and how many there are",
    document=DEVICES,
    operations=["listConnectDeploymentDevices"],
    profiles=PROFILES,
)
def devices_are_listed(backend: Backend) -> None:
    """Deploy to one device, and list the devices."""
    project = Project(backend)
    answer = project.get(project.deployed(), "devices")
    devices = field_of(answer, "deployment_by_device_uuid")
    expect_equal(answer, sorted(devices), [project.offline_device], "the deployment's devices")
    total = field_of(answer, "pagination_info.total")
    expect_equal(answer, total, 1, "how many devices the deployment has")
    field_of(answer, f"deployment_by_device_uuid.{project.offline_device}.status")


@rule(
    "JFC-API-DEP-041",
    "A device that waits has neither succeeded nor failed, and has not finished",
    document=DEVICES,
    operations=["listConnectDeploymentDevices"],
    profiles=PROFILES,
    severity="critical",
)
def waiting_device_has_not_ended(backend: Backend) -> None:
    """Deploy to a device that is offline."""
    project = Project(backend)
    answer = project.get(project.deployed(), "devices")
    told = field_of(answer, f"deployment_by_device_uuid.{project.offline_device}")
    expect_lacks(answer, ENDED, told.get("status"), "the statuses of devices that have ended")
    expect_equal(answer, told.get("finished_time"), None, "when the waiting device finished")


@rule(
    "JFC-API-DEP-042",
    "The status on a device that is through is Success or Failed, with start and finish time",
    document=DEVICE,
    operations=["getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def ended_device_has_times(backend: Backend) -> None:
    """Deploy to a device, wait until it is through, and compare the times."""
    project, uuid = through(backend)
    answer = project.ended(uuid)
    started, finished = time(answer, "started_time"), time(answer, "finished_time")
    created = time(project.get(uuid), "created_time")
    expect(
        created <= started < finished,
        "the times of a device that is through",
        expected="its start after the deployment's creation, its finish after its start",
        actual=f"created {created}, started {started}, finished {finished}",
        answer=answer,
    )


@rule(
    "JFC-API-DEP-043",
    "The status on a device has each step of the flow, with name, exit code and what it printed",
    document=DEVICE,
    operations=["getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def ended_device_has_steps(backend: Backend) -> None:
    """Deploy to a device, wait until it is through, and look at its steps."""
    project, uuid = through(backend)
    answer = project.ended(uuid)
    steps = field_of(answer, "steps")
    expect(steps, "the steps of a device that is through", expected="some", actual=steps)
    for number in range(len(steps)):
        for name in ("name", "exit_code", "stdout", "stderr"):
            field_of(answer, f"steps.{number}.{name}")


@rule(
    "JFC-API-DEP-044",
    "The status on devices tells the same of a device as the status on it alone",
    document=DEVICES,
    operations=["listConnectDeploymentDevices", "getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def list_and_device_agree(backend: Backend) -> None:
    """Deploy to a device, wait until it is through, and compare."""
    project, uuid = through(backend)
    alone = project.ended(uuid).json()
    answer = project.get(uuid, "devices")
    told = field_of(answer, f"deployment_by_device_uuid.{project.device}")
    for name in ("status", "started_time", "finished_time"):
        expect_equal(answer, told.get(name), alone.get(name), f"'{name}' of the device in the list")
    steps = [step.get("exit_code") for step in told.get("steps", [])]
    wanted = [step.get("exit_code") for step in alone.get("steps", [])]
    expect_equal(answer, steps, wanted, "the exit codes of the steps in the list")


@rule(
    "JFC-API-DEP-045",
    "The status on a device that the deployment does not mean is answered 404",
    document=DEVICE,
    operations=["getConnectDeploymentDevice"],
    profiles=PROFILES,
)
def other_device_is_not_found(backend: Backend) -> None:
    """Deploy to one of two devices, and ask for the other one."""
    project = Project(backend)
    path = project.of(project.deployed(), "devices", project.device)
    expect_error(project.caller.get(path), 404)


def through(backend: Backend) -> tuple[Project, str]:
    """Return a deployment to the device that is online."""
    project = Project(backend)
    return project, project.deployed([chosen("specific_device", project.device)])


def time(answer: Exchange, name: str) -> datetime:
    """Read a moment; fail where it is none."""
    text = str(field_of(answer, name))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        expect(holds=False, title=f"'{name}'", expected="a date-time", actual=text, answer=answer)
        raise
