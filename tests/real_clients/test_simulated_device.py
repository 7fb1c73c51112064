"""The simulated device beside mender-client: the same situation makes both ask for the same."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ota_support.scripted import a_device, kind
from ota_support.server import LOGIN, NO_TLS
from otakit.fixtures.artifact import ArtifactInfo
from otakit.fixtures.device_behaviour import Behaviour
from otakit.fixtures.device_requests import Request, Response, Wait
from otakit.fixtures.named_behaviours import Fails, PowerLoss, RollsBack
from otakit.mockserver.app import create_server
from otakit.mockserver.listening import options
from otakit.mockserver.settings import Settings

if TYPE_CHECKING:
    from tests.real_clients.conftest import MenderClient, Operator

MODULE = """
case "$1" in
    SupportsRollback) echo {rollback};;
    NeedsArtifactReboot) echo {reboot};;
    ArtifactInstall) touch DISK/installing; {install};;
    ArtifactReboot) touch DISK/rebooting; {rebooting};;
    ArtifactVerifyReboot) {verify};;
esac
"""

UNTIL_TOLD = "until [ -e DISK/go-on ]; do sleep 0.05; done"
HARMLESS = {
    "rollback": "Yes",
    "reboot": "No",
    "install": "true",
    "rebooting": "true",
    "verify": "true",
    "refused": "",
}
CUT_WHILE_INSTALLING = {"install": UNTIL_TOLD}
CUT_WHILE_REBOOTING = {"reboot": "Yes", "rebooting": UNTIL_TOLD}


@dataclass
class Seen:
    """A request, and the status that it was answered with."""

    method: str
    path: str
    body: bytes = b""
    status: int = 0

    def __str__(self) -> str:
        """Name it as `scripted.kind` does, with its answer."""
        return f"{kind(Request(self.method, self.path, (), self.body))} {self.status}"


class Reboots(Behaviour):
    """A device that reboots after each installation, as the test's module wants it."""

    def needs_reboot(self, artifact: ArtifactInfo) -> bool:
        """Say that it does."""
        return bool(artifact)


class Recorder:
    """A server that keeps what devices ask of it, and how it answers.

    Reports of the status `refused` fail.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app
        self._seen: list[Seen] = []
        self.url = ""
        self.refused = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write it down when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = Seen(scope["method"], scope["path"])
        self._seen.append(seen)
        if seen.path.endswith("/status"):
            seen.body = await whole(receive)
            if self.refused and self.refused.encode() in seen.body:
                seen.status = 500
                await PlainTextResponse("refused", 500)(scope, receive, send)
                return

        async def receiving() -> Message:
            if seen.body:
                return {"type": "http.request", "body": seen.body, "more_body": False}
            return await receive()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        await self._app(scope, receiving, sending)

    def update(self) -> list[str]:
        """Return the requests of the one update that devices have made, from its offer on.

        Polls and inventories come by the clock and are left out; so are repeated ones for the map.
        """
        story: list[str] = []
        for seen in self._seen:
            if seen.path.startswith("/api/devices/") or "/storage/artifacts/" in seen.path:
                name = str(seen)
                if name == "next 200":
                    story = [name]
                elif not (
                    name in {"next 204", "inventory 200"} or story[-1:] == [name] == ["map 200"]
                ):
                    story.append(name)
        return story

    @property
    def idle(self) -> bool:
        """Say whether there was nothing new for the device that asked last."""
        polls = [seen for seen in self._seen if seen.path.endswith("/next")]
        return [seen.status for seen in polls][-2:] == [204, 204]

    def clear(self) -> None:
        """Forget what was asked."""
        self._seen.clear()


async def whole(receive: Receive) -> bytes:
    """Return the body of a request, which mender-client sends in chunks."""
    body = bytearray()
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            return bytes(body)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Return a recording server, which runs until the test is over."""
    with serving(Recorder(create_server(Settings()).app)) as recorder:
        yield recorder


@contextmanager
def serving(recorder: Recorder) -> Iterator[Recorder]:
    """Run a server in a thread."""
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(recorder, port=0, log_level="warning", **options()))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert started.wait(20)
    recorder.url = "http://{}:{}".format(*server.servers[0].sockets[0].getsockname())
    try:
        yield recorder
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def operator(recorder: Recorder, ota_parts: Any) -> Iterator["Operator"]:
    """Return the operator of the recording server."""
    with httpx.Client(base_url=f"{recorder.url}/api/management/", verify=NO_TLS) as http:
        token = http.post("v1/useradm/auth/login", auth=LOGIN).raise_for_status().text
        http.headers["Authorization"] = f"Bearer {token}"
        yield ota_parts[1](http)


