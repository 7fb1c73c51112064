"""Device APIs / Deployments v2: updates by what a device provides, and update control maps."""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_error,
    expect_field,
    expect_status,
    field_of,
    json_of,
    shown_value,
)
from otakit.contracts.rollout import UNKNOWN, Rollout, rollout
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import SigningDevice

SECTION = "Device APIs / Deployments v2"
CHECK = f"{SECTION} / Check Update"
MAP = f"{SECTION} / Get Update Control Map"
MAP_SCHEMA = f"{SECTION} / Schemas / UpdateControlMap"

CHECKSUM = "rootfs-image.checksum"
CONTROL_MAP = {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": "pause"}}}


@rule(
    "MEN-DEV-DP2-001",
    "A device that asks with version 2 gets the instructions of its pending update",
    document=CHECK,
    operations=["checkUpdateV2"],
    severity="critical",
)
def pending_update_is_offered(backend: Backend) -> None:
    """Deploy to a device, and let it ask."""
    made = rollout(backend)
    answer = made.expect_offer(_ask(made.device))
    expect_field(answer, "artifact.artifact_name", made.artifact.name)


@rule(
    "MEN-DEV-DP2-002",
    "A device that asks with version 2 and has no pending update gets an empty answer",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def no_update_is_empty(backend: Backend) -> None:
    """Ask as a device that nothing was deployed to."""
    expect_status(_ask(backend.accepted_device()), 204)


@rule(
    "MEN-DEV-DP2-003",
    "A request of version 2 without device_provides is answered 400",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def provides_are_needed(backend: Backend) -> None:
    """Leave the object out."""
    expect_error(_post(backend.lent_device(), {}), 400)


@rule(
    "MEN-DEV-DP2-004",
    "A request of version 2 without device_type is answered 400",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def device_type_is_needed(backend: Backend) -> None:
    """Leave the key out of device_provides."""
    body = {"device_provides": {"artifact_name": "otakit-before"}}
    expect_error(_post(backend.lent_device(), body), 400)


@rule(
    "MEN-DEV-DP2-005",
    "A request of version 2 without artifact_name is answered 400",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def artifact_name_is_needed(backend: Backend) -> None:
    """Leave the key out of device_provides."""
    device = backend.lent_device()
    expect_error(_post(device, {"device_provides": {"device_type": device.device_type}}), 400)


@rule(
    "MEN-DEV-DP2-006",
    "What device_provides holds satisfies an artifact's dependencies",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def provides_meet_dependencies(backend: Backend) -> None:
    """Deploy an artifact for a checksum to a device that has it."""
    made = rollout(backend, artifact=backend.artifact(depends={CHECKSUM: ["one"]}))
    made.expect_offer(_ask(made.device, {CHECKSUM: "one"}))


@rule(
    "MEN-DEV-DP2-007",
    "A device whose device_provides do not meet an artifact's dependencies does not get it",
    document=CHECK,
    operations=["checkUpdateV2"],
    severity="critical",
)
def unmet_dependencies_keep_the_update_away(backend: Backend) -> None:
    """Deploy an artifact for one checksum to a device that has another."""
    made = rollout(backend, artifact=backend.artifact(depends={CHECKSUM: ["one"]}))
    expect_status(_ask(made.device, {CHECKSUM: "two"}), 204)


@rule(
    "MEN-DEV-DP2-008",
    "A device whose device_provides change during an update is answered 409",
    document=CHECK,
    operations=["checkUpdateV2"],
)
def conflicting_provides_are_refused(backend: Backend) -> None:
    """Ask again with another checksum, without any report."""
    made = rollout(backend)
    with backend.building("a device that was offered the update"):
        made.expect_offer(_ask(made.device, {CHECKSUM: "one"}))
    expect_error(_ask(made.device, {CHECKSUM: "two"}), 409)


@rule(
    "MEN-DEV-DP2-009",
    "A device that supports update control maps gets the deployment's with its instructions",
    document=CHECK,
    operations=["checkUpdateV2", "createDeployment"],
    plan="enterprise",
)
def map_comes_with_the_update(backend: Backend) -> None:
    """Deploy with a map; the documents show it beside the artifact, and within it."""
    made = rollout(backend, update_control_map=CONTROL_MAP)
    answer = made.expect_offer(_ask(made.device, maps=True))
    instructions = json_of(answer)
    found = instructions.get("update_control_map")
    found = found or instructions.get("artifact", {}).get("update_control_map")
    _expect_map(answer, found, CONTROL_MAP)


@rule(
    "MEN-DEV-DP2-010",
    "The update control map of an active deployment can be read by its device",
    document=MAP,
    operations=["getUpdateControlMap", "createDeployment"],
    plan="enterprise",
)
def map_is_read(backend: Backend) -> None:
    """Deploy with a map, let the device be offered the update, and ask for the map."""
    made = _with_map(backend)
    answer = expect_status(_read_map(made.device, made.id), 200)
    _expect_map(answer, field_of(answer, "update_control_map"), CONTROL_MAP)


@rule(
    "MEN-DEV-DP2-011",
    "The id of an update control map is set to the deployment's",
    document=MAP_SCHEMA,
    operations=["getUpdateControlMap", "createDeployment"],
    plan="enterprise",
)
def map_has_the_deployments_id(backend: Backend) -> None:
    """Deploy with a map that has no id, and ask for it."""
    made = _with_map(backend)
    answer = expect_status(_read_map(made.device, made.id), 200)
    expect_field(answer, "update_control_map.id", made.id)


@rule(
    "MEN-DEV-DP2-012",
    "The update control map of a deployment that there is not is answered 404",
    document=MAP,
    operations=["getUpdateControlMap"],
    plan="enterprise",
)
def unknown_deployment_has_no_map(backend: Backend) -> None:
    """Ask for the map of an id that no deployment has."""
    expect_status(_read_map(backend.lent_device(), UNKNOWN), 404)


@rule(
    "MEN-DEV-DP2-013",
    "The update control map of a deployment that the device has finished is answered 404",
    document=MAP,
    operations=["getUpdateControlMap", "createDeployment"],
    plan="enterprise",
)
def finished_deployment_has_no_map(backend: Backend) -> None:
    """Ask for the map after success."""
    made = _with_map(backend).reported("success")
    expect_status(_read_map(made.device, made.id), 404)


@rule(
    "MEN-DEV-DP2-014",
    "The update control map of a deployment that is not the device's is answered 404",
    document=MAP,
    operations=["getUpdateControlMap", "createDeployment"],
    plan="enterprise",
    severity="critical",
)
def foreign_deployment_has_no_map(backend: Backend) -> None:
    """Ask for the map of another device's deployment."""
    made = _with_map(backend)
    expect_status(_read_map(backend.lent_device(), made.id), 404)


@rule(
    "MEN-DEV-DP2-015",
    "A device reads the update control map that a user has put in place of the first",
    document="Management APIs / Deployments / Patch Deployment Control Map",
    operations=["updateDeployment", "getUpdateControlMap"],
    plan="enterprise",
)
def changed_map_is_read(backend: Backend) -> None:
    """Change the map while the device is busy."""
    made = _with_map(backend)
    changed = {"priority": 2, "states": {"ArtifactReboot_Enter": {"action": "fail"}}}
    with backend.building("a changed update control map"):
        body = {"update_control_map": changed}
        expect_status(backend.management.patch(made.path, json=body), 204)
    answer = expect_status(_read_map(made.device, made.id), 200)
    _expect_map(answer, field_of(answer, "update_control_map"), changed)


def _post(device: SigningDevice, body: dict[str, Any]) -> Exchange:
    return device.request("POST", "v2/deployments/device/deployments/next", json=body)


def _ask(
    device: SigningDevice, provides: dict[str, str] | None = None, *, maps: bool = False
) -> Exchange:
    told = {"artifact_name": device.artifact_name, "device_type": device.device_type}
    body: dict[str, Any] = {"device_provides": told | (provides or {})}
    return _post(device, body | ({"update_control_map": True} if maps else {}))


def _with_map(backend: Backend) -> Rollout:
    """Return a deployment with a map that its device was offered."""
    made = rollout(backend, update_control_map=CONTROL_MAP)
    with backend.building("a device that was offered the update"):
        made.expect_offer(_ask(made.device, maps=True))
    return made


def _read_map(device: SigningDevice, deployment_id: str) -> Exchange:
    path = f"v2/deployments/device/deployments/{in_path(deployment_id)}/update_control_map"
    return device.request("GET", path)


def _expect_map(answer: Exchange, found: Any, sent: dict[str, Any]) -> None:
    """Fail unless a map has all that was sent; more, such as defaults, may be in it."""
    expect(
        _has(found, sent),
        "the update control map",
        expected=f"all of {shown_value(sent)}",
        actual=shown_value(found),
        answer=answer,
    )


def _has(found: Any, sent: Any) -> bool:
    if isinstance(sent, dict):
        return isinstance(found, dict) and all(_has(found.get(k), v) for k, v in sent.items())
    return bool(found == sent)
