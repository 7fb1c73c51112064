"""Configuration: what users want a device to be set to, and what it says it is set to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otakit.contracts.acts.deployment_looks import DEPLOYMENT
from otakit.contracts.acts.deployment_looks import Shown as DeploymentShown
from otakit.contracts.acts.step import Step, step
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.ledger import DEPLOYMENT as KIND
from otakit.contracts.oracle import NO_CONTENT, NOTHING, OK, Expected, Oracle

CONFIGURATIONS = "v1/deviceconfig/configurations/device"
OWN = "v1/deviceconfig/configuration"


@dataclass(frozen=True, kw_only=True)
class _OfKnownDevice(Step):
    """A step about a device that is known."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need the device."""
        return oracle.knows(self.device)

    def path(self, hands: Hands) -> str:
        """Return where its configuration is."""
        return f"{CONFIGURATIONS}/{in_path(hands.id('device', self.device))}"

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the configuration."""
        return [Shown(device=self.device)] if oracle.knows(self.device) else ()


@step("configuration-set", "setDeviceConfiguration", "A device's configuration can be replaced")
@dataclass(frozen=True, kw_only=True)
class Configure(_OfKnownDevice):
    """A user sets what a device shall be set to."""

    values: Mapping[str, str] = field(default_factory=dict)

    def send(self, hands: Hands) -> Exchange:
        """Set it."""
        return hands.management.put(self.path(hands), json=dict(self.values))

    def expect(self, oracle: Oracle) -> Expected:
        """Set it."""
        device, configure = oracle.device(self.device), oracle.world.configurations.configure
        return oracle.answer(lambda: configure(device, dict(self.values)), NO_CONTENT)


@step("configuration-deploy", "deployDeviceConfiguration", "A device's configuration is deployed")
@dataclass(frozen=True, kw_only=True)
class Deploy(_OfKnownDevice):
    """A user deploys what a device shall be set to."""

    deployment: int
    retries: int = 0

    def possible(self, oracle: Oracle) -> bool:
        """Need the device, and a new number."""
        return super().possible(oracle) and not oracle.has(DEPLOYMENT, self.deployment)

    def send(self, hands: Hands) -> Exchange:
        """Deploy it."""
        body = {"retries": self.retries}
        answer = hands.management.post(f"{self.path(hands)}/deploy", json=body)
        if answer.status == OK:
            hands.backend.ledger.made(KIND, str(answer.json().get("deployment_id", "")))
        return answer

    def expect(self, oracle: Oracle) -> Expected:
        """Deploy it."""

        def deploy() -> None:
            device = oracle.device(self.device)
            made = oracle.world.deploy_configuration(device, retries=self.retries)
            oracle.labels.put(DEPLOYMENT, self.deployment, made.id)

        return oracle.answer(deploy, OK)

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Take down the deployment's id."""
        if answer.status == OK:
            hands.labels.put(DEPLOYMENT, self.deployment, answer.json()["deployment_id"])

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at the deployment and the configuration."""
        if not oracle.has(DEPLOYMENT, self.deployment):
            return ()
        return [DeploymentShown(deployment=self.deployment), Shown(device=self.device)]


@step("configuration-report", "reportConfiguration", "A device says what it is set to")
@dataclass(frozen=True, kw_only=True)
class Report(_OfKnownDevice):
    """A device says what it is set to."""

    values: Mapping[str, str] = field(default_factory=dict)

    def possible(self, oracle: Oracle) -> bool:
        """Need a token."""
        return self.device in oracle.tokens

    def send(self, hands: Hands) -> Exchange:
        """Report it."""
        return hands.device(self.device).request("PUT", OWN, json=dict(self.values))

    def expect(self, oracle: Oracle) -> Expected:
        """Take it down."""

        def report() -> None:
            device = oracle.bearer(self.device)
            oracle.world.configurations.report(device, dict(self.values))

        return oracle.answer(report, NO_CONTENT)


@step("configuration-shown", "getDeviceConfiguration", "A configuration is shown as it was set")
@dataclass(frozen=True, kw_only=True)
class Shown(_OfKnownDevice):
    """A user looks at a device's configuration."""

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        return hands.management.get(self.path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Show it, if there is one."""
        found: list[Any] = []
        device, of = oracle.device(self.device), oracle.world.configurations.of
        answer = oracle.answer(lambda: found.append(of(device)), OK)
        if answer.status != OK:
            return answer
        record = found[0]
        body = {
            "id": record.device_id,
            "configured": dict(record.configured),
            "names of configured": sorted(record.configured),
            "reported": dict(record.reported),
            "names of reported": sorted(record.reported),
            "deployment_id": record.deployment_id or NOTHING,
        }
        return Expected(status=OK, body=body)

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read it, with the names of what is set apart."""
        body = answer.json()
        names = {f"names of {part}": sorted(body[part]) for part in ("configured", "reported")}
        return hands.labels.labelled({**body, **names})

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at nothing else."""
        del oracle
        return ()


@step("configuration-own", "getOwnConfiguration", "A device reads what users have set for it")
@dataclass(frozen=True, kw_only=True)
class Own(_OfKnownDevice):
    """A device reads its configuration."""

    def possible(self, oracle: Oracle) -> bool:
        """Need a token."""
        return self.device in oracle.tokens

    def send(self, hands: Hands) -> Exchange:
        """Read it."""
        return hands.device(self.device).request("GET", OWN)

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        found: list[Any] = []

        def read() -> None:
            found.append(oracle.world.configurations.of(oracle.bearer(self.device)))

        answer = oracle.answer(read, OK)
        if answer.status != OK:
            return answer
        values = dict(found[0].configured)
        return Expected(status=OK, body={"values": values, "names": sorted(values)})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read it, with the names apart."""
        del hands
        return {"values": answer.json(), "names": sorted(answer.json())}

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at nothing else."""
        del oracle
        return ()
