"""JFrog Connect / Deployments: an update flow is deployed, by whoever may."""

from otakit.contracts.backend import Backend
from otakit.contracts.connect_project import Project, chosen, deployments_of
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect, expect_field, expect_status
from otakit.contracts.rule import rule

DEPLOY = "Deployments / Deploy Update"
PROFILES = ["jfrog-connect"]
CREATE = ["createConnectDeployment"]


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
    expect_refused(project.ask(body), "a deployment without a flow")


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
    expect_refused(answer, "a deployment of an unknown flow")


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
    expect_refused(Project(backend).deploy(app=app), "a deployment with an unknown app")


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
    expect_refused(answer, "a deployment whose parameter is an object")


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
    expect_refused(answer, "an unknown fleet key")


def expect_refused(answer: Exchange, what: str) -> None:
    """Fail unless something is refused, whatever the status."""
    expect(
        400 <= answer.status < 500,  # noqa: PLR2004 - any refusal
        f"{what} is refused",
        expected="a status from 400 to 499",
        actual=answer.answer(),
        answer=answer,
    )
