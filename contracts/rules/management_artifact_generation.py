"""Management APIs / Deployments / Generate Artifact: artifacts made of single files."""

import json
from collections.abc import Sequence
from typing import Any

from otakit.contracts.backend import ARTIFACTS, DEVICE_TYPE, Backend, id_in
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_status,
    field_of,
)
from otakit.contracts.ledger import ARTIFACT
from otakit.contracts.rule import rule
from otakit.contracts.rules.management_artifacts import SECTION

GENERATE = f"{SECTION} / Generate Artifact"
OPERATIONS = ["generateArtifact", "getArtifact"]
RAW = b"greeting=hello\n" * 7


@rule(
    "MEN-MGT-ART-060",
    "Generating is answered with the URL of the artifact to come in the header Location",
    document=GENERATE,
    operations=OPERATIONS,
)
def location_is_the_artifact_to_come(backend: Backend) -> None:
    """Generate an artifact, and follow the header until it is there."""
    name = backend.name("release")
    answer = expect_status(_generate(backend, name=name), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    shown = backend.eventually(lambda: expect_status(backend.management.get(place), 200))
    expect_field(shown, "name", name)


@rule(
    "MEN-MGT-ART-061",
    "A generated artifact has the name, description and device type that it was asked for with",
    document=GENERATE,
    operations=OPERATIONS,
)
def generated_artifact_is_as_asked_for(backend: Backend) -> None:
    """Generate an artifact, and look at it."""
    name = backend.name("release")
    shown = _generated(backend, name=name, description="Made of a file")
    expect_field(shown, "name", name)
    expect_field(shown, "description", "Made of a file")
    expect_field(shown, "device_types_compatible", [DEVICE_TYPE])


@rule(
    "MEN-MGT-ART-062",
    "A generated artifact carries the raw file, for the single-file update module",
    document=GENERATE,
    operations=OPERATIONS,
    severity="critical",
)
def generated_artifact_has_the_file(backend: Backend) -> None:
    """Generate an artifact, and look for a file of that name and size in it."""
    shown = _generated(backend)
    expect_field(shown, "updates.0.type_info.type", "single-file")
    files = [(f.get("name"), f.get("size")) for f in field_of(shown, "updates.0.files")]
    expect_contains(shown, files, ("greeting.txt", len(RAW)), "names and sizes of its files")


@rule(
    "MEN-MGT-ART-063",
    "Generating takes several device types, one part of the form for each",
    document=GENERATE,
    operations=OPERATIONS,
)
def generated_artifact_has_all_device_types(backend: Backend) -> None:
    """Generate an artifact for two device types."""
    types = [backend.name("board"), backend.name("board")]
    shown = _generated(backend, device_types_compatible=types)
    listed = sorted(field_of(shown, "device_types_compatible"))
    expect_equal(shown, listed, sorted(types), "the compatible device types")


@rule(
    "MEN-MGT-ART-064",
    "Generating without name, device types, type or file is refused: 400",
    document=GENERATE,
    operations=["generateArtifact"],
)
def required_parts_are_required(backend: Backend) -> None:
    """Leave out one part after the other."""
    for part in ("name", "device_types_compatible", "type", "file"):
        expect_error(
            _generate(backend, **{part: None}), 400, because=f"generating without '{part}'"
        )


@rule(
    "MEN-MGT-ART-065",
    "Generating with another type than single_file is refused: 400",
    document=GENERATE,
    operations=["generateArtifact"],
    severity="minor",
)
def other_types_are_refused(backend: Backend) -> None:
    """Generate a whole root file system."""
    expect_error(_generate(backend, type="rootfs-image"), 400)


def _generate(backend: Backend, **fields: str | Sequence[str] | None) -> Exchange:
    """Ask for an artifact; a part that is None is left out."""
    parts: dict[str, Any] = {
        "name": backend.name("release"),
        "description": "",
        "device_types_compatible": [DEVICE_TYPE],
        "type": "single_file",
        "args": json.dumps({"filename": "greeting.txt", "dest_dir": "/etc"}),
        "file": RAW,
        **fields,
    }
    file = parts.pop("file")
    data = {name: value for name, value in parts.items() if value is not None}
    files: dict[str, Any] = {"nothing": (None, b"")}
    if file is not None:
        files = {"file": ("greeting.txt", file, "application/octet-stream")}
    answer = backend.management.post(f"{ARTIFACTS}/generate", data=data, files=files)
    if answer.status == 201:  # noqa: PLR2004
        backend.ledger.made(ARTIFACT, id_in(answer))
    return answer


def _generated(backend: Backend, **fields: str | Sequence[str] | None) -> Exchange:
    """Return a generated artifact as it is shown, once it is there."""
    with backend.building("a generated artifact"):
        made = expect_status(_generate(backend, **fields), 201)
        path = f"{ARTIFACTS}/{id_in(made)}"
        return backend.eventually(lambda: expect_status(backend.management.get(path), 200))
