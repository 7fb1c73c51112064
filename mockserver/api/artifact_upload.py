"""Management APIs / Deployments: artifacts that come in, as files or to be made of files.

Upload Artifact and Generate Artifact of management/deployments-v1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec

from otakit.fixtures.artifact import ArtifactInfo, ArtifactUpdate
from otakit.fixtures.artifact_errors import ArtifactError
from otakit.fixtures.artifact_reader import read_artifact
from otakit.fixtures.artifact_writer import write_single_file_artifact
from otakit.fixtures.byte_source import ByteSource
from otakit.mockserver.answers import Answer, created
from otakit.mockserver.arriving import arriving
from otakit.mockserver.audit_trail import about_artifact, added
from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.audit import CREATE
from otakit.mockserver.domain.errors import ArtifactExists, Invalid, Unprocessable
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.uploads import receive_form, receive_into

MAX_DESCRIPTION = 4096
MAX_NAME = 256
SINGLE_FILE = ("single_file", "single-file")

Form = dict[str, list[str]]


@operation("uploadArtifact")
async def upload_artifact(call: Call) -> Answer:
    """Store an artifact file, which is verified while it arrives."""
    limit = call.server.settings.artifact_limit
    with _scratch(call) as path:
        async with arriving(path, _read) as file:
            form = await receive_into(
                call, file_part="artifact", file=file, limit=limit, room=file.room
            )
            _check_size(form, file.size, is_required="size" in call.required_parts)
            description = _text(form, "description", MAX_DESCRIPTION)
            info = await file.result()
        return _store(call, path, info, description)


@operation("generateArtifact")
async def generate_artifact(call: Call) -> Answer:
    """Make an artifact of a raw file, for the single-file update module, and store it."""
    limit = call.server.settings.generate_limit
    with _scratch(call) as raw, _scratch(call) as path:
        form = await receive_form(call, file_part="file", into=raw, limit=limit)
        kind = _text(form, "type", MAX_NAME, required=True)
        if kind not in SINGLE_FILE:
            message = f"type: '{kind}' is not one of {', '.join(SINGLE_FILE)}"
            raise Invalid(message)
        description = _text(form, "description", MAX_DESCRIPTION)
        name = _text(form, "name", MAX_NAME, required=True)
        options = _single_file(form)
        types = _device_types(form)
        modified = int(call.world.clock.now())

        def write() -> None:
            with raw.open("rb") as content, path.open("wb") as out:
                write_single_file_artifact(
                    out, name=name, device_types=types, content=content, mtime=modified, **options
                )

        try:
            await anyio.to_thread.run_sync(write)
        except (ArtifactError, ValueError) as error:
            message = f"args: {error}"
            raise Invalid(message) from None
        info = await anyio.to_thread.run_sync(_read_file, path)
        try:
            return _store(call, path, info, description)
        except ArtifactExists as exists:
            message = f"Artifact not unique: {exists.message}"
            raise Unprocessable(message) from None


@contextmanager
def _scratch(call: Call) -> Iterator[Path]:
    """Lend a path for a file that is gone afterwards, unless it was kept.

    Raises Invalid where it goes before that: a reset does not wait for uploads.
    """
    path = call.universe.storage.scratch(call.world.ids.uuid())
    try:
        yield path
    except FileNotFoundError:
        message = "the artifact is lost: its universe was reset or deleted during the upload"
        raise Invalid(message) from None
    finally:
        path.unlink(missing_ok=True)


def _read(file: ByteSource) -> ArtifactInfo:
    """Verify an artifact; raises Invalid for one that is damaged."""
    try:
        return read_artifact(file)
    except ArtifactError as error:
        message = f"reading artifact error: {error}"
        raise Invalid(message) from None


def _read_file(path: Path) -> ArtifactInfo:
    with path.open("rb") as file:
        return _read(file)


def _store(call: Call, path: Path, info: ArtifactInfo, description: str) -> Answer:
    """Keep an artifact file that has been verified."""
    path.stat()  # raises where it has gone: no artifact without a file
    pairs = not call.world.dialect.meta_data_is_object
    artifact = call.world.add_artifact(content_of(info, pairs=pairs), description)
    call.universe.storage.keep(path, artifact.id, artifact.modified)
    call.audit(CREATE, about_artifact(artifact), added("artifact", [artifact.name]))
    base = call.path()
    if call.world.dialect.locations_are_paths:
        base = base.removesuffix("/generate")
    return created(f"{base}/{artifact.id}")


def _check_size(form: Form, size: int, *, is_required: bool) -> None:
    """Look at the size that a form tells: a number, and the right one where an edition asks."""
    told = form.get("size", ["0"])[0]
    if not told.isdecimal():
        message = f"size: '{told[:80]}' is not a number of bytes"
        raise Invalid(message)
    if is_required and told.lstrip("0") != str(size):  # Python reads no number of over 4300 digits
        message = f"size: the artifact has {size} bytes, not {told[:80]}"
        raise Invalid(message)


def content_of(info: ArtifactInfo, *, pairs: bool) -> Content:
    """Return what a file says of itself, with meta-data as pairs where the dialect wants it so."""
    depends = {k: [v] if isinstance(v, str) else list(v) for k, v in info.depends.items()}
    return Content(
        name=info.name,
        depends=depends,
        provides=info.provides,
        clears_provides=list(info.clears_provides),
        updates=[_update(update, pairs=pairs) for update in info.updates],
        version=info.format_version,
        signed=info.signed,
        size=info.size,
    )


def _update(update: ArtifactUpdate, *, pairs: bool) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "type_info": {"type": update.payload_type or ""},
        "files": [
            {
                "name": file.name,
                "checksum": file.checksum,
                "size": file.size,
                "date": file.modified_rfc3339,
            }
            for file in update.files
        ],
    }
    if update.meta_data:
        shaped["metadata"] = shaped["meta_data"] = update.meta_data
        if pairs:
            listed = [{"Key": key, "Value": value} for key, value in update.meta_data.items()]
            shaped["meta_data"] = listed
    return shaped


def _text(form: Form, name: str, limit: int, *, required: bool = False) -> str:
    text = form.get(name, [""])[0]
    if required and not text:
        message = f"{name}: cannot be blank"
        raise Invalid(message)
    if len(text) > limit:
        message = f"{name}: the length must be no more than {limit}"
        raise Invalid(message)
    return text


def _device_types(form: Form) -> list[str]:
    """Read the types: one part each, or one part with commas as the real server wants it."""
    parts = form.get("device_types_compatible", [])
    types = [name.strip() for part in parts for name in part.split(",")]
    if not types or not all(0 < len(name) <= MAX_NAME for name in types):
        message = f"device_types_compatible: names of 1 to {MAX_NAME} characters are expected"
        raise Invalid(message)
    return list(dict.fromkeys(types))


def _single_file(form: Form) -> dict[str, str]:
    """Read `args`: where the file goes on the device, and what it is as software."""
    text = form.get("args", [""])[0] or "{}"
    try:
        args = msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"args: a JSON object of texts is expected, not '{text[:80]}': {error}"
        raise Invalid(message) from None
    missing = [key for key in ("filename", "dest_dir") if not args.get(key)]
    if missing:
        message = f"args: {' and '.join(missing)} missing; the single-file module needs them"
        raise Invalid(message)
    optional = ("software_filesystem", "software_name", "software_version")
    known = ("filename", "dest_dir", *optional)
    return {key: args[key] for key in known if args.get(key)}
