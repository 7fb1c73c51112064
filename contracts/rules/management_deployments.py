"""Management APIs / Deployments: deployments are created, and each device gets its artifact."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.ledger import DEPLOYMENT
from otakit.contracts.rollout import (
    deployments,
    rollout,
)
from otakit.contracts.rule import rule

SECTION = "Management APIs / Deployments"
CREATE = f"{SECTION} / Create Deployment"
NEW = f"{SECTION} / Schemas / NewDeployment"


@rule(
    "MEN-MGT-DEP-001",
    "Creating a deployment answers 201 with the URL of the new deployment in Location",
    document=CREATE,
    operations=["createDeployment", "getDeployment"],
)
def location_is_the_new_deployment(backend: Backend) -> None:
    """Create a deployment, and follow the header."""
    device, artifact = backend.lent_device(), backend.lent_artifact()
    name = backend.name("deployment")
    answer = expect_status(backend.deployment_request(artifact.name, [device], name=name), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    shown = expect_status(backend.management.get(place), 200)
    expect_field(shown, "name", name)


@rule(
    "MEN-MGT-DEP-002",
    "A deployment without name is answered 400",
    document=NEW,
    operations=["createDeployment"],
)
def name_is_needed(backend: Backend) -> None:
    """Leave the name out."""
    device, artifact = backend.lent_device(), backend.lent_artifact()
    expect_error(backend.deployment_request(artifact.name, [device], name=None), 400)


@rule(
    "MEN-MGT-DEP-003",
    "A deployment without artifact_name is answered 400",
    document=NEW,
    operations=["createDeployment"],
)
def artifact_name_is_needed(backend: Backend) -> None:
    """Leave the artifact's name out."""
    body = {"name": backend.name("deployment"), "devices": [backend.lent_device().id]}
    expect_error(backend.management.post(DEPLOYMENTS, json=body), 400)


@rule(
    "MEN-MGT-DEP-004",
    "A deployment whose body is empty is answered 400",
    document=CREATE,
    operations=["createDeployment"],
)
def body_is_needed(backend: Backend) -> None:
    """Send nothing, as JSON."""
    headers = {"Content-Type": "application/json"}
    expect_error(backend.management.post(DEPLOYMENTS, content=b"", headers=headers), 400)


@rule(
    "MEN-MGT-DEP-005",
    "A deployment for which there is no artifact is answered 422",
    document=CREATE,
    operations=["createDeployment"],
)
def artifact_has_to_exist(backend: Backend) -> None:
    """Deploy an artifact name that nothing has."""
    device = backend.lent_device()
    expect_error(backend.deployment_request(backend.name("nothing"), [device]), 422)


@rule(
    "MEN-MGT-DEP-006",
    "A deployment for which there is no artifact is not created",
    document=CREATE,
    operations=["createDeployment", "listDeployments"],
)
def nothing_is_deployed_without_artifact(backend: Backend) -> None:
    """Deploy an artifact name that nothing has, and look for the deployment."""
    name = backend.name("unmade")
    backend.deployment_request(backend.name("nothing"), [backend.lent_device()], name=name)
    answer = deployments(backend, search=name)
    found = json_of(answer)
    for entry in found:
        backend.ledger.made(DEPLOYMENT, str(entry.get("id")))
    names = [entry.get("name") for entry in found]
    expect_lacks(answer, names, name, "the names of the deployments that were created")


@rule(
    "MEN-MGT-DEP-007",
    "Each device is assigned the artifact of the deployment's name that is for its type",
    document=CREATE,
    operations=["createDeployment", "checkUpdate"],
    severity="critical",
)
def artifact_fits_the_device_type(backend: Backend) -> None:
    """Deploy a release of two artifacts, for two types of devices, to one of each."""
    release, types = backend.name("release"), [backend.name("a"), backend.name("b")]
    artifacts = [backend.artifact(release, device_types=(kind,)) for kind in types]
    made = rollout(backend, 2, artifacts[0])
    for device, kind in zip(made.devices, types, strict=True):
        answer = made.expect_offer(device.poll(device_type=kind))
        fetched = backend.anonymous.get(field_of(answer, "artifact.source.uri"))
        found = [a.device_types[0] for a in artifacts if a.content == fetched.content]
        expect_equal(fetched, found, [kind], "the type of devices that the artifact is for")


@rule(
    "MEN-MGT-DEP-008",
    "A device for which there is no compatible artifact receives the status noartifact",
    document=CREATE,
    operations=["createDeployment", "listDeploymentDevices"],
)
def incompatible_device_has_no_artifact(backend: Backend) -> None:
    """Deploy to a device of another type, let it ask, and look at its status."""
    made = rollout(backend)
    expect_status(made.device.poll(device_type="otakit-other"), 204)
    made.expect_device("noartifact")


@rule(
    "MEN-MGT-DEP-009",
    "A device for which there is no compatible artifact is considered finished",
    document=CREATE,
    operations=["createDeployment", "getDeployment"],
)
def incompatible_device_is_finished(backend: Backend) -> None:
    """Deploy to a device of another type alone, let it ask, and look at the deployment."""
    made = rollout(backend)
    made.device.poll(device_type="otakit-other")
    made.expect_status("finished")
