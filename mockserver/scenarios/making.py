"""What the entries of a scenario become in a world, each made at the moment at which it is called.

Used in the order of time for a world's past, and at once for what comes into a file later.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from random import Random
from typing import Any

from otakit.fixtures.artifact import ArtifactInfo
from otakit.fixtures.artifact_errors import ArtifactError
from otakit.fixtures.artifact_reader import read_artifact
from otakit.fixtures.device_software import Software
from otakit.fixtures.identities import Identities
from otakit.fixtures.keys import generate_key
from otakit.fixtures.scenario import Loaded, device_names
from otakit.fixtures.scenario_format import (
    AlertEntry,
    ArtifactEntry,
    ConfigurationEntry,
    DeploymentEntry,
    DeviceEntry,
    FilterEntry,
    Scenario,
    Target,
    seconds,
)
from otakit.fixtures.scenario_text import Path
from otakit.mockserver.api.artifact_upload import content_of
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.device import ACCEPTED, NOAUTH, PREAUTHORIZED, REJECTED
from otakit.mockserver.domain.errors import DomainError
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.releases import set_tags
from otakit.mockserver.scenarios.artifact_files import artifact_file
from otakit.mockserver.scenarios.devices_acts import SPEEDS, Breaking, DevicesActs, PastDevice
from otakit.mockserver.scenarios.timeline import Timeline
from otakit.mockserver.scenarios.users_acts import UsersActs
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

_STATES = {
    "before installing": "ArtifactInstall_Enter",
    "before rebooting": "ArtifactReboot_Enter",
    "before committing": "ArtifactCommit_Enter",
}


class Making:
    """Makes things in a universe; `files` has the artifacts' files by id, for whoever keeps them.

    `path` is always where in the file the thing stands; every method raises BadScenario with it
    where the world refuses the thing.
    """

    def __init__(
        self, universe: Universe, server: ServerState, loaded: Loaded, timeline: Timeline
    ) -> None:
        """Make what this scenario has."""
        self.world = universe.world
        self.users = UsersActs(universe, server)
        self.files: dict[str, bytes] = {}
        self.infos: dict[str, ArtifactInfo] = {}
        self.devices_acts = DevicesActs(self.world, timeline, self.infos)
        self.named: dict[str, PastDevice] = {}
        self.made: list[PastDevice] = []
        self._loaded = loaded
        self._identities: Identities | None = None

    @contextmanager
    def blaming(self, path: Path) -> Iterator[None]:
        """Turn the world's refusals into errors that name a place in the file."""
        try:
            yield
        except DomainError as error:
            raise self._loaded.error(path, error.message) from None

    # Artifacts and filters

    def artifact(self, path: Path, entry: ArtifactEntry) -> None:
        """Write an artifact's file and upload it."""
        world = self.world
        try:
            raw = artifact_file(entry, world.seed, int(world.clock.now()))
            info = read_artifact(BytesIO(raw))
        except (ArtifactError, ValueError) as error:
            raise self._loaded.error(path, str(error)) from None
        content = content_of(info, pairs=not world.dialect.meta_data_is_object)
        with self.blaming(path):
            artifact = self.users.upload(content, entry.description)
            if entry.tags:
                set_tags(world.artifacts, entry.name, entry.tags)
        if entry.notes:
            world.artifacts.release(entry.name).notes = entry.notes
        self.files[artifact.id] = raw
        self.infos[artifact.id] = info

    def filter(self, path: Path, entry: FilterEntry) -> None:
        """Save a filter."""
        terms = [
            {"scope": t.scope, "attribute": t.attribute, "type": t.type, "value": t.value}
            for t in entry.terms
        ]
        with self.blaming(path):
            self.users.save_filter(entry.name, terms)

    # Devices

    def devices(self, name: str, entry: DeviceEntry) -> list[PastDevice]:
        """Make up who the devices of an entry are; nothing of them is in the world yet."""
        names: list[str | None] = [*device_names(entry)] or [None] * entry.count
        spans = SPEEDS[entry.speed]
        behaviour = Breaking(
            download=spans.download,
            install=spans.install,
            reboot=spans.reboot,
            breaks=breaks(self._loaded.scenario),
        )
        made = []
        for place, called in enumerate(names):
            device = self._device(f"{name} {place}", called, entry, behaviour)
            if called is not None:
                self.named[called] = device
            made.append(device)
        self.made += made
        return made

    def _device(
        self, name: str, called: str | None, entry: DeviceEntry, behaviour: Breaking
    ) -> PastDevice:
        seed = self.world.seed
        if self._identities is None:
            self._identities = Identities(seed)
        who = self._identities.identity(name, entry.device_type, called)
        return PastDevice(
            identity=entry.identity or who.identity,
            inventory={**who.inventory, **entry.inventory},
            key=generate_key("ed25519", seed=_number(seed, name)),
            rng=Random(f"device {seed} {name}"),  # noqa: S311 - repeatable, not secret
            software=Software(entry.device_type, entry.artifact),
            behaviour=behaviour,
            offline=entry.offline,
        )

    def join(self, path: Path, entry: DeviceEntry, device: PastDevice) -> None:
        """Let a device ask to be let in, or announce it, and decide as the entry says."""
        with self.blaming(path):
            if entry.status == PREAUTHORIZED:
                pubkey = device.key.public_pem
                device.id = self.users.preauthorize(device.identity, pubkey)
                return
            self.devices_acts.join(device)
            self.decide(path, entry, device)

    def decide(self, path: Path, entry: DeviceEntry, device: PastDevice) -> None:
        """Give a device that has asked the status that the entry says."""
        with self.blaming(path):
            if entry.status in {ACCEPTED, REJECTED}:
                self.users.set_status(device.id, entry.status)
            elif entry.status == NOAUTH:
                self.users.forget_keys(device.id)
            if entry.tags:
                self.users.tag(device.id, entry.tags)
            if entry.status == ACCEPTED:
                self.devices_acts.begin(device)
                if entry.reported:
                    self.devices_acts.report(device, entry.reported)

    def group(self, path: Path, entry: DeviceEntry, devices: list[PastDevice]) -> None:
        """Put the devices of an entry into its group."""
        if entry.group is not None:
            with self.blaming(path):
                self.users.group(entry.group, [device.id for device in devices])

    # What is done with them

    def deployment(self, path: Path, entry: DeploymentEntry) -> Deployment:
        """Deploy, and let the devices notice."""
        with self.blaming(path):
            deployment = self._deploy(entry)
        self.devices_acts.notice(deployment)
        return deployment

    def abort(self, path: Path, deployment_id: str) -> None:
        """Abort a deployment, unless it is over."""
        if self.world.deployments.deployment(deployment_id).finished is None:
            with self.blaming(path):
                self.users.abort(deployment_id)

    def configuration(self, path: Path, entry: ConfigurationEntry) -> None:
        """Configure devices, and deploy that where the entry says so."""
        with self.blaming(path):
            for device_id in self._targets(entry.to):
                self.users.configure(device_id, entry.set, entry.by)
                if entry.deploy:
                    self.users.deploy_configuration(device_id, entry.by)
                    deployment_id = self.world.configurations.of(device_id).deployment_id
                    deployment = self.world.deployments.deployment(deployment_id or "")
                    self.devices_acts.notice(deployment)

    def alert(self, path: Path, entry: AlertEntry) -> None:
        """Let devices raise an alert."""
        subject: dict[str, Any] = {"name": entry.subject, "type": entry.type}
        if entry.status:
            subject["status"] = entry.status
        if entry.details:
            subject["details"] = {"description": entry.details}
        alert = {"name": entry.name, "level": entry.level, "subject": subject}
        for name in entry.devices:
            with self.blaming(path):
                self.devices_acts.raise_alert(self.named[name], alert)

    def _deploy(self, entry: DeploymentEntry) -> Deployment:
        now = self.world.clock.now()
        plan: dict[str, Any] = {
            "name": entry.name,
            "artifact_name": entry.artifact,
            "retries": entry.retries,
            "force_installation": entry.force,
            "max_devices": entry.max_devices,
            "phases": [
                {"start_ts": rfc3339(now + seconds(phase.after))}
                | ({"batch_size": phase.share} if phase.share is not None else {})
                for phase in entry.phases
            ],
        }
        if entry.pause is not None:
            states = {_STATES[entry.pause]: {"action": "pause"}}
            plan["update_control_map"] = {"priority": 1, "states": states}
        group = ""
        if entry.to == "all":
            operation = "createDeployment"
            plan["all_devices"] = True
        elif entry.to.group is not None:
            operation, group = "createGroupDeployment", entry.to.group
        elif entry.to.filter is not None:
            operation = "createDynamicDeployment"
            saved = {saved.name: saved.id for saved in self.world.filters.all()}
            plan["filter_id"] = saved[entry.to.filter]
        else:
            operation = "createDeployment"
            plan["devices"] = list(self._targets(entry.to))
        deployment_id = self.users.deploy(operation, plan, entry.by, group)
        return self.world.deployments.deployment(deployment_id)

    def _targets(self, target: Target) -> list[str]:
        if target.devices is not None:
            return [self.named[name].id for name in target.devices]
        inventory = self.world.inventory
        return list(inventory.members(target.group)) if target.group is not None else []


def breaks(scenario: Scenario) -> dict[str, tuple[float, str]]:
    """Return by name which artifacts fail: on which share of the devices, and what is logged."""
    return {
        artifact.name: (artifact.breaks.share, artifact.breaks.log)
        for artifact in scenario.artifacts
        if artifact.breaks is not None
    }


def entry_names(scenario: Scenario) -> list[str]:
    """Return what makes each entry of devices the same when others come before it, or change.

    That is its name; one without is known by its group and type, and how many such came before.
    """
    names = []
    seen: Counter[str] = Counter()
    for entry in scenario.devices:
        about = entry.name or f"{entry.group} {entry.device_type}"
        seen[about] += 1
        names.append(f"{about} ({seen[about]})")
    return names


def _number(seed: int, name: str) -> int:
    return int.from_bytes(Ids(seed, f"key of {name}").secret(8))
