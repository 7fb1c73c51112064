"""Updates as devices see them: they ask, report and send logs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.deployment_looks import DEPLOYMENT, Devices, Statistics
from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import DEPLOYMENTS
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import NO_CONTENT, NOTHING, OK, Expected, Oracle
from otakit.contracts.signing_device import NEXT
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.offers import Offer

NEXT_V2 = "v2/deployments/device/deployments/next"
BEFORE = "before"
"""What a device has installed that no release of this sequence is."""


@dataclass(frozen=True, kw_only=True)
class _ByDevice(Step):
    """A step of a device with a token, good or not."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need the token."""
        return self.device in oracle.tokens


@step("updates-poll", "checkUpdate", "A device is offered what it has to install next")
@dataclass(frozen=True, kw_only=True)
class Poll(_ByDevice):
    """A device asks for its next update; `installed` is a release, or none of this sequence's."""

    type: str = "otakit-board"
    installed: int | None = None

    def _provides(self, side: Hands | Oracle) -> dict[str, str]:
        has = BEFORE if self.installed is None else side.ground.release(self.installed)
        return {"artifact_name": has, "device_type": self.type}

    def send(self, hands: Hands) -> Exchange:
        """Ask for it with Deployments v1."""
        device = hands.device(self.device)
        return device.request("GET", NEXT, params=self._provides(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Offer it."""
        offers: list[Offer | None] = []

        def ask() -> None:
            offers.append(
                oracle.world.offers.next(oracle.bearer(self.device), self._provides(oracle))
            )

        answer = oracle.answer(ask, OK)
        if answer.status != OK:
            return answer
        offer = offers[0]
        if offer is None:
            return Expected(status=NO_CONTENT)
        return Expected(status=OK, body=_instructions(offer))


@step(
    "updates-poll-depends", "checkUpdateDepends", "A device that tells all of itself is offered it"
)
@dataclass(frozen=True, kw_only=True)
class PollWithDepends(Poll):
    """A device asks for its next update and tells what it provides."""

    def send(self, hands: Hands) -> Exchange:
        """Ask for it with a POST of Deployments v1."""
        return hands.device(self.device).request("POST", NEXT, json=self._provides(hands))


@step("updates-poll-v2", "checkUpdateV2", "Deployments v2 offers the same as v1")
@dataclass(frozen=True, kw_only=True)
class PollV2(Poll):
    """A device asks for its next update with Deployments v2."""

    def send(self, hands: Hands) -> Exchange:
        """Ask for it."""
        body = {"device_provides": self._provides(hands)}
        return hands.device(self.device).request("POST", NEXT_V2, json=body)


def _instructions(offer: Offer) -> dict[str, Any]:
    artifact = offer.artifact
    if artifact is None:
        return {"id": offer.deployment.id, "artifact": NOTHING}
    shown = {
        "id": artifact.id,
        "artifact_name": artifact.name,
        "device_types_compatible": list(artifact.content.device_types),
    }
    return {"id": offer.deployment.id, "artifact": shown}


@dataclass(frozen=True, kw_only=True)
class _AboutDeployment(_ByDevice):
    """A device's step about a deployment, whether or not that was offered to it."""

    deployment: int

    def possible(self, oracle: Oracle) -> bool:
        """Need both."""
        return super().possible(oracle) and oracle.has(DEPLOYMENT, self.deployment)

    def path(self, hands: Hands, what: str) -> str:
        """Return where the device tells something of it."""
        deployment = in_path(hands.id(DEPLOYMENT, self.deployment))
        return f"v1/deployments/device/deployments/{deployment}/{what}"


@step("updates-report", "reportDeploymentStatus", "A device reports until its update is taken back")
@dataclass(frozen=True, kw_only=True)
class Report(_AboutDeployment):
    """A device says how far it is."""

    status: str
    substate: str | None = None

    def send(self, hands: Hands) -> Exchange:
        """Report it."""
        told = {"status": self.status}
        if self.substate is not None:
            told["substate"] = self.substate
        return hands.device(self.device).request("PUT", self.path(hands, "status"), json=told)

    def expect(self, oracle: Oracle) -> Expected:
        """Take it down."""

        def report() -> None:
            device = oracle.bearer(self.device)
            deployment = oracle.id(DEPLOYMENT, self.deployment)
            oracle.world.reports.status(device, deployment, self.status, self.substate)

        return oracle.answer(report, NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the deployment's devices, and count them."""
        del oracle
        return [Statistics(deployment=self.deployment), Devices(deployment=self.deployment)]


@step("updates-log", "reportDeploymentLog", "A device sends its log of an update")
@dataclass(frozen=True, kw_only=True)
class SendLog(_AboutDeployment):
    """A device sends its log."""

    text: str

    def send(self, hands: Hands) -> Exchange:
        """Send it."""
        told = {"messages": self._messages()}
        return hands.device(self.device).request("PUT", self.path(hands, "log"), json=told)

    def _messages(self) -> list[dict[str, str]]:
        return [{"timestamp": "2026-01-02T03:04:05Z", "level": "info", "message": self.text}]

    def expect(self, oracle: Oracle) -> Expected:
        """Keep it."""

        def keep() -> None:
            device = oracle.bearer(self.device)
            deployment = oracle.id(DEPLOYMENT, self.deployment)
            oracle.world.reports.log(device, deployment, self._messages())

        return oracle.answer(keep, NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Read it."""
        del oracle
        return [Log(device=self.device, deployment=self.deployment)]


@step("updates-log-shown", "getDeploymentLog", "A user reads the log that a device sent last")
@dataclass(frozen=True, kw_only=True)
class Log(Step):
    """A user reads a device's log of a deployment."""

    device: int
    deployment: int

    def possible(self, oracle: Oracle) -> bool:
        """Need both."""
        return oracle.has("device", self.device) and oracle.has(DEPLOYMENT, self.deployment)

    def send(self, hands: Hands) -> Exchange:
        """Read it."""
        deployment = in_path(hands.id(DEPLOYMENT, self.deployment))
        device = in_path(hands.id("device", self.device))
        return hands.management.get(f"{DEPLOYMENTS}/{deployment}/devices/{device}/log")

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        deployment, device = oracle.id(DEPLOYMENT, self.deployment), oracle.device(self.device)
        try:
            messages = oracle.world.reports.read_log(deployment, device)
        except NotFound:
            return Expected(status=404)
        return Expected(status=OK, body=[message["message"] for message in messages])

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read the messages: how times and levels are written is the server's."""
        del hands
        return [line.rpartition(": ")[2] for line in answer.text.splitlines()]
