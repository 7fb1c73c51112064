"""Management APIs / Deployments v2: deployments to whatever matches a filter."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect,
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
    json_of,
)
from otakit.contracts.ledger import DEPLOYMENT
from otakit.contracts.matching_devices import MARK, MatchingDevices
from otakit.contracts.rollout import deployments
from otakit.contracts.rule import rule

SECTION = "Management APIs / Deployments v2"
DOCUMENT = f"{SECTION} / Create Deployment"
NEW = f"{SECTION} / Schemas / NewDeploymentV2"
SHOWN = "Management APIs / Deployments / Schemas / Deployment"

CREATE = "createDynamicDeployment"
OFFERED = [CREATE, "checkUpdate"]


@rule(
    "MEN-MGT-DP2-001",
    "Creating a dynamic deployment answers 201 with its URL in Location",
    document=DOCUMENT,
    operations=[CREATE, "getDeployment"],
)
def location_is_the_new_deployment(backend: Backend) -> None:
    """Deploy to a filter, and follow the header."""
    name = backend.name("deployment")
    answer = expect_status(MatchingDevices(backend, 0).request(name=name), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    expect_field(expect_status(backend.management.get(place), 200), "name", name)


@rule(
    "MEN-MGT-DP2-002",
    "Software is deployed to the devices that match the filter",
    document=DOCUMENT,
    operations=OFFERED,
    severity="critical",
)
def matching_devices_are_offered_the_update(backend: Backend) -> None:
    """Deploy to a filter that two devices match, and let both ask."""
    made = MatchingDevices(backend, 2).deployed()
    for device in made.devices:
        made.expect_offer(device.poll())


@rule(
    "MEN-MGT-DP2-003",
    "Software is not deployed to devices that do not match the filter",
    document=DOCUMENT,
    operations=OFFERED,
    severity="critical",
)
def other_devices_are_not_offered_the_update(backend: Backend) -> None:
    """Deploy to a filter, and let a device ask that has another value of its attribute."""
    device = backend.accepted_device()
    with backend.building("a device with an attribute"):
        expect_status(device.send_inventory(**{MARK: "another"}), 200)
    MatchingDevices(backend).deployed()
    expect_status(device.poll(), 204)


@rule(
    "MEN-MGT-DP2-004",
    "A dynamic deployment for which there is no artifact is answered 422",
    document=DOCUMENT,
    operations=[CREATE],
)
def artifact_has_to_exist(backend: Backend) -> None:
    """Deploy an artifact name that nothing has."""
    expect_error(MatchingDevices(backend, 0).request(artifact_name=backend.name("nothing")), 422)


@rule(
    "MEN-MGT-DP2-005",
    "A dynamic deployment for which there is no artifact is not created",
    document=DOCUMENT,
    operations=[CREATE, "listDeployments"],
)
def nothing_is_deployed_without_artifact(backend: Backend) -> None:
    """Deploy an artifact name that nothing has, and look for the deployment."""
    name = backend.name("unmade")
    MatchingDevices(backend, 0).request(artifact_name=backend.name("nothing"), name=name)
    answer = deployments(backend, search=name)
    for entry in json_of(answer):
        backend.ledger.made(DEPLOYMENT, str(entry.get("id")))
    names = [entry.get("name") for entry in json_of(answer)]
    expect_lacks(answer, names, name, "the names of the deployments that were created")


@rule(
    "MEN-MGT-DP2-006",
    "A dynamic deployment without name, artifact_name or filter_id is answered 400",
    document=NEW,
    operations=[CREATE],
)
def all_fields_are_needed(backend: Backend) -> None:
    """Leave out one after the other."""
    matching = MatchingDevices(backend, 0)
    for field in ("name", "artifact_name", "filter_id"):
        answer = matching.request(**{field: None})
        expect_error(answer, 400, because=f"a deployment without {field} is refused")


@rule(
    "MEN-MGT-DP2-009",
    "A matching device for which there is no compatible artifact receives noartifact",
    document=DOCUMENT,
    operations=[CREATE, "listDeploymentDevices"],
)
def incompatible_device_has_no_artifact(backend: Backend) -> None:
    """Deploy to a filter, and let its device ask as one of another type."""
    made = MatchingDevices(backend).deployed()
    expect_status(made.device.poll(device_type="otakit-other"), 204)
    made.expect_device("noartifact")


@rule(
    "MEN-MGT-DP2-010",
    "A dynamic deployment is shown as dynamic, any other one is not",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
)
def dynamic_is_shown(backend: Backend) -> None:
    """Look at a deployment to a filter, and at one to a device."""
    expect_field(MatchingDevices(backend, 0).deployed().shown(), "dynamic", value=True)
    plain = backend.deploy(backend.lent_artifact(), [backend.lent_device()])
    answer = expect_status(backend.management.get(plain.path), 200)
    expect(
        not json_of(answer).get("dynamic"),
        "whether a deployment to a device is dynamic",
        expected="'dynamic' is false or left out",
        actual=answer.answer(),
        answer=answer,
    )


@rule(
    "MEN-MGT-DP2-011",
    "A dynamic deployment is shown with its filter: id, name and terms",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
)
def filter_is_shown(backend: Backend) -> None:
    """Look at the filter of a deployment."""
    matching = MatchingDevices(backend, 0)
    answer = matching.deployed().shown()
    expect_field(answer, "filter.id", matching.id)
    expect_field(answer, "filter.name", matching.name)
    expect_field(answer, "filter.terms", [matching.term])


@rule(
    "MEN-MGT-DP2-012",
    "The initial device count of a dynamic deployment is that of the devices matching at first",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
)
def initial_devices_are_counted(backend: Backend) -> None:
    """Deploy to a filter that two devices match, let a third one match and ask, and look."""
    matching = MatchingDevices(backend, 2)
    made = matching.deployed()
    expect_field(made.shown(), "initial_device_count", 2)
    late = backend.accepted_device()
    matching.join(late)
    made.offered(late)
    expect_field(made.shown(), "initial_device_count", 2)


@rule(
    "MEN-MGT-DP2-013",
    "A dynamic deployment shows the number of devices at which it ends",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
)
def max_devices_are_shown(backend: Backend) -> None:
    """Deploy to seven devices at most."""
    expect_field(MatchingDevices(backend, 0).deployed(max_devices=7).shown(), "max_devices", 7)
