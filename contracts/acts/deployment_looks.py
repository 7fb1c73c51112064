"""How users see deployments."""

from dataclasses import dataclass
from typing import Any

from otakit.contracts.acts.step import Step, step
from otakit.contracts.backend import DEPLOYMENTS
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.hands import Hands
from otakit.contracts.oracle import NOTHING, OK, Expected, Oracle
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.deployment import SCHEDULED, Deployment
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.progress import GROUPS, PENDING, DeviceDeployment
from otakit.mockserver.domain.words import has_phrase, words

DEPLOYMENT = "deployment"


@dataclass(frozen=True, kw_only=True)
class _OfDeployment(Step):
    """A look at one deployment."""

    deployment: int

    def possible(self, oracle: Oracle) -> bool:
        """Need it."""
        return oracle.has(DEPLOYMENT, self.deployment)

    def path(self, hands: Hands) -> str:
        """Return where it is."""
        return f"{DEPLOYMENTS}/{in_path(hands.id(DEPLOYMENT, self.deployment))}"


@step("deployments-shown", "getDeployment", "A deployment is shown as far as it is")
@dataclass(frozen=True, kw_only=True)
class Shown(_OfDeployment):
    """A user looks at a deployment."""

    def send(self, hands: Hands) -> Exchange:
        """Look at it."""
        return hands.management.get(self.path(hands))

    def expect(self, oracle: Oracle) -> Expected:
        """Show it."""
        deployment = oracle.deployment(self.deployment)
        plan, scope, dialect = deployment.plan, deployment.scope, oracle.world.dialect
        takes_part = dialect.targets_take_part
        body = {
            "id": deployment.id,
            "name": plan.name if deployment.configuration is None else NOTHING,
            "artifact_name": plan.artifact_name if deployment.configuration is None else NOTHING,
            "status": status_of(deployment, oracle),
            "type": deployment.type,
            "created": rfc3339(deployment.created),
            "finished": None if deployment.finished is None else rfc3339(deployment.finished),
            "device_count": deployment.statistics.targets
            if takes_part
            else len(deployment.devices),
            "statistics": {"status": deployment.statistics.counts()},
            "artifacts": deployment.artifacts or NOTHING,
            "retries": plan.retries if dialect.shows_defaults or plan.retries else NOTHING,
            "dynamic": scope.dynamic if dialect.shows_defaults or scope.dynamic else NOTHING,
            "initial_device_count": len(scope.devices) if scope.dynamic else NOTHING,
            "max_devices": _max_devices(deployment, takes_part=takes_part),
            "phases": _phases(deployment),
        }
        return Expected(status=OK, body=body)


def status_of(deployment: Deployment, oracle: Oracle) -> str:
    """Return a deployment's status in the words of the oracle's dialect and edition."""
    status = deployment.status(oracle.world.clock.now())
    return PENDING if status == SCHEDULED and not _knows_scheduled(oracle) else status


def _knows_scheduled(oracle: Oracle) -> bool:
    return oracle.world.dialect.knows_scheduled and not oracle.ground.older


def _max_devices(deployment: Deployment, *, takes_part: bool) -> Any:
    if deployment.scope.dynamic or takes_part:
        return deployment.plan.max_devices or NOTHING
    return len(deployment.scope.devices)


def _phases(deployment: Deployment) -> Any:
    if not deployment.phases:
        return NOTHING
    return [
        {
            "batch_size": phase.batch_size,
            "device_count": phase.device_count,
            "start_ts": rfc3339(phase.start),
        }
        for phase in deployment.phases
    ]


@step("deployments-statistics", "getDeploymentStatistics", "A deployment's devices are counted")
@dataclass(frozen=True, kw_only=True)
class Statistics(_OfDeployment):
    """A user looks at how many devices have which status."""

    def send(self, hands: Hands) -> Exchange:
        """Look at them."""
        return hands.management.get(f"{self.path(hands)}/statistics")

    def expect(self, oracle: Oracle) -> Expected:
        """Count the devices."""
        counts = oracle.deployment(self.deployment).statistics.counts()
        return Expected(status=OK, body=counts)


@step(
    "deployments-statistics-list",
    "listDeploymentStatistics",
    "The devices of several deployments are counted at once",
)
@dataclass(frozen=True, kw_only=True)
class StatisticsList(Step):
    """A user looks at the statistics of several deployments."""

    deployments: tuple[int, ...]

    def possible(self, oracle: Oracle) -> bool:
        """Need them."""
        return bool(self.deployments) and all(oracle.has(DEPLOYMENT, n) for n in self.deployments)

    def send(self, hands: Hands) -> Exchange:
        """Look at them; as built, the ids are asked for in an object."""
        ids = [hands.id(DEPLOYMENT, number) for number in self.deployments]
        body = ids if hands.ground.dialect == "documented" else {"deployment_ids": ids}
        return hands.management.post(f"{DEPLOYMENTS}/statistics/list", json=body)

    def expect(self, oracle: Oracle) -> Expected:
        """Count the devices."""
        found = [oracle.deployment(number) for number in self.deployments]
        return Expected(
            status=OK, body=[{"id": d.id, "stats": d.statistics.counts()} for d in found]
        )