class Simulated:
    """A simulated device that talks over HTTP, and skips whatever it would wait for."""

    def __init__(self, http: httpx.Client, behaviour: Behaviour) -> None:
        """Prepare it for a server."""
        self._device = a_device(
            2, behaviour=behaviour, device_type="qemux86-64", artifact_name="factory-image"
        )
        self.mac = self._device.identity["mac"]
        self._http = http
        self._now = 0.0

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Let it live until a condition holds."""
        for _ in range(200):
            if found := condition():
                return found
            action = self._device.next_action(self._now)
            if isinstance(action, Wait):
                self._now = action.until
            else:
                self._exchange(action)
        message = f"not after 200 steps: {what}"
        raise AssertionError(message)

    def _exchange(self, request: Request) -> None:
        answer = self._http.request(
            request.method, request.target, headers=request.headers, content=request.body
        )
        response = Response(answer.status_code, answer.headers, answer.content)
        self._device.receive(response, self._now)


Meanwhile = Callable[["Operator", str, Any], None]
"""What a user does with a deployment while a device is at it."""


def nothing(operator: "Operator", deployment: str, device: Any) -> None:
    """Let it be."""


def abort(operator: "Operator", deployment: str, device: Any) -> None:
    """Abort it once the device installs."""
    device.until(lambda: operator.statistics(deployment) == {"installing": 1}, "it installs")
    operator.abort(deployment)
    if hasattr(device, "disk"):
        device.until((device.disk / "installing").exists, "the module installs")
        (device.disk / "go-on").touch()


def go_on(operator: "Operator", deployment: str, device: Any) -> None:
    """Let it go on where it pauses."""
    device.until(
        lambda: operator.statistics(deployment) == {"pause_before_installing": 1}, "it pauses"
    )
    operator.change_control_map(deployment, control_map("continue"))


def cut_power(operator: "Operator", deployment: str, device: Any) -> None:
    """Take the power from the real one where its module waits for that, and give it back.

    That is how it reboots; a simulated device does it by itself.
    """
    if hasattr(device, "disk"):
        waits = {"installing": 1}, {"rebooting": 1}
        device.until(lambda: operator.statistics(deployment) in waits, "it installs or reboots")
        file = next(iter(operator.statistics(deployment)))
        device.until((device.disk / file).exists, "the module is at it")
        device.stop()
        device.start()


def control_map(action: str) -> dict[str, Any]:
    """Return a map for the moment before the installation."""
    return {"priority": 1, "states": {"ArtifactInstall_Enter": {"action": action}}}


PAUSING = {"update_control_map": control_map("pause")}


@pytest.mark.parametrize(
    ("script", "behaviour", "plan", "meanwhile"),
    [
        ({}, Behaviour(), {}, nothing),
        ({"reboot": "Yes"}, Reboots(), {}, nothing),
        ({"install": "exit 1"}, Fails(), {}, nothing),
        ({"install": UNTIL_TOLD}, Behaviour(), {}, abort),
        ({}, Behaviour(), PAUSING, go_on),
        ({"reboot": "Yes"}, Reboots(), PAUSING, go_on),
        ({"refused": "downloading"}, Behaviour(), {}, nothing),
        ({"refused": "installing"}, Behaviour(), {}, nothing),
        (CUT_WHILE_REBOOTING, Reboots(), {}, cut_power),
        ({**CUT_WHILE_REBOOTING, "verify": "exit 1"}, RollsBack(), {}, cut_power),
        (CUT_WHILE_INSTALLING, PowerLoss(broken=0.0), {}, cut_power),
        ({**CUT_WHILE_INSTALLING, "rollback": "No"}, PowerLoss(broken=1.0), {}, cut_power),
    ],
    ids=[
        *("success", "reboot", "failure", "abort", "control map", "control map and reboot"),
        *("download cannot be reported", "commit cannot be reported"),
        *("reboot that is one", "rollback after a reboot", "power loss", "broken by a power loss"),
    ],
)
def test_both_go_through_an_update_alike(  # noqa: PLR0913, PLR0917 - a situation
    recorder: Recorder,
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
    script: dict[str, str],
    behaviour: Behaviour,
    plan: dict[str, Any],
    meanwhile: Meanwhile,
) -> None:
    """Offer, reports, download, second login, log: in the same order, with the same answers.

    What they tell in the end is installed is the same, too.
    """
    client = mender_client(url=recorder.url)
    given = {**HARMLESS, **script}
    recorder.refused = given["refused"]
    client.add_module("app", MODULE.format(**given).replace("DISK", str(client.disk)))
    operator.upload(write_artifact("release-1", "app", payload="anything"))
    client.start()
    real = through(operator, recorder, client, plan, meanwhile)
    client.stop()
    with httpx.Client(base_url=recorder.url, verify=NO_TLS) as http:
        simulated = through(operator, recorder, Simulated(http, behaviour), plan, meanwhile)
    assert simulated == real


def through(
    operator: "Operator",
    recorder: Recorder,
    device: Any,
    plan: dict[str, Any],
    meanwhile: Meanwhile,
) -> list[str]:
    """Let a device go through a deployment; return what it asked, and what it has then."""
    device_id = operator.accept(device)
    deployment = operator.deploy("release-1", device_id, **plan)
    meanwhile(operator, deployment, device)
    device.until(lambda: operator.finished(deployment), "the deployment is finished")
    device.until(lambda: recorder.idle, "it polls again")
    story = recorder.update()
    recorder.clear()
    return [*story, f"has {operator.attributes(device_id)['artifact_name']}"]
