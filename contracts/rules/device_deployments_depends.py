"""Device APIs / Deployments / Check Update Depends: updates by what a device has."""

from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.rollout import rollout
from otakit.contracts.rule import rule
from otakit.contracts.signing_device import NEXT, SigningDevice

SECTION = "Device APIs / Deployments"
DEPENDS = f"{SECTION} / Check Update Depends"

CHECKSUM = "rootfs_image_checksum"


@rule(
    "MEN-DEV-DEP-020",
    "A device that asks with POST gets the instructions of its pending update",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
    severity="critical",
)
def post_is_offered_the_update(backend: Backend) -> None:
    """Deploy to a device, and let it ask with a body."""
    made = rollout(backend)
    answer = made.expect_offer(_ask(made.device))
    expect_field(answer, "artifact.artifact_name", made.artifact.name)


@rule(
    "MEN-DEV-DEP-021",
    "A device that asks with POST and has no pending update gets an empty answer",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def post_without_update_is_empty(backend: Backend) -> None:
    """Ask as a device that nothing was deployed to."""
    expect_status(_ask(backend.accepted_device()), 204)


@rule(
    "MEN-DEV-DEP-022",
    "Free-form keys of the body determine which artifact of the release a device gets",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
    severity="critical",
)
def free_keys_choose_the_artifact(backend: Backend) -> None:
    """Deploy a release for two checksums, and let a device ask that has the second."""
    name = backend.name("release")
    contents = {"one": b"otakit", "two": b"otakit" * 5000}  # some servers offer the smallest
    artifacts = [
        backend.artifact(name, depends={CHECKSUM: [text]}, content=content, compression="none")
        for text, content in contents.items()
    ]
    made = rollout(backend, artifact=artifacts[1])
    answer = made.expect_offer(_ask(made.device, **{CHECKSUM: "two"}))
    fetched = backend.anonymous.get(field_of(answer, "artifact.source.uri"))
    expect_contains(
        expect_status(fetched, 200),
        [number for number, made in enumerate(artifacts) if made.content == fetched.content],
        1,
        "which of the artifacts, counted from 0, the link delivers",
    )


@rule(
    "MEN-DEV-DEP-023",
    "A device whose keys do not meet an artifact's dependencies does not get it",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
    severity="critical",
)
def unmet_dependencies_keep_the_update_away(backend: Backend) -> None:
    """Deploy an artifact for one checksum to a device that has another."""
    made = rollout(backend, artifact=backend.artifact(depends={CHECKSUM: ["one"]}))
    expect_status(_ask(made.device, **{CHECKSUM: "two"}), 204)


@rule(
    "MEN-DEV-DEP-024",
    "What artifact_provides holds satisfies dependencies",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def artifact_provides_count(backend: Backend) -> None:
    """Tell the checksum that an artifact needs within artifact_provides."""
    made = rollout(backend, artifact=backend.artifact(depends={CHECKSUM: ["one"]}))
    made.expect_offer(_ask(made.device, artifact_provides={CHECKSUM: "one"}))


@rule(
    "MEN-DEV-DEP-025",
    "A POST for updates without device_type is answered 400",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def post_needs_a_device_type(backend: Backend) -> None:
    """Leave the key out."""
    expect_error(_ask(backend.lent_device(), device_type=None), 400)


@rule(
    "MEN-DEV-DEP-026",
    "A POST for updates without artifact_name is answered 400",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def post_needs_an_artifact_name(backend: Backend) -> None:
    """Leave the key out."""
    expect_error(_ask(backend.lent_device(), artifact_name=None), 400)


@rule(
    "MEN-DEV-DEP-027",
    "A POST for updates whose body is no JSON object is answered 400",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def post_needs_an_object(backend: Backend) -> None:
    """Send a text in place of the object."""
    expect_error(backend.lent_device().request("POST", NEXT, json="otakit-before"), 400)


@rule(
    "MEN-DEV-DEP-028",
    "A device whose free-form keys change during an update is answered 409",
    document=DEPENDS,
    operations=["checkUpdateDepends"],
)
def conflicting_post_is_refused(backend: Backend) -> None:
    """Ask again with another checksum, without any report."""
    made = rollout(backend)
    with backend.building("a device that was offered the update"):
        made.expect_offer(_ask(made.device, **{CHECKSUM: "one"}))
    expect_error(_ask(made.device, **{CHECKSUM: "two"}), 409)


def _ask(device: SigningDevice, **keys: Any) -> Exchange:
    """Ask for an update with POST; a key that is None is left out."""
    told = {"artifact_name": device.artifact_name, "device_type": device.device_type, **keys}
    body = {name: value for name, value in told.items() if value is not None}
    return device.request("POST", NEXT, json=body)
