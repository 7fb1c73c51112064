"""The simulated device beside mender-client: the same situation makes both ask for the same."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ota_support.scripted import a_device
from ota_support.server import NO_TLS
from otakit.fixtures.artifact import ArtifactInfo
from otakit.fixtures.device_behaviour import Behaviour
from otakit.fixtures.device_requests import Request, Response, Wait
from otakit.fixtures.named_behaviours import Fails, PowerLoss, RollsBack
from otakit.mockserver.client import ControlClient, Journal, On, Universe

if TYPE_CHECKING:
    from tests.conftest import RunningServer
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


OFFER = ("checkUpdateV2", "", 200)
BY_THE_CLOCK = {("checkUpdateV2", "", 204), ("replaceInventory", "", 200)}
"""What comes again and again, update or not."""

MAP = ("getUpdateControlMap", "", 200)

Asked = tuple[str, str, int]
"""An exchange as both devices should have it: its operation, what it is about, its status."""


class Reboots(Behaviour):
    """A device that reboots after each installation, as the test's module wants it."""

    def needs_reboot(self, artifact: ArtifactInfo) -> bool:
        """Say that it does."""
        return bool(artifact)


@pytest.fixture
def universe(server: "RunningServer") -> Iterator[Universe]:
    """Return the server's universe: its journal, and its faults."""
    with ControlClient(server.url) as client:
        yield client.universe()


def story_of(journal: Journal, device_id: str) -> list[Asked]:
    """Return what a device has asked of its one update, from the offer on, as the journal has it.

    Polls and inventories come by the clock and are left out; so are repeated requests for the map.
    mender-client reports while it downloads: so they stand in the order in which they began.
    """
    story: list[Asked] = []
    entries = journal.entries({"caller": device_id, "side": "devices"})
    for entry in sorted(entries, key=lambda entry: (entry.wall, entry.number)):
        about = ""
        if entry.operation == "reportDeploymentStatus":
            about = journal.entry(entry.number).request["body"]["json"]["status"]
        asked = (entry.operation, about, entry.status)
        if asked == OFFER:
            story = [asked]
        elif asked not in BY_THE_CLOCK and not (story[-1:] == [asked] == [MAP]):
            story.append(asked)
    return story


def is_idle(journal: Journal, device_id: str) -> bool:
    """Say whether there was nothing new for a device, twice."""
    polls = journal.entries({"caller": device_id, "operation": "checkUpdateV2"})
    return [poll.status for poll in islice(polls, 2)] == [204, 204]


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


def cut_power(place: str) -> Meanwhile:
    """Take the power from the real one where its module waits for that, and give it back.

    `place` is what it is at then. That is how it reboots; a simulated device does it by itself.
    """

    def cut(operator: "Operator", deployment: str, device: Any) -> None:
        if hasattr(device, "disk"):
            device.until((device.disk / place).exists, f"the module is {place}")
            assert operator.statistics(deployment) == {place: 1}
            device.stop()
            device.start()

    return cut


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
        (CUT_WHILE_REBOOTING, Reboots(), {}, cut_power("rebooting")),
        ({**CUT_WHILE_REBOOTING, "verify": "exit 1"}, RollsBack(), {}, cut_power("rebooting")),
        (CUT_WHILE_INSTALLING, PowerLoss(broken=0.0), {}, cut_power("installing")),
        (
            {**CUT_WHILE_INSTALLING, "rollback": "No"},
            PowerLoss(broken=1.0),
            {},
            cut_power("installing"),
        ),
    ],
    ids=[
        *("success", "reboot", "failure", "abort", "control map", "control map and reboot"),
        *("download cannot be reported", "commit cannot be reported"),
        *("reboot that is one", "rollback after a reboot", "power loss", "broken by a power loss"),
    ],
)
def test_both_go_through_an_update_alike(  # noqa: PLR0913, PLR0917 - a situation
    server: "RunningServer",
    universe: Universe,
    operator: "Operator",
    mender_client: Callable[..., "MenderClient"],
    write_artifact: Callable[..., Path],
    script: dict[str, str],
    behaviour: Behaviour,
    plan: dict[str, Any],
    meanwhile: Meanwhile,
) -> None:
    """Offer, reports, download, second login, log: in the same order, with the same answers.

    So the mock's journal has it. What they tell in the end is installed is the same, too.
    """
    client = mender_client()
    given = {**HARMLESS, **script}
    if given["refused"]:
        body = {"status": given["refused"]}
        on: On = {"operations": ["reportDeploymentStatus"], "body": body}
        universe.faults.add("status", status=500, on=on)
    client.add_module("app", MODULE.format(**given).replace("DISK", str(client.disk)))
    operator.upload(write_artifact("release-1", "app", payload="anything"))
    client.start()
    real = through(operator, universe.journal, client, plan, meanwhile)
    client.stop()
    with httpx.Client(base_url=server.url, verify=NO_TLS) as http:
        device = Simulated(http, behaviour)
        simulated = through(operator, universe.journal, device, plan, meanwhile)
    assert simulated == real


def through(
    operator: "Operator",
    journal: Journal,
    device: Any,
    plan: dict[str, Any],
    meanwhile: Meanwhile,
) -> tuple[list[Asked], str]:
    """Let a device go through a deployment; return what it asked, and what it has then."""
    device_id = operator.accept(device)
    deployment = operator.deploy("release-1", device_id, **plan)
    meanwhile(operator, deployment, device)
    device.until(lambda: operator.finished(deployment), "the deployment is finished")
    device.until(lambda: is_idle(journal, device_id), "it polls again")
    return story_of(journal, device_id), operator.attributes(device_id)["artifact_name"]