@step(
    "deployments-devices", "listAllDeploymentDevices", "A deployment's devices have a status each"
)
@dataclass(frozen=True, kw_only=True)
class Devices(_OfDeployment):
    """A user looks at how far each device is."""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        return hands.management.get(f"{self.path(hands)}/devices")

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        deployment = oracle.deployment(self.deployment)
        shown = {
            oracle.labels.labelled(i): _part(deployment.part(i), oracle)
            for i in listed(deployment, oracle)
        }
        return Expected(status=OK, body={"devices": sorted(shown), **shown})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read them by device."""
        shown = {item["id"]: item for item in hands.labels.labelled(answer.json())}
        return {"devices": sorted(shown), **shown}


def listed(deployment: Deployment, oracle: Oracle) -> list[str]:
    """Return the devices that a deployment lists, in no particular order."""
    if oracle.world.dialect.targets_take_part:
        return list(deployment.targets())
    return [i for i, part in deployment.devices.items() if part.deleted is None]


def _part(part: DeviceDeployment, oracle: Oracle) -> dict[str, Any]:
    own_end = part.status in {"success", "failure"}
    return {
        "status": part.status,
        "log": part.log is not None,
        "substate": part.substate or NOTHING,
        "started": NOTHING if part.started is None or not own_end else rfc3339(part.started),
        "finished": rfc3339(part.finished) if own_end and part.finished else NOTHING,
        "device_type": part.device_type
        if part.device_type and oracle.world.dialect.targets_take_part
        else NOTHING,
        "image": _image(part, oracle),
    }


def _image(part: DeviceDeployment, oracle: Oracle) -> Any:
    image = oracle.world.artifacts.get(part.artifact_id) if part.artifact_id else None
    return NOTHING if image is None else {"id": oracle.labels.labelled(image.id)}


@step(
    "deployments-devices-list",
    "listDeploymentDevices",
    "A deployment's devices are listed by pages",
)
@dataclass(frozen=True, kw_only=True)
class DevicesPage(_OfDeployment):
    """A user lists a deployment's devices of a status, on one page."""

    status: str = ""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        query = {"per_page": "100", **({"status": self.status} if self.status else {})}
        return hands.management.get(f"{self.path(hands)}/devices/list", params=query)

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        deployment = oracle.deployment(self.deployment)
        wanted = GROUPS.get(self.status, {self.status})
        found = [
            i
            for i in listed(deployment, oracle)
            if not self.status or deployment.part(i).status in wanted
        ]
        return Expected(status=OK, body={"devices": found, "count": len(found)})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are, and the header with their number if there is one."""
        ids = [hands.labels.labelled(item["id"]) for item in answer.json()]
        return {"devices": ids, "count": int(answer.headers.get("X-Total-Count", len(ids)))}


@step("deployments-targets", "listDeploymentDeviceIds", "A deployment's targets are listed")
@dataclass(frozen=True, kw_only=True)
class Targets(_OfDeployment):
    """A user lists the ids of a deployment's devices."""

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        return hands.management.get(f"{self.path(hands)}/device_list")

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        targets = oracle.deployment(self.deployment).targets()
        return Expected(status=OK, body={"devices": list(targets)})

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are."""
        return {"devices": hands.labels.labelled(answer.json())}


@step("deployments-list", "listDeployments", "Deployments are listed by status and age")
@dataclass(frozen=True, kw_only=True)
class Listed(Step):
    """A user lists the deployments with this sequence's name in theirs, a page of them."""

    status: str = ""
    sort: str = ""
    page: int = 1
    per_page: int = 20

    def possible(self, oracle: Oracle) -> bool:
        """Need a dialect and an edition that know the status."""
        return self.status != SCHEDULED or _knows_scheduled(oracle)

    def send(self, hands: Hands) -> Exchange:
        """List them."""
        query = {
            "search": hands.ground.prefix,
            "status": self.status,
            "sort": self.sort,
            "page": str(self.page),
            "per_page": str(self.per_page),
        }
        asked = {name: value for name, value in query.items() if value}
        return hands.management.get(DEPLOYMENTS, params=asked)

    def expect(self, oracle: Oracle) -> Expected:
        """List them."""
        phrase = words(oracle.ground.prefix)

        def wanted(deployment: Deployment) -> bool:
            named = has_phrase(deployment.plan.name, phrase)
            return named and (not self.status or status_of(deployment, oracle) == self.status)

        found, total = oracle.world.deployments.find(
            Page(self.page, self.per_page), wanted=wanted, newest_first=self.sort != "asc"
        )
        body = {"deployments": [deployment.id for deployment in found], "count": total}
        return Expected(status=OK, body=body)

    def read(self, hands: Hands, answer: Exchange) -> Any:
        """Read which they are, and the header with their number."""
        ids = [hands.labels.labelled(item["id"]) for item in answer.json()]
        return {"deployments": ids, "count": int(answer.headers.get("X-Total-Count", -1))}
