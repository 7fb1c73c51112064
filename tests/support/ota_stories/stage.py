"""Where stories happen: a running server, a user who is logged in, and devices."""

import io
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from typing import Any

import httpx

from ota_stories.recorder import Recorder
from ota_stories.struck import StruckClient
from ota_support.device import Device
from ota_support.server import LOGIN
from otakit.fixtures.artifact_writer import write_single_file_artifact

UNKNOWN = "5f0c7a1e-0000-4000-8000-000000000000"
"""An id that has the right form and belongs to nothing."""


class Stage:
    """One server with a recorder at every client."""

    def __init__(
        self, start: Callable[..., str], recorder: Recorder, listed: list[dict[str, Any]]
    ) -> None:
        """Start a server; `listed` are the operations that it has to have.

        `start` takes options of `otakit serve` besides the edition's, and returns a URL.
        """
        self.url = start()
        self.recorder = recorder
        self._start = start
        self.listed = listed
        self._numbers = count(1)
        self._stack = ExitStack()
        self.nobody = self.client()

    @cached_property
    def user(self) -> httpx.Client:
        """A user of Mender, logged in."""
        user = self.client()
        answer = user.post("/api/management/v1/useradm/auth/login", auth=LOGIN)
        user.headers["Authorization"] = f"Bearer {expect(answer, 200).text}"
        return user

    def restart(self, *options: str) -> "Stage":
        """Return another stage like this one, whose server was started with more options."""
        stage = Stage(lambda *more: self._start(*options, *more), self.recorder, self.listed)
        self._stack.callback(stage.close)
        return stage

    def documented(self, method: str, path: str) -> set[int]:
        """Return the statuses that the documents give an operation; none for one not in them."""
        mine = [o for o in self.listed if (o["method"], o["path"]) == (method, path)]
        return {int(status) for operation in mine for status in operation["responses"]}

    def client(self) -> httpx.Client:
        """Return a client without a token, watched by the recorder."""
        hooks = {"response": [self.recorder.see]}
        client = StruckClient(self.url, self.recorder, event_hooks=hooks)
        return self._stack.enter_context(client)

    def close(self) -> None:
        """Close all clients."""
        self._stack.close()

    def stranger(self) -> Device:
        """Return a device of which the server knows nothing."""
        return Device(self.client(), next(self._numbers), "/api/devices/")

    def device(self) -> Device:
        """Return a device that was preauthorized and has its token."""
        device = self.stranger()
        asked = {"identity_data": device.identity, "pubkey": device.key.public_pem}
        answer = self.user.post("/api/management/v2/devauth/devices", json=asked)
        device.id = made(answer)
        expect(device.authenticate(), 200)
        return device

    def artifact(self, name: str, types: str = "rpi") -> str:
        """Upload an artifact; return its id."""
        return made(self.upload(artifact_file(name, types)))

    def upload(self, content: bytes) -> httpx.Response:
        """Upload what may be an artifact."""
        url = "/api/management/v1/deployments/artifacts"
        size = {"size": str(len(content))}  # which older editions want to know
        return self.user.post(url, data=size, files={"artifact": ("update.mender", content)})

    def deploy(self, name: str, *devices: Device, **plan: Any) -> str:
        """Deploy an artifact name to devices; return the deployment's id."""
        asked = {"name": f"{name} for {len(devices)}", "artifact_name": name, **plan}
        asked["devices"] = [device.id for device in devices]
        return made(self.user.post("/api/management/v1/deployments/deployments", json=asked))


def artifact_file(name: str, types: str = "rpi") -> bytes:
    """Write an artifact that puts a file on devices."""
    out = io.BytesIO()
    write_single_file_artifact(
        out,
        name=name,
        device_types=types.split(","),
        content=b"welcome\n",
        filename="motd",
        dest_dir="/etc",
    )
    return out.getvalue()


def expect(answer: httpx.Response, status: int) -> httpx.Response:
    """Fail unless an answer has this status."""
    assert answer.status_code == status, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer


def made(answer: httpx.Response) -> str:
    """Return the id of what was created."""
    return expect(answer, 201).headers["location"].rstrip("/").rpartition("/")[2]
