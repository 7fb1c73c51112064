"""Forms that are no uploads are refused, and nothing of them is kept."""

import json
from typing import Any

import httpx
import pytest

ARTIFACTS = "/api/management/v1/deployments/artifacts"
BOUNDARY = "boundary-of-the-parts"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: str, *, filename: str = "") -> str:
    """Write a part of a form."""
    file = f'; filename="{filename}"' if filename else ""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{content}\r\n'
    )


FILE = part("artifact", "no artifact", filename="a.mender")
END = f"--{BOUNDARY}--\r\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            FILE + part("description", "late") + END,
            "part 'description' comes after 'artifact', which has to be the last part",
        ),
        (FILE + FILE + END, "part 'artifact' comes after 'artifact', which has to be the last"),
        (
            part("description", "all") + END,
            "request does not contain the file: part 'artifact' is missing",
        ),
        (END, "request does not contain the file: part 'artifact' is missing"),
        ("", "unexpected EOF: the multipart form ends before its last boundary"),
        (FILE, "unexpected EOF: the multipart form ends before its last boundary"),
        (FILE[:-9], "unexpected EOF: the multipart form ends before its last boundary"),
        ("no form at all", "malformed multipart form: "),
        (part("size", "many") + FILE + END, "size: 'many' is not a number of bytes"),
        (part("x", "x") * 40 + FILE + END, "the form has over 32 parts"),
        (part("x", "x" * 100_000) + FILE + END, "part 'x' makes the form's texts longer than"),
        (part("description", "x" * 4097) + FILE + END, "description: the length must be no more"),
        (FILE + END, "reading artifact error: "),
    ],
    ids=[
        "part behind",
        "two files",
        "no file",
        "no part",
        "empty",
        "no end",
        "cut",
        "no form",
        "size",
        "many parts",
        "long text",
        "long description",
        "no artifact",
    ],
)
def test_a_bad_form_is_refused(ota_site: Any, ota_refusal: Any, body: str, message: str) -> None:
    """The message says what is wrong with it."""
    answer = httpx.post(
        ota_site.url + ARTIFACTS,
        content=body.encode(),
        headers={**ota_site.user, "Content-Type": FORM},
    )
    assert ota_refusal(answer, 400).startswith(message)


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        (None, 400, "Invalid value for Content-Type header: mime: no media type"),
        ("multipart/form-data", 400, "multipart has no boundary"),
        ("multipart/form-data; boundary=", 400, "multipart has no boundary"),
        (f"multipart/form-data; boundary={'b' * 71}", 400, "at most 70 characters, not 71"),
        (f"multipart/form-data; boundary={'b' * 300}", 400, "at most 70 characters, not 300"),
        ("application/json", 415, "expected 'multipart/form-data'"),
    ],
    ids=["none", "no boundary", "empty boundary", "long boundary", "huge boundary", "JSON"],
)
def test_another_media_type_is_refused(
    ota_site: Any, ota_refusal: Any, kind: str | None, status: int, message: str
) -> None:
    """A form cannot be read without its boundary."""
    headers = ota_site.user if kind is None else {**ota_site.user, "Content-Type": kind}
    answer = httpx.post(ota_site.url + ARTIFACTS, content=(FILE + END).encode(), headers=headers)
    assert message in ota_refusal(answer, status)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 257),
        ("type", "docker"),
        ("device_types_compatible", ","),
        ("args", ""),
        ("args", "[]"),
        ("args", '{"filename": "a"}'),
    ],
)
def test_bad_instructions_for_a_generated_artifact_are_refused(
    ota_site: Any, ota_refusal: Any, field: str, value: str
) -> None:
    """The message names the part."""
    texts = {
        "name": "release",
        "type": "single_file",
        "device_types_compatible": "beagle",
        "args": '{"filename": "a", "dest_dir": "/etc"}',
    }
    answer = generate(ota_site, {**texts, field: value})
    assert field in ota_refusal(answer, 400)


def test_missing_arguments_are_named(ota_site: Any, ota_refusal: Any) -> None:
    """Where none were given at all, too."""
    texts = {"name": "release", "type": "single_file", "device_types_compatible": "beagle"}
    for args in ({}, {"args": ""}, {"args": "{}"}):
        said = ota_refusal(generate(ota_site, texts | args), 400)
        assert said == "args: filename and dest_dir missing; the single-file module needs them"


def test_a_path_for_a_file_name_is_refused(ota_site: Any, ota_refusal: Any) -> None:
    """The message quotes it."""
    texts = {"name": "release", "type": "single_file", "device_types_compatible": "beagle"}
    args = json.dumps({"filename": "../a", "dest_dir": "/etc"})
    assert "'../a'" in ota_refusal(generate(ota_site, {**texts, "args": args}), 400)


def generate(site: Any, texts: dict[str, str]) -> httpx.Response:
    """Send a raw file to be made an artifact."""
    url = f"{site.url}{ARTIFACTS}/generate"
    return httpx.post(url, data=texts, files={"file": ("a", b"content")}, headers=site.user)
