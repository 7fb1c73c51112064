"""Deployments as users make and end them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.deployment_looks import Devices, Shown, Statistics
from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import DEPLOYMENTS, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.ledger import DEPLOYMENT as KIND
from otakit.contracts.oracle import CREATED, NO_CONTENT, Expected, Oracle
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.rollout import PhasePlan

DEPLOYMENT = "deployment"

Phases = tuple[tuple[int | None, int | None], ...]
"""Percent of the devices, or the rest, and hours from now on, or at once."""


@dataclass(frozen=True, kw_only=True)
class _New(Step):
    """A step that makes a deployment."""

    deployment: int
    release: int
    retries: int = 0
    phases: Phases = ()

    def possible(self, oracle: Oracle) -> bool:
        """Need a new number."""
        return not oracle.has(DEPLOYMENT, self.deployment)

    def body(self, hands: Hands) -> dict[str, Any]:
        """Return what all new deployments have in common."""
        ground = hands.ground
        asked: dict[str, Any] = {
            "name": ground.deployment(self.deployment),
            "artifact_name": ground.release(self.release),
        }
        if self.retries:
            asked["retries"] = self.retries
        if self.phases:
            parts = [
                {
                    "batch_size": size,
                    "start_ts": None if hours is None else ground.in_hours(hours)[1],
                }
                for size, hours in self.phases
            ]
            asked["phases"] = [{k: v for k, v in p.items() if v is not None} for p in parts]
        return asked

    def plan(self, oracle: Oracle, max_devices: int = 0) -> Plan:
        """Return the same for the oracle."""
        ground = oracle.ground
        return Plan(
            name=ground.deployment(self.deployment),
            artifact_name=ground.release(self.release),
            retries=self.retries,
            max_devices=max_devices,
            phases=tuple(
                PhasePlan(
                    batch_size=size, start=None if hours is None else ground.in_hours(hours)[0]
                )
                for size, hours in self.phases
            ),
        )

    def made(self, oracle: Oracle, make: Callable[[], Deployment]) -> Expected:
        """Make it at the oracle."""

        def act() -> None:
            oracle.labels.put(DEPLOYMENT, self.deployment, make().id)

        return oracle.answer(act, CREATED)

    def learn(self, hands: Hands, answer: Exchange) -> None:
        """Take down its id."""
        if answer.status == CREATED:
            hands.labels.put(DEPLOYMENT, self.deployment, id_in(answer))

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at it."""
        return (
            [Shown(deployment=self.deployment)] if oracle.has(DEPLOYMENT, self.deployment) else ()
        )


def _posted(hands: Hands, path: str, body: dict[str, Any]) -> Exchange:
    answer = hands.management.post(path, json=body)
    if answer.status == CREATED:
        hands.backend.ledger.made(KIND, id_in(answer))
    return answer


@step("deployments-create", "createDeployment", "A deployment to listed devices begins")
@dataclass(frozen=True, kw_only=True)
class Create(_New):
    """A user deploys to listed devices."""

    devices: tuple[int, ...]

    def possible(self, oracle: Oracle) -> bool:
        """Need devices, and a new number."""
        known = bool(self.devices) and all(oracle.knows(n) for n in self.devices)
        return known and super().possible(oracle)

    def send(self, hands: Hands) -> Exchange:
        """Create it."""
        devices = [hands.id("device", number) for number in self.devices]
        return _posted(hands, DEPLOYMENTS, {**self.body(hands), "devices": devices})

    def expect(self, oracle: Oracle) -> Expected:
        """Create it."""
        devices = [oracle.device(number) for number in self.devices]
        return self.made(oracle, lambda: oracle.world.deploy(self.plan(oracle), devices=devices))


@step("deployments-group", "createGroupDeployment", "A deployment to a group's devices begins")
@dataclass(frozen=True, kw_only=True)
class CreateForGroup(_New):
    """A user deploys to a group."""

    group: str

    def send(self, hands: Hands) -> Exchange:
        """Create it."""
        name = in_path(hands.ground.group(self.group))
        return _posted(hands, f"{DEPLOYMENTS}/group/{name}", self.body(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Create it."""
        name, deploy = oracle.ground.group(self.group), oracle.world.deploy_to_group
        return self.made(oracle, lambda: deploy(self.plan(oracle), name))


@step("deployments-dynamic", "createDynamicDeployment", "A deployment to a filter's devices begins")
@dataclass(frozen=True, kw_only=True)
class CreateDynamic(_New):
    """A user deploys to whatever devices match a saved filter, now or later."""

    filter: int
    max_devices: int = 0

    def possible(self, oracle: Oracle) -> bool:
        """Need a filter that is there, and a new number."""
        saved = [f.id for f in oracle.world.filters.all()]
        there = oracle.has("filter", self.filter) and oracle.id("filter", self.filter) in saved
        return there and super().possible(oracle)

    def send(self, hands: Hands) -> Exchange:
        """Create it."""
        body = {**self.body(hands), "filter_id": hands.id("filter", self.filter)}
        if self.max_devices:
            body["max_devices"] = self.max_devices
        return _posted(hands, "v2/deployments/deployments", body)

    def expect(self, oracle: Oracle) -> Expected:
        """Create it."""
        saved, deploy = oracle.id("filter", self.filter), oracle.world.deploy_dynamically
        return self.made(oracle, lambda: deploy(self.plan(oracle, self.max_devices), saved))


@step("deployments-abort", "setDeploymentStatus", "A deployment is aborted unless it is finished")
@dataclass(frozen=True, kw_only=True)
class Abort(Step):
    """A user aborts a deployment."""

    deployment: int

    def possible(self, oracle: Oracle) -> bool:
        """Need it."""
        return oracle.has(DEPLOYMENT, self.deployment)

    def send(self, hands: Hands) -> Exchange:
        """Abort it."""
        path = f"{DEPLOYMENTS}/{in_path(hands.id(DEPLOYMENT, self.deployment))}/status"
        return hands.management.put(path, json={"status": "aborted"})

    def expect(self, oracle: Oracle) -> Expected:
        """Abort it."""
        deployment = oracle.id(DEPLOYMENT, self.deployment)
        return oracle.answer(lambda: oracle.world.aborts.abort(deployment), NO_CONTENT)

    def looks(self, oracle: Oracle) -> Iterable[Step]:
        """Look at it and its devices."""
        del oracle
        kinds = (Statistics, Devices)
        return [kind(deployment=self.deployment) for kind in kinds]


@step(
    "deployments-abort-device", "abortDeviceDeployments", "All that a device has to do is aborted"
)
@dataclass(frozen=True, kw_only=True)
class AbortDevice(Step):
    """A user aborts all deployments of a device."""

    device: int

    def possible(self, oracle: Oracle) -> bool:
        """Need it."""
        return oracle.knows(self.device)

    def send(self, hands: Hands) -> Exchange:
        """Abort them."""
        return hands.management.delete(
            f"{DEPLOYMENTS}/devices/{in_path(hands.id('device', self.device))}"
        )

    def expect(self, oracle: Oracle) -> Expected:
        """Abort them; in older editions the device is said to have left them."""
        aborts, device = oracle.world.aborts, oracle.device(self.device)
        end = aborts.leave_all if oracle.ground.older else aborts.abort_device
        end(device)
        return Expected(status=NO_CONTENT)
