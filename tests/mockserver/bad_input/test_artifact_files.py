"""Damaged and hostile artifact files are refused, whatever the upload looks like."""

import hashlib
import io
import subprocess
import tarfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

ARTIFACTS = "/api/management/v1/deployments/artifacts"
BOMB = 400_000_000
Members = dict[str, bytes]


@pytest.fixture
def members(real_program: Callable[[str], str], tmp_path: Path) -> Members:
    """Return the members of an artifact that mender-artifact has written, in their order."""
    (tmp_path / "motd").write_text("hello")
    artifact = tmp_path / "good.mender"
    command = [real_program("mender-artifact"), "write", "module-image", "-T", "single-file"]
    command += ["-n", "release", "-t", "beagle", "-f", str(tmp_path / "motd"), "-o", str(artifact)]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(artifact) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]  # all are files


def pack(members: Members) -> bytes:
    """Write a tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def gzip(content: bytes) -> bytes:
    """Compress."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(content) + packer.flush()


def upload(site: Any, artifact: bytes) -> httpx.Response:
    """Upload a file."""
    files = {"artifact": ("a.mender", artifact)}
    return httpx.post(site.url + ARTIFACTS, files=files, headers=site.user, timeout=60)


def with_payload(members: Members, payload: Members) -> Members:
    """Put other files into an artifact, with a manifest that has their checksums."""
    kept = [
        line
        for line in members["manifest"].decode().splitlines()
        if not line.split("  ")[1].startswith("data/")
    ]
    for name, content in payload.items():
        kept.append(f"{hashlib.sha256(content).hexdigest()}  data/0000/{name}")
    manifest = "".join(f"{line}\n" for line in sorted(kept, key=lambda line: line.split("  ")[1]))
    return {**members, "manifest": manifest.encode(), "data/0000.tar.gz": gzip(pack(payload))}


@pytest.mark.parametrize("share", [0, 0.01, 0.2, 0.4, 0.6, 0.8, 0.99, 1])
def test_a_truncated_artifact_is_refused(
    ota_site: Any, ota_refusal: Any, members: Members, share: float
) -> None:
    """Wherever it ends."""
    last = pack(members).rstrip(b"\0")[:-1]  # what follows is padding
    message = ota_refusal(upload(ota_site, last[: int(len(last) * share)]), 400)
    assert message.startswith("reading artifact error: ")


@pytest.mark.parametrize("name", ["data/0000/motd", "header.tar.gz", "version"])
def test_a_wrong_checksum_is_refused(
    ota_site: Any, ota_refusal: Any, members: Members, name: str
) -> None:
    """The message names the member."""
    lines = members["manifest"].decode().splitlines()
    changed = [f"{'0' * 64}  {name}" if line.endswith(f"  {name}") else line for line in lines]
    assert changed != lines
    manifest = "".join(f"{line}\n" for line in changed).encode()
    message = ota_refusal(upload(ota_site, pack({**members, "manifest": manifest})), 400)
    assert name.rpartition("/")[2] in message
    assert "0" * 64 in message


@pytest.mark.parametrize("name", ["../motd", "/etc/motd", "a/../../motd", ".."])
def test_a_path_in_place_of_a_name_is_refused(
    ota_site: Any, ota_refusal: Any, members: Members, name: str
) -> None:
    """The rest of the artifact is as it should be."""
    bad = with_payload(members, {name: b"hello"})
    message = ota_refusal(upload(ota_site, pack(bad)), 400)
    assert message.startswith("reading artifact error: ")
    assert name in message


def test_these_tests_can_put_files_into_an_artifact(ota_site: Any, members: Members) -> None:
    """So that the refusals above are for what they say."""
    answer = upload(ota_site, pack(with_payload(members, {"fine": b"hello"})))
    assert answer.status_code == 201
    httpx.delete(ota_site.url + answer.headers["location"], headers=ota_site.user)


@pytest.mark.parametrize("member", ["data/0000.tar.gz", "header.tar.gz"])
def test_a_bomb_is_refused(
    ota_site: Any, ota_refusal: Any, ota_memory: Any, members: Members, member: str
) -> None:
    """Before it has expanded, in bounded memory."""
    packer = zlib.compressobj(level=6, wbits=31)
    info = tarfile.TarInfo("header-info" if member == "header.tar.gz" else "motd")
    info.size = BOMB
    parts = [packer.compress(info.tobuf(tarfile.PAX_FORMAT))]
    parts += [packer.compress(bytes(1_000_000)) for _ in range(BOMB // 1_000_000)]
    bomb = b"".join([*parts, packer.flush()])
    assert len(bomb) < 1_000_000
    manifest = members["manifest"].decode().splitlines()
    checksum = hashlib.sha256(bomb).hexdigest()
    lines = [f"{checksum}  {member}" if line.endswith(member) else line for line in manifest]
    changed = {**members, "manifest": "\n".join([*lines, ""]).encode(), member: bomb}
    before, began = ota_memory(ota_site.pid, anew=True), time.monotonic()
    message = ota_refusal(upload(ota_site, pack(changed)), 400)
    assert time.monotonic() - began < 20
    assert "too large" in message or "too much" in message
    assert ota_memory(ota_site.pid) - before < 20_000_000
