"""Management APIs / Deployments / Create Deployment for a Group of Devices."""

from functools import partial
from typing import Any

from otakit.contracts.backend import DEPLOYMENTS, Backend, Deployment, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_error,
    expect_field,
    expect_header,
    expect_lacks,
    expect_status,
    json_of,
)
from otakit.contracts.ledger import DEPLOYMENT
from otakit.contracts.rollout import Rollout, deployments
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

DOCUMENT = "Management APIs / Deployments / Create Deployment for a Group of Devices"
NEW = "Management APIs / Deployments / Schemas / NewDeploymentForGroup"
CREATE = "createGroupDeployment"


@rule(
    "MEN-MGT-DEP-030",
    "Creating a deployment for a group answers 201 with its URL in Location",
    document=DOCUMENT,
    operations=[CREATE, "getDeployment"],
)
def location_is_the_new_deployment(backend: Backend) -> None:
    """Deploy to a group, and follow the header."""
    group, _ = _group(backend)
    name = backend.name("deployment")
    answer = expect_status(_request(backend, group, backend.lent_artifact().name, name=name), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    expect_field(expect_status(backend.management.get(place), 200), "name", name)


@rule(
    "MEN-MGT-DEP-031",
    "Software is deployed to the devices that belong to the group",
    document=DOCUMENT,
    operations=[CREATE, "checkUpdate"],
    severity="critical",
)
def members_are_offered_the_update(backend: Backend) -> None:
    """Deploy to a group of two devices, and let both ask."""
    made = deployed_to_group(backend, count=2)
    for device in made.devices:
        made.expect_offer(device.poll())


@rule(
    "MEN-MGT-DEP-032",
    "Software for a group is not deployed to devices of other groups or of none",
    document=DOCUMENT,
    operations=[CREATE, "checkUpdate"],
    severity="critical",
)
def others_are_not_offered_the_update(backend: Backend) -> None:
    """Deploy to a group, and let devices ask that are not in it."""
    _, others = _group(backend)
    deployed_to_group(backend)
    for device in (*others, backend.accepted_device()):
        expect_status(device.poll(), 204)


@rule(
    "MEN-MGT-DEP-033",
    "A deployment for a group for which there is no artifact is answered 422",
    document=DOCUMENT,
    operations=[CREATE],
)
def artifact_has_to_exist(backend: Backend) -> None:
    """Deploy an artifact name that nothing has."""
    group, _ = _group(backend)
    expect_error(_request(backend, group, backend.name("nothing")), 422)


@rule(
    "MEN-MGT-DEP-034",
    "A deployment for a group for which there is no artifact is not created",
    document=DOCUMENT,
    operations=[CREATE, "listDeployments"],
)
def nothing_is_deployed_without_artifact(backend: Backend) -> None:
    """Deploy an artifact name that nothing has, and look for the deployment."""
    group, _ = _group(backend)
    name = backend.name("unmade")
    _request(backend, group, backend.name("nothing"), name=name)
    answer = deployments(backend, search=name)
    for entry in json_of(answer):
        backend.ledger.made(DEPLOYMENT, str(entry.get("id")))
    names = [entry.get("name") for entry in json_of(answer)]
    expect_lacks(answer, names, name, "the names of the deployments that were created")


@rule(
    "MEN-MGT-DEP-035",
    "A deployment for a group without name is answered 400",
    document=NEW,
    operations=[CREATE],
)
def name_is_needed(backend: Backend) -> None:
    """Leave the name out."""
    group, _ = _group(backend)
    expect_error(_request(backend, group, backend.lent_artifact().name, name=None), 400)


@rule(
    "MEN-MGT-DEP-036",
    "A deployment for a group without artifact_name is answered 400",
    document=NEW,
    operations=[CREATE],
)
def artifact_name_is_needed(backend: Backend) -> None:
    """Leave the artifact's name out."""
    group, _ = _group(backend)
    expect_error(_request(backend, group, None), 400)


@rule(
    "MEN-MGT-DEP-037",
    "A device of the group for which there is no compatible artifact receives noartifact",
    document=DOCUMENT,
    operations=[CREATE, "listDeploymentDevices"],
)
def incompatible_member_has_no_artifact(backend: Backend) -> None:
    """Deploy to a group, and let its device ask as one of another type."""
    made = deployed_to_group(backend)
    expect_status(made.device.poll(device_type="otakit-other"), 204)
    made.expect_device("noartifact")


def _group(backend: Backend, count: int = 1) -> tuple[str, list[SigningDevice]]:
    """Return a new group with so many new devices; raises NotReached."""
    group = backend.name("group")
    devices = [backend.accepted_device() for _ in range(count)]
    with backend.building("a group of devices"):
        for device in devices:
            backend.eventually(partial(_put_in_group, backend, device, group))
    return group, devices


def _put_in_group(backend: Backend, device: SigningDevice, group: str) -> None:
    path = f"v1/inventory/devices/{in_path(device.id)}/group"
    expect_status(backend.management.put(path, json={"group": group}), 200, 204)


def _request(backend: Backend, group: str, artifact: str | None, **more: Any) -> Exchange:
    """Ask for a deployment to a group; a field that is None is left out."""
    told = {"name": backend.name("deployment"), "artifact_name": artifact, **more}
    body = {field: value for field, value in told.items() if value is not None}
    answer = backend.management.post(f"{DEPLOYMENTS}/group/{in_path(group)}", json=body)
    if answer.status == 201:  # noqa: PLR2004
        backend.ledger.made(DEPLOYMENT, id_in(answer))
    return answer


def deployed_to_group(backend: Backend, count: int = 1, **body: Any) -> Rollout:
    """Return a deployment to a new group of so many devices; raises NotReached."""
    group, devices = _group(backend, count)
    artifact = backend.lent_artifact()
    name = backend.name("deployment")
    with backend.building("a deployment for a group"):
        answer = expect_status(_request(backend, group, artifact.name, name=name, **body), 201)
    return Rollout(backend, Deployment(id=id_in(answer), name=name), artifact, devices)
