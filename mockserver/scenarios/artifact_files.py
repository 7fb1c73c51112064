"""The artifact files of a scenario: real ones, small, the same bytes for the same seed."""

import hashlib
from io import BytesIO
from random import Random
from typing import BinaryIO

from otakit.fixtures.artifact_writer import write_artifact
from otakit.fixtures.scenario_format import ArtifactEntry, size_of

_ROOTFS = "rootfs-image"


def artifact_file(entry: ArtifactEntry, seed: int, modified: int) -> bytes:
    """Write an entry's file; raises ValueError for what cannot stand in one."""
    rng = Random(f"artifact {seed} {entry.name} {entry.device_types}")  # noqa: S311 - repeatable
    payload = rng.randbytes(size_of(entry.size))
    software = _ROOTFS if entry.type == _ROOTFS else f"{_ROOTFS}.{entry.type}"
    provides = {f"{software}.version": entry.version or entry.name}
    if entry.type == _ROOTFS:
        provides[f"{_ROOTFS}.checksum"] = hashlib.sha256(payload).hexdigest()
    out = BytesIO()
    write_artifact(
        out,
        name=entry.name,
        device_types=entry.device_types,
        payload_type=entry.type,
        files=_files(entry.type, payload),
        provides={**provides, **entry.provides},
        depends=entry.depends,
        clears_provides=[f"{software}.*"],
        mtime=modified,
    )
    return out.getvalue()


def _files(payload_type: str, payload: bytes) -> list[tuple[str, bytes | BinaryIO]]:
    """Return what the update module of that name expects."""
    if payload_type == _ROOTFS:
        return [("rootfs.ext4", payload)]
    if payload_type == "single-file":
        return [
            ("dest_dir", b"/var/lib/otakit\n"),
            ("filename", b"payload.bin\n"),
            ("permissions", b"644\n"),
            ("payload.bin", payload),
        ]
    return [("payload.bin", payload)]
