"""The real programs of Debian, kept away from the system that they run on."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest

if TYPE_CHECKING:
    from tests.conftest import RunningServer

T = TypeVar("T")

DEVICE_TYPE = "qemux86-64"

_PRIVATE = {
    "etc": "/etc/mender",
    "identity": "/usr/share/mender/identity",
    "inventory": "/usr/share/mender/inventory",
    "modules": "/usr/share/mender/modules/v3",
}
"""Folders that mender-client looks into and has no option for."""

_START = (
    " && ".join(f'mount --bind "$1/{ours}" {theirs}' for ours, theirs in _PRIVATE.items())
    + ' && exec mender --no-syslog --config "$1/mender.conf" --data "$1/data" daemon'
)

_CONFIGURATION = """\
{{"ServerURL": "{url}", "ServerCertificate": "{authority}", "TenantToken": "{tenant}",
  "DeviceTypeFile": "{root}/device_type", "DBus": {{"Enabled": {dbus}}},
  "Security": {{"AuthPrivateKey": "{key}"}}, "RetryPollIntervalSeconds": 1,
  "UpdatePollIntervalSeconds": {poll}, "InventoryPollIntervalSeconds": {poll}}}
"""


class MenderClient:
    """The daemon of mender-client, with a folder in place of the device's disk."""

    def __init__(  # noqa: PLR0913 - what a device is set up with
        self,
        root: Path,
        url: str,
        *,
        apart: Iterable[str],
        private_key: Path | None = None,
        tenant_token: str = "",
        authority: Path | None = None,
        bus: str = "",
    ) -> None:
        """Prepare a device for a server; `apart` is the command that sets a program apart.

        Without a private key it makes one of its own, of 3072 bits RSA. `authority` is the file of
        a certificate to trust. `bus` is the address of a D-Bus for it; a device with one waits to
        be told when to ask for something.
        """
        self.root = root
        self.mac = "02:00:00:00:00:01"
        self._apart = tuple(apart)
        self._log = root / "client.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, **({"DBUS_SYSTEM_BUS_ADDRESS": bus} if bus else {})}
        for folder in (*_PRIVATE, "data", "disk"):
            (root / folder).mkdir(parents=True)
        configuration = _CONFIGURATION.format(
            url=url,
            root=root,
            key=private_key or "",
            authority=authority or "",
            tenant=tenant_token,
            poll=3600 if bus else 1,
            dbus=json.dumps(bool(bus)),
        )
        (root / "mender.conf").write_text(configuration)
        (root / "device_type").write_text(f"device_type={DEVICE_TYPE}\n")
        (root / "etc" / "artifact_info").write_text("artifact_name=factory-image\n")
        self._script("identity/mender-device-identity", f"echo mac={self.mac}")
        self._script("inventory/mender-inventory-test", "echo slot=a; echo slot=b")
        for module in Path(_PRIVATE["modules"]).iterdir():
            shutil.copy2(module, root / "modules")

    @property
    def disk(self) -> Path:
        """Return the folder for what updates install."""
        return self.root / "disk"

    def add_module(self, name: str, script: str) -> None:
        """Give the device an update module of the test's own; its $1 is the state."""
        self._script(f"modules/{name}", script)

    def start(self) -> None:
        """Run the daemon."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._apart, "sh", "-c", _START, "sh", str(self.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )

    @property
    def pid(self) -> int:
        """Return the process that sets the daemon apart; the daemon is its only child."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """End it, and leave its log to pytest, which shows it if the test failed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=20)
            sys.stdout.write(self.log())

    def log(self) -> str:
        """Return what it said."""
        return self._log.read_text(errors="replace")

    def until(self, condition: Callable[[], T | None], what: str, *, timeout: float = 30) -> T:
        """Wait until a condition holds, and return what it gave; fail if the daemon ends before."""
        deadline = time.monotonic() + timeout
        while not (found := condition()):
            assert self._process is not None
            assert self._process.poll() is None, f"the client stopped before this: {what}"
            assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
            time.sleep(0.05)
        return found

    def _script(self, path: str, commands: str) -> None:
        script = self.root / path
        script.write_text(f"#!/bin/sh\n{commands}\n")
        script.chmod(0o755)


