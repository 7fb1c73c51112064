"""Bugs in how artifacts come in and are shown."""

import io
import json
from collections.abc import Callable
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.fixtures.artifact_errors import ArtifactError
from otakit.fixtures.artifact_manifest import Manifest
from otakit.fixtures.artifact_reader import read_artifact
from otakit.fixtures.artifact_writer import write_artifact
from otakit.mockserver import uploads
from otakit.mockserver.answers import Answer, created, json_answer
from otakit.mockserver.api import artifact_upload, artifacts
from otakit.mockserver.domain.artifacts import Artifact, Artifacts
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.operations import Call


@bug("MEN-MGT-ART-001", "MEN-MGT-ART-060")
def artifacts_are_elsewhere() -> None:
    """The URL of a new artifact has a folder too many."""

    @instead_of(artifact_upload, "created")
    def location(_: Any, path: str) -> Answer:
        folder, _, name = path.rpartition("/")
        return created(f"{folder}/new/{name}")


@bug("MEN-MGT-ART-002", "MEN-MGT-ART-061")
def descriptions_are_lost() -> None:
    """The description that comes with a file is thrown away."""

    @instead_of(artifact_upload, "_text")
    def text(real: Any, form: Any, name: str, *args: Any, **options: Any) -> str:
        found: str = real(form, name, *args, **options)
        return "" if name == "description" else found


@bug("MEN-MGT-ART-003")
def size_is_the_payloads() -> None:
    """An artifact is as large as what is in it, unpacked."""

    def change(shaped: dict[str, Any]) -> dict[str, Any]:
        sizes = [file["size"] for update in shaped["updates"] for file in update["files"]]
        return {"size": sum(sizes)}

    _shown(change)


@bug("MEN-MGT-ART-004")
def any_file_is_an_artifact() -> None:
    """A file that is no artifact becomes one without a word."""

    @instead_of(artifact_upload, "read_artifact")
    def read(real: Any, file: Any) -> Any:
        try:
            return real(file)
        except ArtifactError:
            out = io.BytesIO()
            write_artifact(out, name="unnamed", device_types=["any"], payload_type="unknown")
            out.seek(0)
            return read_artifact(out)


@bug("MEN-MGT-ART-005")
def checksums_are_not_checked() -> None:
    """A payload need not be the one that the manifest has the checksum of."""

    @instead_of(Manifest, "check")
    def check(_: Any, manifest: Manifest, name: str, digest: str) -> None:
        """Take anything for right."""

    @instead_of(Manifest, "check_complete")
    def complete(_: Any, manifest: Manifest) -> None:
        """Take anything for whole."""


@bug("MEN-MGT-ART-006", "MEN-MGT-ART-064")
def forms_without_a_file_crash_the_server() -> None:
    """A form in which the file is missing is answered 500."""

    @instead_of(uploads._Form, "close")
    def close(real: Any, form: Any) -> None:
        if not form._file_seen:
            raise KeyError(form._file_part)
        real(form)


@bug("MEN-MGT-ART-010")
def only_the_first_device_type_is_shown() -> None:
    """Of several compatible device types one is shown."""
    _shown(lambda shaped: {"device_types_compatible": shaped["device_types_compatible"][:1]})


@bug("MEN-MGT-ART-011", "MEN-MGT-ART-062")
def files_are_not_shown() -> None:
    """Updates are shown without their files."""
    _shown(lambda shaped: {"updates": [{**u, "files": []} for u in shaped["updates"]]})


@bug("MEN-MGT-ART-012")
def only_device_types_are_depended_on() -> None:
    """What an artifact depends on besides its device types is not shown."""

    def change(shaped: dict[str, Any]) -> dict[str, Any]:
        return {"artifact_depends": {"device_type": shaped["artifact_depends"]["device_type"]}}

    _shown(change)


@bug("MEN-MGT-ART-013")
def all_artifacts_are_unsigned() -> None:
    """A signature is not noticed."""
    _shown(lambda _: {"signed": False})


@bug("MEN-MGT-ART-014")
def editions_leave_no_time() -> None:
    """An artifact's time stays that of its upload."""

    @instead_of(Artifacts, "describe")
    def describe(real: Any, store: Artifacts, artifact_id: str, description: str) -> None:
        artifact = store.artifact(artifact_id)
        before = artifact.modified
        real(store, artifact_id, description)
        artifact.modified = before


@bug("MEN-MGT-ART-015", "MEN-MGT-ART-050")
def any_text_may_be_an_artifacts_id() -> None:
    """What cannot be an id is looked for, and not found."""

    @instead_of(artifacts, "uuid_of")
    def uuid_of(_: Any, text: str) -> str:
        return text


@bug("MEN-MGT-ART-016")
def unknown_artifacts_are_null() -> None:
    """An artifact that there is not is shown as nothing, successfully."""

    @answering("getArtifact")
    def show(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer(None)
        return answer


@bug("MEN-MGT-ART-060")
def generated_artifacts_have_no_url() -> None:
    """Who has an artifact generated is told the URL of all of them."""

    @instead_of(artifact_upload, "created")
    def location(_: Any, path: str) -> Answer:
        return created(path.rpartition("/")[0])


@bug("MEN-MGT-ART-062")
def generated_artifacts_are_empty() -> None:
    """The raw file does not get into the artifact that is generated of it."""

    @instead_of(artifact_upload, "write_single_file_artifact")
    def write(real: Any, out: Any, **options: Any) -> None:
        real(out, **{**options, "content": b""})


@bug("MEN-MGT-ART-063")
def artifacts_are_generated_for_one_device_type() -> None:
    """Of several device types the last one counts."""

    @instead_of(artifact_upload, "_device_types")
    def types(real: Any, form: Any) -> list[str]:
        found: list[str] = real(form)
        return found[-1:]


@bug("MEN-MGT-ART-064")
def missing_parts_are_made_up() -> None:
    """An artifact that is to be generated without a name is called 'unnamed'."""

    @instead_of(artifact_upload, "_text")
    def text(real: Any, form: Any, name: str, *args: Any, required: bool = False) -> str:
        found: str = real(form, name, *args)
        return found or ("unnamed" if name == "name" else "single_file" if required else "")


@bug("MEN-MGT-ART-065")
def any_type_is_a_single_file() -> None:
    """The type of an artifact that is to be generated is not looked at."""

    class Everything:
        def __contains__(self, _: object) -> bool:
            return True

    artifact_upload.SINGLE_FILE = Everything()  # type: ignore[assignment]  # this is the bug


def _shown(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change what is shown of artifacts."""

    @instead_of(artifacts, "artifact_json")
    def shaped(real: Any, artifact: Artifact) -> dict[str, Any]:
        right: dict[str, Any] = json.loads(json.dumps(real(artifact)))
        return right | change(right)
