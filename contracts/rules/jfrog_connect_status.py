"""JFrog Connect / Deployments: they are listed, followed device by device, and aborted."""

from datetime import datetime
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import ENDED, Project, chosen
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_equal,
    expect_error,
    expect_lacks,
    expect_status,
    field_of,
)
from otakit.contracts.rule import rule

LIST = "Deployments / Get List of Deployments"
GET = "Deployments / Get Deployment by UUID"
DEVICES = "Deployments / Get Deployment Status on Devices"
DEVICE = "Deployments / Get Deployment Status on Device"
ABORT = "Deployments / Abort Deployment"
ABORT_DEVICE = "Deployments / Abort Device Deployment"
PROFILES = ["jfrog-connect"]

RECORD = ("deployment_uuid", "comment", "created_time", "cve_severity", "type")
NOTHING = "dp-0000-0000"
MOST, USUAL = 1000, 100
"""Deployments on a page: at most, and unless asked otherwise."""


@rule(
    "JFC-API-DEP-030",
    "The list has the new deployment, with the very record that is told of it alone",
    document=LIST,
    operations=["listConnectDeployments", "getConnectDeployment"],
    profiles=PROFILES,
)
def deployment_is_listed(backend: Backend) -> None:
    """Deploy, look at the deployment, and look for it in the list."""
    project = Project(backend)
    uuid = project.deployed()
    alone = project.get(uuid).json()
    answer, found = _page(project, limit=MOST)
    listed = [entry for entry in found if entry.get("deployment_uuid") == uuid]
    expect_equal(answer, listed, [alone], "the record of the deployment in the list")


@rule(
    "JFC-API-DEP-031",
    "A deployment's record has UUID, comment, CVE severities, time of creation and type",
    document=GET,
    operations=["getConnectDeployment"],
    profiles=PROFILES,
)
def record_is_whole(backend: Backend) -> None:
    """Deploy, and look at all fields of the record."""
    project = Project(backend)
    answer = project.get(project.deployed())
    for name in RECORD:
        field_of(answer, name)
    severities = sorted(field_of(answer, "cve_severity"))
    expect_equal(answer, severities, ["Critical", "High", "Low", "Medium"], "the CVE severities")


@rule(
    "JFC-API-DEP-032",
    "'created_time' is when the deployment was created: a later one has a later time",
    document=GET,
    operations=["getConnectDeployment"],
    profiles=PROFILES,
)
def creation_has_a_time(backend: Backend) -> None:
    """Deploy twice, look at both, and again at the first one."""
    project = Project(backend)
    first = project.deployed()
    before = _time(project.get(first), "created_time")

    def look() -> None:
        answer = project.get(project.deployed())
        after = _time(answer, "created_time")
        expect(
            after > before,
            "the time of a deployment that was created later",
            expected=f"later than {before}",
            actual=str(after),
            answer=answer,
        )

    backend.eventually(look)
    answer = project.get(first)
    again = _time(answer, "created_time")
    expect_equal(answer, str(again), str(before), "the time of the first deployment")


