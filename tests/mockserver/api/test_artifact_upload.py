"""Artifacts come in as files, or are made on the server from a raw file."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from otakit.fixtures.artifact_writer import write_single_file_artifact

ARTIFACTS = "v1/deployments/artifacts"
FORM = {
    "name": "release-2",
    "device_types_compatible": "rpi",
    "type": "single_file",
    "args": json.dumps({"filename": "motd", "dest_dir": "/etc"}),
}

Refused = Callable[[httpx.Response, int], str]


def artifact_file(*types: str, content: bytes = b"welcome\n") -> bytes:
    """Write an artifact for these device types."""
    out = io.BytesIO()
    write_single_file_artifact(
        out,
        name="release-2",
        device_types=types or ("rpi",),
        content=content,
        filename="motd",
        dest_dir="/etc",
    )
    return out.getvalue()


def upload(management: httpx.Client, content: bytes, **texts: str) -> httpx.Response:
    """Upload a file."""
    return management.post(ARTIFACTS, data=texts, files={"artifact": ("a.mender", content)})


def generate(management: httpx.Client, **texts: str) -> httpx.Response:
    """Have an artifact made, with other texts than usual if they are given."""
    file = {"file": ("motd", b"welcome\n")}
    return management.post(f"{ARTIFACTS}/generate", data={**FORM, **texts}, files=file)


def test_uploaded_artifact_is_described_by_its_content(management: httpx.Client) -> None:
    """Uploaded artifact is described by its content."""
    content = artifact_file("rpi", "bbb")
    answer = upload(management, content, description="the second", size=str(len(content)))
    assert (answer.status_code, answer.content) == (201, b"")
    url = management.base_url.copy_with(path=answer.headers["location"])
    shown = management.get(url).json()
    assert (shown["name"], shown["description"]) == ("release-2", "the second")
    assert shown["device_types_compatible"] == ["rpi", "bbb"]
    assert shown["info"] == {"format": "mender", "version": 3}
    assert (shown["signed"], shown["size"]) == (False, len(content))
    assert shown["artifact_provides"]["artifact_name"] == "release-2"
    (payload,) = shown["updates"]
    assert payload["type_info"] == {"type": "single-file"}
    assert "motd" in {file["name"] for file in payload["files"]}


def test_same_name_and_type_is_in_conflict(management: httpx.Client, refused: Refused) -> None:
    """Same name and type is in conflict."""
    assert upload(management, artifact_file("rpi", "bbb")).status_code == 201
    answer = upload(management, artifact_file("bbb", content=b"other\n"))
    refused(answer, 409)
    assert answer.json()["metadata"] == {"conflict": {"device_type": "bbb"}}
    assert len(management.get(ARTIFACTS).json()) == 1


def test_same_name_for_another_type_is_welcome(management: httpx.Client) -> None:
    """Same name for another type is welcome."""
    assert upload(management, artifact_file("rpi")).status_code == 201
    assert upload(management, artifact_file("bbb")).status_code == 201


@pytest.mark.parametrize(
    "content", [b"", b"no artifact", artifact_file()[:-3000], artifact_file().replace(b"a", b"b")]
)
def test_damaged_files_are_refused(
    management: httpx.Client, refused: Refused, content: bytes
) -> None:
    """Damaged files are refused."""
    refused(upload(management, content), 400)
    assert management.get(ARTIFACTS).json() == []


def test_odd_forms_are_refused(management: httpx.Client, refused: Refused) -> None:
    """Odd forms are refused."""
    refused(upload(management, artifact_file(), size="many"), 400)
    refused(upload(management, artifact_file(), description="d" * 4097), 400)
    refused(management.post(ARTIFACTS, files={"other": ("a.mender", artifact_file())}), 400)
    refused(management.post(ARTIFACTS, json={}), 415)
    assert management.get(ARTIFACTS).json() == []


def test_generated_artifact_is_there_at_once(management: httpx.Client) -> None:
    """Generated artifact is there at once."""
    answer = generate(management, description="made", device_types_compatible="rpi,bbb")
    assert (answer.status_code, answer.content) == (201, b"")
    shown = management.get(management.base_url.copy_with(path=answer.headers["location"])).json()
    assert (shown["name"], shown["description"]) == ("release-2", "made")
    assert shown["device_types_compatible"] == ["rpi", "bbb"]
    assert shown["updates"][0]["type_info"] == {"type": "single-file"}


def test_generated_artifact_has_to_be_unique(management: httpx.Client, refused: Refused) -> None:
    """Generated artifact has to be unique."""
    assert generate(management).status_code == 201
    refused(generate(management), 422)
    assert len(management.get(ARTIFACTS).json()) == 1


@pytest.mark.parametrize(
    "texts",
    [
        {"name": ""},
        {"name": "n" * 257},
        {"device_types_compatible": ""},
        {"type": ""},
        {"type": "no-such-module"},
        {"args": "no JSON"},
        {"args": "{}"},
        {"args": json.dumps({"filename": "motd", "dest_dir": "not/absolute"})},
    ],
    ids=lambda texts: str(texts)[:50],
)
def test_odd_orders_make_no_artifact(
    management: httpx.Client, refused: Refused, texts: dict[str, str]
) -> None:
    """Odd orders make no artifact."""
    refused(generate(management, **texts), 400)
    assert management.get(ARTIFACTS).json() == []


def test_generating_needs_a_file_in_a_form(management: httpx.Client, refused: Refused) -> None:
    """Generating needs a file in a form."""
    path = f"{ARTIFACTS}/generate"
    no_file: dict[str, Any] = {"other": ("motd", b"welcome\n")}
    refused(management.post(path, data=FORM, files=no_file), 400)
    refused(management.post(path, json=FORM), 415)
