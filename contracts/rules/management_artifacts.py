"""Management APIs / Deployments: artifacts are uploaded, and shown as they are in their files."""

import io
import tarfile
from typing import Any

from otakit.contracts.backend import ARTIFACTS, DEVICE_TYPE, Artifact, Backend, id_in
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_header,
    expect_status,
    field_of,
)
from otakit.contracts.ledger import ARTIFACT
from otakit.contracts.rule import rule
from otakit.fixtures.keys import generate_key

SECTION = "Management APIs / Deployments"
UPLOAD = f"{SECTION} / Upload Artifact"
SHOW = f"{SECTION} / Show Artifact"

NOTHING = "00000000-0000-4000-8000-000000000000"
"""An id that no artifact has."""


@rule(
    "MEN-MGT-ART-001",
    "An upload is answered with the URL of the new artifact in the header Location",
    document=UPLOAD,
    operations=["uploadArtifact", "getArtifact"],
)
def location_is_the_new_artifact(backend: Backend) -> None:
    """Upload an artifact, and follow the header."""
    name = backend.name("release")
    answer = expect_status(backend.upload(backend.artifact_file(name)), 201)
    place = answer.absolute(expect_header(answer, "Location"))
    expect_field(expect_status(backend.management.get(place), 200), "name", name)


@rule(
    "MEN-MGT-ART-002",
    "The description that is uploaded with an artifact is the artifact's",
    document=UPLOAD,
    operations=["uploadArtifact", "getArtifact"],
)
def description_is_kept(backend: Backend) -> None:
    """Upload an artifact with a description."""
    content = backend.artifact_file(backend.name("release"))
    answer = expect_status(backend.upload(content, "Pruefstand, Monday's build"), 201)
    shown = backend.management.get(f"{ARTIFACTS}/{id_in(answer)}")
    expect_field(expect_status(shown, 200), "description", "Pruefstand, Monday's build")


@rule(
    "MEN-MGT-ART-003",
    "An artifact's size is determined from the uploaded content",
    document=UPLOAD,
    operations=["uploadArtifact", "getArtifact"],
)
def size_is_the_contents(backend: Backend) -> None:
    """Upload an artifact without saying how large it is."""
    content = backend.artifact_file(backend.name("release"), content=b"otakit" * 999)
    answer = expect_status(_upload_form(backend, {}, content), 201)
    shown = backend.management.get(f"{ARTIFACTS}/{id_in(answer)}")
    expect_field(expect_status(shown, 200), "size", len(content))


@rule(
    "MEN-MGT-ART-004",
    "A file that is no artifact is refused: 400",
    document=UPLOAD,
    operations=["uploadArtifact"],
)
def other_files_are_refused(backend: Backend) -> None:
    """Upload a text."""
    expect_error(backend.upload(b"This is no artifact.\n" * 100), 400)


@rule(
    "MEN-MGT-ART-005",
    "An artifact that was damaged on the way is refused: 400",
    document=UPLOAD,
    operations=["uploadArtifact"],
    severity="critical",
)
def damaged_artifacts_are_refused(backend: Backend) -> None:
    """Upload an artifact whose payload is not the one that its manifest has the checksum of."""
    name = backend.name("release")
    good = _members(backend.artifact_file(name, content=b"good"))
    other = _members(backend.artifact_file(name, content=b"evil"))
    payload = next(member for member in good if member.startswith("data/"))
    expect_error(backend.upload(_archive({**good, payload: other[payload]})), 400)


@rule(
    "MEN-MGT-ART-006",
    "An upload without an artifact in it is refused: 400",
    document=UPLOAD,
    operations=["uploadArtifact"],
)
def empty_forms_are_refused(backend: Backend) -> None:
    """Send a form that has a description only."""
    files = {"description": (None, b"nothing else")}
    expect_error(backend.management.post(ARTIFACTS, files=files), 400)


@rule(
    "MEN-MGT-ART-010",
    "An artifact is shown with name, compatible device types and format as they are in its file",
    document=SHOW,
    operations=["getArtifact"],
)
def file_is_shown(backend: Backend) -> None:
    """Upload an artifact for two device types."""
    types = [backend.name("board"), backend.name("board")]
    artifact = backend.artifact(device_types=types)
    shown = look_at(backend, artifact)
    expect_field(shown, "id", artifact.id)
    expect_field(shown, "name", artifact.name)
    listed = sorted(field_of(shown, "device_types_compatible"))
    expect_equal(shown, listed, sorted(types), "the compatible device types")
    expect_field(shown, "info.format", "mender")
    expect_field(shown, "info.version", 3)


@rule(
    "MEN-MGT-ART-011",
    "An artifact is shown with its updates: their types, and their files with name and size",
    document=f"{SECTION} / List Artifacts",
    operations=["getArtifact"],
)
def updates_are_shown(backend: Backend) -> None:
    """Upload an artifact with one file of 4321 bytes."""
    shown = look_at(backend, backend.artifact(content=bytes(4321)))
    expect_field(shown, "updates.0.type_info.type", "otakit-check")
    expect_field(shown, "updates.0.files.0.name", "content")
    expect_field(shown, "updates.0.files.0.size", 4321)