@rule(
    "JFC-API-DEP-033",
    "'limit' is the largest number of deployments on a page",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def page_is_limited(backend: Backend) -> None:
    """Deploy twice, and list one and two."""
    project = Project(backend)
    for _ in range(2):
        project.deployed()
    for limit in (1, 2):
        answer, found = _page(project, limit=limit)
        expect_equal(answer, len(found), limit, "how many deployments are on the page")


@rule(
    "JFC-API-DEP-034",
    "'after' leads from page to page until all deployments were listed, each once",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def pages_lead_on(backend: Backend) -> None:
    """Deploy three times, and go through the list in pages of half its length."""
    project = Project(backend)
    mine = [project.deployed() for _ in range(3)]
    answer, found = _page(project, limit=1)
    limit = min(MOST, (int(field_of(answer, "pagination_info.total")) + 1) // 2)
    answer, found = _page(project, limit=limit)
    listed = [str(entry.get("deployment_uuid")) for entry in found]
    while found and (after := answer.json().get("pagination_info", {}).get("after")):
        answer, found = _page(project, limit=limit, after=after)
        listed += [str(entry.get("deployment_uuid")) for entry in found]
        if len(listed) > 10 * MOST:
            break
    times = {uuid: listed.count(uuid) for uuid in mine}
    expect_equal(answer, times, dict.fromkeys(mine, 1), "how often each deployment was listed")


@rule(
    "JFC-API-DEP-035",
    "'limit' is from 1 to 1000: less or more is refused",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
    severity="minor",
)
def limit_has_limits(backend: Backend) -> None:
    """List none, and one more than may be."""
    project = Project(backend)
    for limit in (0, MOST + 1):
        expect_error(project.caller.get(project.path, params={"limit": limit}), 400)
    _page(project, limit=MOST)


@rule(
    "JFC-API-DEP-036",
    "Without 'limit' a page has up to 100 deployments",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
    severity="minor",
)
def page_has_a_usual_length(backend: Backend) -> None:
    """Deploy thrice, and list: all there are, or a hundred."""
    project = Project(backend)
    for _ in range(3):
        project.deployed()
    answer, found = _page(project)
    total = int(field_of(answer, "pagination_info.total"))
    expect_equal(answer, len(found), min(total, USUAL), "how many deployments are on the page")


@rule(
    "JFC-API-DEP-037",
    "'total' counts the deployments: one more with each",
    document=LIST,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
)
def total_counts(backend: Backend) -> None:
    """Count, deploy, and count again, however short the page is."""
    project = Project(backend)
    answer, _ = _page(project, limit=1)
    before = int(field_of(answer, "pagination_info.total"))
    for _ in range(2):
        project.deployed()
    answer, _ = _page(project, limit=1)
    total = int(field_of(answer, "pagination_info.total"))
    expect(
        total >= before + 2,
        "'total' after two more deployments",
        expected=f"at least {before + 2}",
        actual=str(total),
        answer=answer,
    )


@rule(
    "JFC-API-DEP-038",
    "A deployment that there is not is answered 404, also for its devices and for one of them",
    document=GET,
    operations=[
        "getConnectDeployment",
        "listConnectDeploymentDevices",
        "getConnectDeploymentDevice",
    ],
    profiles=PROFILES,
)
def unknown_deployment_is_not_found(backend: Backend) -> None:
    """Ask for a UUID that no deployment has."""
    project = Project(backend)
    for below in ((), ("devices",), ("devices", "d-0000-0000")):
        expect_status(project.caller.get(project.of(NOTHING, *below)), 404)


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
    project, uuid = _through(backend)
    answer = project.ended(uuid)
    started, finished = _time(answer, "started_time"), _time(answer, "finished_time")
    created = _time(project.get(uuid), "created_time")
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
    project, uuid = _through(backend)
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
    project, uuid = _through(backend)
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
    project, uuid = _through(backend)
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
    project, uuid = _through(backend)
    before = project.ended(uuid).json()
    expect_status(project.caller.post(project.of(uuid, "devices", project.device, "abort")), 201)
    answer = project.get(uuid, "devices", project.device)
    expect_equal(answer, answer.json(), before, "what is told of the device after the abort")


def _page(project: Project, **query: Any) -> tuple[Exchange, list[dict[str, Any]]]:
    """Return a page of the list, and its deployments."""
    answer = expect_status(project.caller.get(project.path, params=query), 200)
    return answer, [dict(entry) for entry in field_of(answer, "deployments")]


def _through(backend: Backend) -> tuple[Project, str]:
    """Return a deployment to the device that is online."""
    project = Project(backend)
    return project, project.deployed([chosen("specific_device", project.device)])


def _time(answer: Exchange, name: str) -> datetime:
    """Read a moment; fail where it is none."""
    text = str(field_of(answer, name))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        expect(holds=False, title=f"'{name}'", expected="a date-time", actual=text, answer=answer)
        raise
