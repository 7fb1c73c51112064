"""What all tests of bad input share: a server that is looked at before and after."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ota_support.device import AUTH, auth_request
from otakit.fixtures.keys import KeyPair, generate_key

Refusal = Callable[[httpx.Response, int], str]


class Site:
    """A server with one accepted device, a user and a device who are logged in."""

    def __init__(self, server: Any, storage: Path) -> None:
        """Take an empty server, and the folder in which it keeps its files."""
        self.url: str = server.url
        self.pid: int = server.process.pid
        self.storage = storage
        self.key = generate_key("ed25519", seed=1)
        self.user_token: str = server.login()
        self.user = {"Authorization": f"Bearer {self.user_token}"}
        assert self.authenticate().status_code == 401
        known = self._get("v2/devauth/devices")[0]
        path = f"v2/devauth/devices/{known['id']}/auth/{known['auth_sets'][0]['id']}/status"
        url = f"{self.url}/api/management/{path}"
        httpx.put(url, json={"status": "accepted"}, headers=self.user).raise_for_status()
        self.device_token = self.authenticate().raise_for_status().text
        self.as_device = {"Authorization": f"Bearer {self.device_token}"}

    def authenticate(self, *, key: KeyPair | None = None, **fields: Any) -> httpx.Response:
        """Ask to be let in, with other fields or signed with another key if they are given."""
        told = {"pubkey": self.key.public_pem, **fields}
        request = auth_request(key or self.key, {"mac": "1"}, **told)
        return httpx.post(f"{self.url}/api/devices/{AUTH}", **request)

    def _get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}/api/management/{path}", headers=self.user)
        return answer.raise_for_status().json()

    def contents(self) -> dict[str, Any]:
        """Return all that a bad request might leave behind."""
        devices = self._get("v2/devauth/devices")
        return {
            "auth sets": [(d["id"], d["status"], len(d["auth_sets"])) for d in devices],
            "attributes": [
                [a for a in d["attributes"] if a["scope"] not in {"system", "identity"}]
                for d in self._get("v1/inventory/devices")
            ],
            "artifacts": self._get("v1/deployments/artifacts"),
            "deployments": self._get("v1/deployments/deployments"),
            "files": [p.name for p in self.storage.rglob("*") if p.is_file()],
        }


@pytest.fixture(scope="session")
def bad_input_server(
    start_server: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Path]:
    """Return one server for all tests of a worker, and the folder for its temporary files."""
    folder = tmp_path_factory.mktemp("storage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        server = start_server()
    assert tempfile.gettempdir() != str(folder)
    assert [p.name.startswith("otakit-") for p in folder.iterdir()] == [True]
    return server, folder


@pytest.fixture
def ota_site(bad_input_server: tuple[Any, Path]) -> Iterator[Site]:
    """Return a site; when the test is over the site is what it was, and up."""
    server, storage = bad_input_server
    server.reset()
    site = Site(server, storage)
    before = site.contents()
    assert before["files"] == []
    yield site
    assert site.contents() == before
    assert httpx.get(f"{site.url}/otakit/v1/health").json() == {"status": "ok"}


@pytest.fixture
def ota_refusal() -> Refusal:
    """Return the function that checks an error answer and returns its message."""

    def check(answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/json"
        error = answer.json()
        assert error.keys() == {"error", "request_id"}
        assert error["request_id"] == answer.headers["x-men-requestid"] != ""
        message = error["error"]
        assert isinstance(message, str)
        return message

    return check


@pytest.fixture
def ota_memory() -> Callable[..., int]:
    """Return the function that tells the most memory, in bytes, that a process had.

    `anew` makes it forget the past first.
    """

    def peak(pid: int, *, anew: bool = False) -> int:
        process = Path(f"/proc/{pid}")
        if anew:
            (process / "clear_refs").write_text("5")
        status = (process / "status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    return peak