class Operator:
    """Who manages the devices: the management APIs in the words of the tests."""

    def __init__(self, management: httpx.Client) -> None:
        """Act through a client that is logged in."""
        self._client = management

    def accept(self, client: MenderClient) -> str:
        """Wait for a device to be pending, accept it, and return its id."""

        def pending() -> list[dict[str, Any]]:
            listed = self._json("GET", "v2/devauth/devices", params={"status": "pending"})
            return [device for device in listed if device["identity_data"] == {"mac": client.mac}]

        [device] = client.until(pending, "the device is pending")
        [auth_set] = device["auth_sets"]
        path = f"v2/devauth/devices/{device['id']}/auth/{auth_set['id']}/status"
        self._call("PUT", path, json={"status": "accepted"})
        return str(device["id"])

    def device(self, device_id: str) -> dict[str, Any]:
        """Return a device as device authentication shows it."""
        return dict(self._json("GET", f"v2/devauth/devices/{device_id}"))

    def attributes(self, device_id: str) -> dict[str, Any]:
        """Return what the inventory knows of a device."""
        shown = self._json("GET", f"v1/inventory/devices/{device_id}")
        return {attribute["name"]: attribute["value"] for attribute in shown["attributes"]}

    def upload(self, artifact: Path) -> str:
        """Upload an artifact file and return the artifact's id."""
        size = {"size": str(artifact.stat().st_size)}  # which older editions want to know
        with artifact.open("rb") as file:
            path = "v1/deployments/artifacts"
            answer = self._call("POST", path, data=size, files={"artifact": file})
        return answer.headers["location"].rsplit("/", 1)[-1]

    def generate(self, name: str, content: bytes, **args: str) -> str:
        """Have the server make an artifact of a file and return the artifact's id."""
        told = {
            "name": name,
            "device_types_compatible": DEVICE_TYPE,
            "type": "single_file",
            "args": json.dumps(args),
        }
        path = "v1/deployments/artifacts/generate"
        answer = self._call("POST", path, data=told, files={"file": content})
        return answer.headers["location"].rsplit("/", 1)[-1]

    def deploy(self, artifact_name: str, device_id: str, **plan: Any) -> str:
        """Deploy to one device and return the deployment's id."""
        wanted = {"name": "a test", "artifact_name": artifact_name, "devices": [device_id], **plan}
        answer = self._call("POST", "v1/deployments/deployments", json=wanted)
        return answer.headers["location"].rsplit("/", 1)[-1]

    def change_control_map(self, deployment_id: str, control_map: dict[str, Any]) -> None:
        """Put another update control map in place."""
        path = f"v1/deployments/deployments/{deployment_id}"
        self._call("PATCH", path, json={"update_control_map": control_map})

    def abort(self, deployment_id: str) -> None:
        """Abort a deployment."""
        path = f"v1/deployments/deployments/{deployment_id}/status"
        self._call("PUT", path, json={"status": "aborted"})

    def finished(self, deployment_id: str) -> bool:
        """Say whether a deployment is finished."""
        shown = self._json("GET", f"v1/deployments/deployments/{deployment_id}")
        return bool(shown["status"] == "finished")

    def statistics(self, deployment_id: str) -> dict[str, int]:
        """Return how many devices have which status; statuses without any are left out."""
        path = f"v1/deployments/deployments/{deployment_id}/statistics"
        return {status: count for status, count in self._json("GET", path).items() if count}

    def device_statuses(self, deployment_id: str) -> dict[str, str]:
        """Return the status of each of a deployment's devices."""
        path = f"v1/deployments/deployments/{deployment_id}/devices"
        return {device["id"]: device["status"] for device in self._json("GET", path)}

    def deployment_log(self, deployment_id: str, device_id: str) -> str | None:
        """Return the log that a device sent of a deployment, if it did."""
        path = f"v1/deployments/deployments/{deployment_id}/devices/{device_id}/log"
        answer = self._client.get(path)
        assert answer.status_code in (200, 404)
        return answer.text if answer.is_success else None

    def _json(self, method: str, path: str, **request: Any) -> Any:
        return self._call(method, path, **request).json()

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer = self._client.request(method, path, **request)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


@pytest.fixture
def operator(management: httpx.Client) -> Operator:
    """Return the operator of an empty server."""
    return Operator(management)


@pytest.fixture(scope="session")
def apart(real_program: Callable[[str], str]) -> tuple[str, ...]:
    """Return the command that gives a program mounts of its own, and ends what it leaves behind.

    Where that is not permitted, it is as if the program were missing.
    """
    command = (real_program("unshare"), "--mount", "--pid", "--fork", "--kill-child")
    harmless = (*command, "mount", "--bind", "/usr", "/usr")
    tried = subprocess.run(harmless, check=False, capture_output=True, text=True)
    if tried.returncode:
        message = f"a program cannot be set apart here: {tried.stderr.strip()}"
        if os.environ.get("OTAKIT_REQUIRE_REAL"):
            pytest.fail(message)
        pytest.skip(message)
    return command


@pytest.fixture
def mender_client(
    real_program: Callable[[str], str],
    apart: tuple[str, ...],
    server: "RunningServer",
    tmp_path: Path,
) -> Iterator[Callable[..., MenderClient]]:
    """Return a function that prepares the one device of a test; it is stopped in the end."""
    real_program("mender")
    with ExitStack() as stack:

        def prepare(
            private_key: Path | None = None, url: str = server.url, **more: Any
        ) -> MenderClient:
            client = MenderClient(
                tmp_path / "device",
                url,
                apart=apart,
                private_key=private_key,
                **more,
            )
            stack.callback(client.stop)
            return client

        yield prepare


@pytest.fixture
def write_artifact(real_program: Callable[[str], str], tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes an artifact file with mender-artifact."""
    program = real_program("mender-artifact")

    def write(
        name: str, module: str, *, meta_data: dict[str, Any] | None = None, **files: bytes | str
    ) -> Path:
        path = tmp_path / f"{name}.mender"
        command = [program, "write", "module-image", "-n", name, "-t", DEVICE_TYPE, "-T", module]
        folder = tmp_path / f"{name}-files"
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
            command += ["-f", str(folder / file)]
        if meta_data is not None:
            (folder / "meta-data").write_text(json.dumps(meta_data))
            command += ["-m", str(folder / "meta-data")]
        subprocess.run([*command, "-o", str(path)], check=True, capture_output=True)
        return path

    return write


@pytest.fixture(scope="session")
def ota_parts() -> tuple[type[MenderClient], type[Operator]]:
    """Return the classes of devices and operators, for tests that share one of each."""
    return MenderClient, Operator
