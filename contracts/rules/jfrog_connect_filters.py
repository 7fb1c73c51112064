"""JFrog Connect / Deployments: which devices a filter means."""

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import Project, chosen
from otakit.contracts.rule import rule
from otakit.contracts.rules.jfrog_connect import CREATE, PROFILES, expect_refused

FILTER = "Deployments / Deploy Update / device_filter"
DEVICES = ["createConnectDeployment", "listConnectDeploymentDevices"]


@rule(
    "JFC-API-DEP-010",
    "A filter 'specific_device is' means this device and no other",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def specific_device_is_meant(backend: Backend) -> None:
    """Deploy to one of two devices."""
    project = Project(backend)
    _expect_offline_only(project, [chosen("specific_device", project.offline_device)])


@rule(
    "JFC-API-DEP-011",
    "A filter 'specific_device is_not' means all devices but this one",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def specific_device_is_left_out(backend: Backend) -> None:
    """Deploy to all but one of two devices."""
    project = Project(backend)
    _expect_offline_only(project, [chosen("specific_device", project.device, "is_not")])


@rule(
    "JFC-API-DEP-012",
    "Groups of a filter mean the devices in them",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def group_is_meant(backend: Backend) -> None:
    """Deploy to a group that one of two devices is in."""
    project = Project(backend)
    _expect_first_only(project, project.deployed([], groups=[project.group]))


@rule(
    "JFC-API-DEP-013",
    "A filter 'tag is' means the devices with this tag",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def tag_is_meant(backend: Backend) -> None:
    """Deploy to a tag that one of two devices has."""
    project = Project(backend)
    _expect_first_only(project, project.deployed([chosen("tag", project.tag)]))


@rule(
    "JFC-API-DEP-014",
    "A filter 'tag is_not' means the devices without this tag",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def tag_is_left_out(backend: Backend) -> None:
    """Deploy to all without a tag that one of two devices has."""
    project = Project(backend)
    _expect_offline_only(project, [chosen("tag", project.tag, "is_not")])


@rule(
    "JFC-API-DEP-015",
    "A filter 'app is' means the devices with this app",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def app_is_meant(backend: Backend) -> None:
    """Deploy to an app that one of two devices has."""
    project = Project(backend)
    _expect_first_only(project, project.deployed([chosen("app", project.app)]))


@rule(
    "JFC-API-DEP-016",
    "A filter 'device_state is' means the devices in this state",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
    severity="critical",
)
def state_is_meant(backend: Backend) -> None:
    """Deploy to the devices that are offline, as one of two is."""
    _expect_offline_only(Project(backend), [chosen("device_state", "offline")])


@rule(
    "JFC-API-DEP-017",
    "A filter may have an empty value, which leaves out no device",
    document=FILTER,
    operations=DEVICES,
    profiles=PROFILES,
)
def empty_values_are_no_filters(backend: Backend) -> None:
    """Deploy to a group with an empty filter."""
    project = Project(backend)
    uuid = project.deployed([chosen("tag", "")], groups=[project.group])
    _expect_first_only(project, uuid)


@rule(
    "JFC-API-DEP-018",
    "A device_filter without 'filters' is refused",
    document=FILTER,
    operations=CREATE,
    profiles=PROFILES,
)
def filters_are_required(backend: Backend) -> None:
    """Deploy to a group, and leave the filters out."""
    project = Project(backend)
    body = {
        "device_filter": {"groups": [{"name": backend.name("group")}]},
        "deployment_configuration": {"flow_uuid": project.flow},
    }
    expect_refused(project.ask(body), "a filter without 'filters'")


@rule(
    "JFC-API-DEP-019",
    "A filter of another type or operand than the listed ones is refused",
    document=FILTER,
    operations=CREATE,
    profiles=PROFILES,
    severity="critical",
)
def other_filters_are_refused(backend: Backend) -> None:
    """Deploy to a colour, and to what contains something."""
    project = Project(backend)
    only = chosen("specific_device", project.offline_device)
    for wrong in (chosen("colour", "red"), chosen("tag", "red", "contains")):
        expect_refused(project.deploy([only, wrong]), f"the filter {wrong}")


def _expect_offline_only(project: Project, filters: list[dict[str, str]]) -> None:
    """Fail unless filters mean the offline one of two devices."""
    uuid = project.deployed(filters)
    project.expect_devices(uuid, wanted=[project.offline_device], others=[project.device])


def _expect_first_only(project: Project, uuid: str) -> None:
    """Fail unless a deployment goes to the first one of two devices."""
    project.expect_devices(uuid, wanted=[project.device], others=[project.offline_device])
