"""Uploads above the limit are refused with 413, announced or not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ota_support.server import LOGIN

LIMIT = 100_000
ARTIFACTS = "/api/management/v1/deployments/artifacts"
BOUNDARY = "boundary-of-the-parts"
TEXTS = {
    "name": "release",
    "type": "single_file",
    "device_types_compatible": "beagle",
    "args": '{"filename": "a", "dest_dir": "/etc"}',
}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder for temporary files."""
    folder = tmp_path_factory.mktemp("storage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def url(storage: Path, ota_serve: Callable[..., str]) -> str:
    """Return a server with low limits."""
    url = ota_serve(artifact_limit=LIMIT, generate_limit=LIMIT)
    assert [path.name for path in storage.glob("otakit-*/*")] == ["default"]
    return url


@pytest.fixture
def user(storage: Path, url: str) -> Iterator[httpx.Client]:
    """Return a user's client; when the test is over nothing is stored."""
    token = httpx.post(f"{url}/api/management/v1/useradm/auth/login", auth=LOGIN).text
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client
        assert client.get(ARTIFACTS).json() == []
    assert [path for path in storage.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 5_000_000], ids=["just", "far"])
@pytest.mark.parametrize("operation", ["upload", "generate"])
def test_a_file_above_the_limit_is_refused(
    user: httpx.Client, ota_refusal: Any, operation: str, size: int
) -> None:
    """The message names the limit."""
    if operation == "upload":
        answer = user.post(ARTIFACTS, files={"artifact": ("a", bytes(size))})
    else:
        answer = user.post(f"{ARTIFACTS}/generate", data=TEXTS, files={"file": ("a", bytes(size))})
    assert ota_refusal(answer, 413).startswith("request body too large: at most 1")


def test_a_file_that_nobody_announced_is_refused(user: httpx.Client, ota_refusal: Any) -> None:
    """When the limit is reached, also in a chunked body."""

    def body() -> Iterator[bytes]:
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="artifact"\r\n\r\n'.encode()
        for _ in range(100):
            yield bytes(LIMIT // 10)
        yield f"\r\n--{BOUNDARY}--\r\n".encode()

    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = user.post(ARTIFACTS, content=body(), headers=headers)
    assert ota_refusal(answer, 413) == (
        f"request body too large: at most {LIMIT} bytes are read here"
    )


def test_a_file_of_the_limit_is_read(user: httpx.Client, ota_refusal: Any) -> None:
    """It is refused for what it is."""
    answer = user.post(ARTIFACTS, files={"artifact": ("a", bytes(LIMIT))})
    assert ota_refusal(answer, 400).startswith("reading artifact error: ")
