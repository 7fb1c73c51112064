"""JFrog Connect / Deployments: an update flow is deployed to the devices that a filter means."""

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import Project, chosen, deployments_of
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect, expect_field, expect_status
from otakit.contracts.rule import rule

DEPLOY = "Deployments / Deploy Update"
FILTER = "Deployments / Deploy Update / device_filter"
PROFILES = ["jfrog-connect"]
CREATE = ["createConnectDeployment"]
DEVICES = ["createConnectDeployment", "listConnectDeploymentDevices"]


@rule(
    "JFC-API-DEP-001",
    "A deployment is answered 201 with its UUID",
    document=DEPLOY,
    operations=[*CREATE, "getConnectDeployment"],
    profiles=PROFILES,
    severity="critical",
)
def deployment_has_a_uuid(backend: Backend) -> None:
    """Deploy to one device, and look for what the UUID is of."""
    project = Project(backend)
    answer = expect_status(project.deploy(), 201)
    uuid = answer.json().get("deployment_uuid")
    expect(uuid, "the UUID of the deployment", expected="a text", actual=uuid, answer=answer)
    expect_field(project.get(str(uuid)), "deployment_uuid", uuid)


@rule(
    "JFC-API-DEP-002",
    "A deployment keeps its comment",
    document=DEPLOY,
    operations=[*CREATE, "getConnectDeployment"],
    profiles=PROFILES,
)
def comment_is_kept(backend: Backend) -> None:
    """Deploy with a comment."""
    project = Project(backend)
    comment = f"{backend.name('deployment')}: für die Kassen"
    expect_field(project.get(project.deployed(comment=comment)), "comment", comment)


@rule(
    "JFC-API-DEP-003",
    "Without a flow_uuid nothing is deployed: the request is refused",
    document=DEPLOY,
    operations=CREATE,
    profiles=PROFILES,
)
def flow_is_required(backend: Backend) -> None:
    """Deploy nothing."""
    project = Project(backend)
    wanted = {"filters": [chosen("specific_device", project.offline_device)]}
    body = {"device_filter": wanted, "deployment_configuration": {"comment": "nothing"}}
    _expect_refused(project.ask(body), "a deployment without a flow")


@rule(
    "JFC-API-DEP-004",
    "Only an update flow that was configured can be deployed: another one is refused",
    document=DEPLOY,
    operations=CREATE,
    profiles=PROFILES,
)
def unknown_flow_is_refused(backend: Backend) -> None:
    """Deploy a flow that there is not."""
    answer = Project(backend).deploy(flow_uuid="f-0000-0000")
    _expect_refused(answer, "a deployment of an unknown flow")


@rule(
    "JFC-API-DEP-005",
    "The app whose version is set has to exist already: another one is refused",
    document=DEPLOY,
    operations=CREATE,
    profiles=PROFILES,
)
def unknown_app_is_refused(backend: Backend) -> None:
    """Deploy with the version of an app that there is not."""
    app = {"name": backend.name("app"), "version": "2"}
    _expect_refused(Project(backend).deploy(app=app), "a deployment with an unknown app")


@rule(
    "JFC-API-DEP-006",
    "A deployment may set the version of an app that exists",
    document=DEPLOY,
    operations=CREATE,
    profiles=PROFILES,
)
def app_has_a_version(backend: Backend) -> None:
    """Deploy with the version of an app."""
    project = Project(backend)
    expect_status(project.deploy(app={"name": project.app, "version": "2"}), 201)


@rule(
    "JFC-API-DEP-007",
    "The values of a flow's parameters are those that the deployment maps",
    document=DEPLOY,
    operations=[*CREATE, "getConnectDeploymentDevice"],
    profiles=PROFILES,
    severity="critical",
)
def parameters_are_mapped(backend: Backend) -> None:
    """Give a parameter a value, and look for it in what the flow's steps print."""
    project = Project(backend)
    value = backend.name("value")
    only = [chosen("specific_device", project.device)]
    uuid = project.deployed(only, parameters_mapping={project.parameter: value})
    answer = project.ended(uuid)
    printed = "".join(str(step.get("stdout", "")) for step in answer.json().get("steps", []))
    expect(
        value in printed,
        "what the flow's steps print",
        expected=f"the parameter's value '{value}' in it",
        actual=printed,
        answer=answer,
    )


@rule(
    "JFC-API-DEP-008",
    "A parameter's value is a text: anything else is refused",
    document=DEPLOY,
    operations=CREATE,
    profiles=PROFILES,
    severity="minor",
)
def parameters_are_texts(backend: Backend) -> None:
    """Give a parameter an object as value."""
    answer = Project(backend).deploy(parameters_mapping={"version": {"major": 2}})
    _expect_refused(answer, "a deployment whose parameter is an object")


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
    _expect_refused(project.ask(body), "a filter without 'filters'")


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
        _expect_refused(project.deploy([only, wrong]), f"the filter {wrong}")


@rule(
    "JFC-API-DEP-020",
    "All operations need a token: without one, or with another, nothing is told or done",
    document="Deployments / Deploy Update / bearerAuth",
    operations=[*CREATE, "listConnectDeployments"],
    profiles=PROFILES,
    severity="critical",
)
def strangers_stay_out(backend: Backend) -> None:
    """List and deploy without a token, and with one that is none."""
    project = Project(backend)
    path = project.path
    for token in ("", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl"):
        stranger = backend.anonymous.with_token(token)
        expect_status(stranger.get(path), 401, 403)
        expect_status(stranger.post(path, json={"device_filter": {"filters": []}}), 401, 403)


@rule(
    "JFC-API-DEP-021",
    "The fleet key names one fleet: with a key that is none, nothing is told",
    document=DEPLOY,
    operations=["listConnectDeployments"],
    profiles=PROFILES,
    severity="critical",
)
def other_fleets_are_closed(backend: Backend) -> None:
    """List the deployments of a fleet that there is not."""
    answer = Project(backend).caller.get(deployments_of("0000000000000000"))
    _expect_refused(answer, "an unknown fleet key")


def _expect_offline_only(project: Project, filters: list[dict[str, str]]) -> None:
    """Fail unless filters mean the offline one of two devices."""
    uuid = project.deployed(filters)
    project.expect_devices(uuid, wanted=[project.offline_device], others=[project.device])


def _expect_first_only(project: Project, uuid: str) -> None:
    """Fail unless a deployment goes to the first one of two devices."""
    project.expect_devices(uuid, wanted=[project.device], others=[project.offline_device])


def _expect_refused(answer: Exchange, what: str) -> None:
    expect(
        400 <= answer.status < 500,  # noqa: PLR2004 - any refusal
        f"{what} is refused",
        expected="a status from 400 to 499",
        actual=answer.answer(),
        answer=answer,
    )