@rule(
    "MEN-MGT-ART-012",
    "An artifact is shown with what it provides, depends on and clears",
    document=SHOW,
    operations=["getArtifact"],
)
def dependencies_are_shown(backend: Backend) -> None:
    """Upload an artifact that has all three."""
    artifact = backend.artifact(
        provides={"rootfs-image.version": "2"},
        depends={"rootfs-image.version": ["1"]},
        clears_provides=["rootfs-image.*"],
    )
    shown = look_at(backend, artifact)
    for name, wanted in (
        ("artifact_provides", {"artifact_name": artifact.name, "rootfs-image.version": "2"}),
        ("artifact_depends", {"device_type": [DEVICE_TYPE], "rootfs-image.version": ["1"]}),
    ):
        found = {key: _listed(value) for key, value in field_of(shown, name).items()}
        expected = {key: _listed(value) for key, value in wanted.items()}
        expect_equal(shown, found, expected, f"'{name}' of {shown.name}")
    expect_field(shown, "clears_artifact_provides", ["rootfs-image.*"])


@rule(
    "MEN-MGT-ART-013",
    "An artifact is shown as signed if it is",
    document=f"{SECTION} / List Artifacts",
    operations=["uploadArtifact", "getArtifact"],
)
def signature_is_shown(backend: Backend) -> None:
    """Upload an artifact without a signature and one with it."""
    plain = backend.artifact()
    expect_field(look_at(backend, plain), "signed", value=False)
    members = _members(backend.artifact_file(backend.name("release")))
    signature = generate_key("ecdsa-p256").sign(members["manifest"]).encode()
    signed = {"version": members.pop("version"), "manifest": members.pop("manifest")}
    signed |= {"manifest.sig": signature, **members}
    answer = expect_status(backend.upload(_archive(signed)), 201)
    shown = backend.management.get(f"{ARTIFACTS}/{id_in(answer)}")
    expect_field(expect_status(shown, 200), "signed", value=True)


@rule(
    "MEN-MGT-ART-014",
    "'modified' is the time of the last edition of an artifact",
    document=f"{SECTION} / List Artifacts",
    operations=["getArtifact", "updateArtifact"],
    severity="minor",
)
def edition_moves_modified(backend: Backend) -> None:
    """Edit an artifact until the next tick of the target's clock has come."""
    artifact = backend.artifact()
    before = field_of(look_at(backend, artifact), "modified")

    def look() -> None:
        expect_status(edit(backend, artifact, backend.name("description")), 204)
        shown = look_at(backend, artifact)
        after = field_of(shown, "modified")
        expect(
            str(after) > str(before),
            "'modified' after an edition",
            expected=f"later than {before}",
            actual=str(after),
            answer=shown,
        )

    backend.eventually(look)


@rule(
    "MEN-MGT-ART-015",
    "Showing an artifact by what cannot be an id is answered 400",
    document=SHOW,
    operations=["getArtifact"],
    severity="minor",
)
def bad_id_is_refused(backend: Backend) -> None:
    """Ask for the artifact 'nothing'."""
    expect_error(backend.management.get(f"{ARTIFACTS}/nothing"), 400)


@rule(
    "MEN-MGT-ART-016",
    "Showing an artifact that there is not is answered 404",
    document=SHOW,
    operations=["getArtifact"],
)
def unknown_artifact_is_not_found(backend: Backend) -> None:
    """Ask for an artifact by an id that none has."""
    expect_error(backend.management.get(f"{ARTIFACTS}/{NOTHING}"), 404)


def _upload_form(backend: Backend, data: dict[str, str], content: bytes) -> Exchange:
    """Upload a file with exactly these fields before it."""
    files = {"artifact": ("otakit.mender", content, "application/octet-stream")}
    answer = backend.management.post(ARTIFACTS, data=data, files=files)
    if answer.status == 201:  # noqa: PLR2004
        backend.ledger.made(ARTIFACT, id_in(answer))
    return answer


def edit(backend: Backend, artifact: Artifact, description: str) -> Exchange:
    """Edit an artifact's description."""
    return backend.management.put(artifact.path, json={"description": description})


def look_at(backend: Backend, artifact: Artifact) -> Exchange:
    """Look at an artifact, which has to be there."""
    return expect_status(backend.management.get(artifact.path), 200)


def _members(artifact: bytes) -> dict[str, bytes]:
    """Take an artifact's file apart, in its order."""
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        read = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in read.items() if file is not None}


def _archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _listed(value: Any) -> list[Any]:
    """Take one value for a list of one: writers of artifacts do."""
    return sorted(value) if isinstance(value, list) else [value]
