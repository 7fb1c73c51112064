"""Device APIs / Deployments: which update a device is offered."""

from otakit.contracts.backend import DEVICE_TYPE, Backend
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.rollout import begun, moment, rollout, rollout_to
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import NEXT

SECTION = "Device APIs / Deployments"
CHECK = f"{SECTION} / Check Update"
INSTRUCTIONS = f"{SECTION} / Schemas / DeploymentInstructions"


@rule(
    "MEN-DEV-DEP-001",
    "A device with a pending update gets its instructions: deployment and artifact",
    document=CHECK,
    operations=["checkUpdate"],
    severity="critical",
)
def pending_update_is_offered(backend: Backend) -> None:
    """Deploy to a device, and let it ask."""
    made = rollout(backend)
    answer = made.expect_offer(made.device.poll())
    expect_field(answer, "artifact.artifact_name", made.artifact.name)


@rule(
    "MEN-DEV-DEP-002",
    "A device for which there is no update gets an empty answer, whatever others are to install",
    document=CHECK,
    operations=["checkUpdate"],
    severity="critical",
)
def other_devices_get_nothing(backend: Backend) -> None:
    """Deploy to a device, and let another one of its type ask."""
    rollout(backend)
    answer = expect_status(backend.accepted_device().poll(), 204)
    expect_equal(answer, answer.text, "", "the body of an answer without an update")


@rule(
    "MEN-DEV-DEP-003",
    "The URL of the instructions' source delivers the artifact",
    document=INSTRUCTIONS,
    operations=["checkUpdate"],
    severity="critical",
)
def source_delivers_the_artifact(backend: Backend) -> None:
    """Fetch what a device is offered, without a token."""
    made = rollout(backend)
    uri = field_of(made.expect_offer(made.device.poll()), "artifact.source.uri")
    fetched = expect_status(backend.anonymous.get(uri), 200)
    expect(
        fetched.content == made.artifact.content,
        "what the link delivers",
        expected=f"the {len(made.artifact.content)} bytes that were uploaded",
        actual=f"{len(fetched.content)} other bytes",
        answer=fetched,
    )


@rule(
    "MEN-DEV-DEP-004",
    "The expiration time of the instructions' URL is in the future",
    document=INSTRUCTIONS,
    operations=["checkUpdate", "getDeployment"],
)
def source_is_good_for_a_while(backend: Backend) -> None:
    """Compare the link's end with the deployment's creation."""
    made = rollout(backend)
    answer = made.expect_offer(made.device.poll())
    created, expire = moment(made.shown(), "created"), moment(answer, "artifact.source.expire")
    expect(
        expire > created,
        "when the link expires",
        expected=f"after {created.isoformat()}, when the deployment was created",
        actual=expire.isoformat(),
        answer=answer,
    )


@rule(
    "MEN-DEV-DEP-005",
    "The instructions list the device types that the artifact is compatible with",
    document=INSTRUCTIONS,
    operations=["checkUpdate"],
)
def instructions_list_device_types(backend: Backend) -> None:
    """Deploy an artifact for two types of devices."""
    types = (DEVICE_TYPE, backend.name("board"))
    made = rollout(backend, artifact=backend.artifact(device_types=types))
    answer = made.expect_offer(made.device.poll())
    found = field_of(answer, "artifact.device_types_compatible")
    expect_equal(answer, sorted(found), sorted(types), "the compatible device types")


@rule(
    "MEN-DEV-DEP-006",
    "A check for updates without artifact_name is answered 400",
    document=CHECK,
    operations=["checkUpdate"],
)
def check_needs_an_artifact_name(backend: Backend) -> None:
    """Leave the parameter out."""
    params = {"device_type": DEVICE_TYPE}
    expect_error(backend.lent_device().request("GET", NEXT, params=params), 400)


@rule(
    "MEN-DEV-DEP-007",
    "A check for updates without device_type is answered 400",
    document=CHECK,
    operations=["checkUpdate"],
)
def check_needs_a_device_type(backend: Backend) -> None:
    """Leave the parameter out."""
    params = {"artifact_name": "otakit-before"}
    expect_error(backend.lent_device().request("GET", NEXT, params=params), 400)


@rule(
    "MEN-DEV-DEP-008",
    "An update is pending, and offered again, until the device has reported its end",
    document=CHECK,
    operations=["checkUpdate", "reportDeploymentStatus"],
)
def unfinished_update_is_offered_again(backend: Backend) -> None:
    """Ask again after the offer, and after a report of an intermediate step."""
    made = begun(backend)
    made.expect_offer(made.device.poll())
    made.reported("downloading")
    made.expect_offer(made.device.poll())


@rule(
    "MEN-DEV-DEP-009",
    "An update whose success the device has reported is not offered any more",
    document=CHECK,
    operations=["checkUpdate", "reportDeploymentStatus"],
)
def finished_update_is_not_offered(backend: Backend) -> None:
    """Ask again after the report, as before the update."""
    made = begun(backend).reported("success")
    expect_status(made.device.poll(), 204)


@rule(
    "MEN-DEV-DEP-010",
    "A device with two pending updates gets one after the other",
    document=CHECK,
    operations=["checkUpdate", "reportDeploymentStatus"],
)
def updates_come_one_after_the_other(backend: Backend) -> None:
    """Deploy two artifacts to a device, and let it install what it is offered."""
    device = backend.accepted_device()
    wanted = {rollout_to(backend, [device], backend.artifact()).id for _ in range(2)}
    offered = []
    for _ in range(2):
        answer = expect_status(device.poll(), 200)
        offered.append(field_of(answer, "id"))
        with backend.building("a device that is done with an update"):
            expect_status(device.report(offered[-1], "success"), 204)
    expect_equal(answer, sorted(offered), sorted(wanted), "the deployments that were offered")


@rule(
    "MEN-DEV-DEP-011",
    "A device that tells something else of itself for the same update is answered 409",
    document=CHECK,
    operations=["checkUpdate"],
)
def conflicting_check_is_refused(backend: Backend) -> None:
    """Ask again with another installed artifact, without any report."""
    made = begun(backend)
    expect_error(made.device.poll(artifact_name="otakit-other"), 409)


@rule(
    "MEN-DEV-DEP-012",
    "A device that runs the artifact already is offered no update",
    document="Management APIs / Deployments / Schemas / DeploymentStatistics",
    operations=["checkUpdate"],
)
def installed_artifact_is_not_offered(backend: Backend) -> None:
    """Ask with the name of the deployed artifact."""
    made = rollout(backend)
    expect_status(made.device.poll(artifact_name=made.artifact.name), 204)
