"""A scenario's file has changed: what is different is applied to the universe that lives on.

New things come, as of now. Devices, filters and artifacts that changed are changed, as far as a
user could; devices and filters that are no longer in the file are removed. What has happened stays:
artifacts, deployments, configurations and alerts that are no longer there, and everything that
came about in the meantime. Another fleet of JFrog Connect takes the place of the old one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from otakit.fixtures.scenario import BadScenario, Loaded
from otakit.fixtures.scenario_format import ArtifactEntry, DeviceEntry, FilterEntry, Scenario
from otakit.fixtures.scenario_text import Path
from otakit.mockserver.domain.artifacts import Search
from otakit.mockserver.domain.device import ACCEPTED, PREAUTHORIZED
from otakit.mockserver.domain.inventory import INVENTORY
from otakit.mockserver.domain.releases import set_tags
from otakit.mockserver.scenarios.connect import deploy, fleet_plan
from otakit.mockserver.scenarios.devices_acts import Breaking, PastDevice
from otakit.mockserver.scenarios.loading import living
from otakit.mockserver.scenarios.making import Making, breaks, entry_names
from otakit.mockserver.scenarios.timeline import Timeline
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.universe import Universe

E = TypeVar("E")


def apply_changes(
    universe: Universe, server: ServerState, old: Loaded, new: Loaded
) -> tuple[int, list[BadScenario]]:
    """Apply what differs between two states of a file; return how much, and what was refused."""
    changes = _Changes(universe, server, old, new)
    changes.apply()
    return changes.count, changes.refused


class _Changes:
    """The differences of two scenarios, on their way into a universe."""

    def __init__(self, universe: Universe, server: ServerState, old: Loaded, new: Loaded) -> None:
        self.count = 0
        self.refused: list[BadScenario] = []
        self._universe = universe
        self._world = universe.world
        self._server = server
        self._old = old.scenario
        self._new = new.scenario
        timeline = Timeline(self._world.clock, self._world.clock.now())
        self._before = Making(universe, server, old, timeline)
        self._making = Making(universe, server, new, timeline)

    def apply(self) -> None:
        """Apply them all, one by one: what is refused is left out."""
        self._settings()
        for place, user in _added(self._old.users, self._new.users, lambda u: u.email.lower()):
            path: Path = ("users", place)
            self._try(path, self._making.users.create_user, user.email, user.password)
        self._artifacts()
        self._devices()
        self._filters()
        making = self._making
        for place, entry in _new(self._old.deployments, self._new.deployments):
            path = ("deployments", place)
            known = [d for d in self._old.deployments if (d.name, d.at) == (entry.name, entry.at)]
            if not known:
                self._try(path, making.deployment, path, entry)
            elif entry.aborted is not None and known[0].aborted is None:
                self._try(path, self._abort, path, entry.name)
        for place, configuration in _new(self._old.configurations, self._new.configurations):
            path = ("configurations", place)
            self._try(path, making.configuration, path, configuration)
        for place, alert in _new(self._old.alerts, self._new.alerts):
            path = ("alerts", place)
            self._try(path, making.alert, path, alert)
        if self._old.connect != self._new.connect:
            self._try(("connect",), self._connect)

    def _try(self, path: Path, act: Callable[..., object], *arguments: Any) -> None:
        try:
            with self._making.blaming(path):
                act(*arguments)
        except BadScenario as error:
            self.refused.append(error)
        else:
            self.count += 1

    def _settings(self) -> None:
        if self._old.plan != self._new.plan:
            self._universe.plan = self._new.plan or self._universe.booked
            self.count += 1
        speed = self._new.clock.speed if self._new.clock else None
        if speed is not None and self._old.clock != self._new.clock:
            self._universe.set_speed(speed)
            self.count += 1

    def _artifacts(self) -> None:
        def key(entry: ArtifactEntry) -> tuple[str, ...]:
            return (entry.name, *entry.device_types)

        before = {key(entry): entry for entry in self._old.artifacts}
        for place, entry in _new(self._old.artifacts, self._new.artifacts):
            path: Path = ("artifacts", place)
            if key(entry) in before:
                self._try(path, self._describe, before[key(entry)], entry)
            else:
                self._try(path, self._upload, path, entry)
        for device in self._server.simulations.devices(self._universe):
            if isinstance(device.behaviour, Breaking):
                device.behaviour = replace(device.behaviour, breaks=breaks(self._new))

    def _upload(self, path: Path, entry: ArtifactEntry) -> None:
        self._making.artifact(path, entry)
        artifact_id, raw = self._making.files.popitem()
        storage = self._universe.storage
        scratch = storage.scratch(artifact_id)
        scratch.write_bytes(raw)
        storage.keep(scratch, artifact_id, self._world.artifacts.artifact(artifact_id).modified)

    def _describe(self, old: ArtifactEntry, new: ArtifactEntry) -> None:
        """Change what can be changed of an artifact: its description, tags and notes."""
        for artifact in self._world.artifacts.search(Search(name=new.name)):
            same = (artifact.name, *artifact.content.device_types) == (new.name, *new.device_types)
            if same and old.description != new.description:
                self._world.describe_artifact(artifact.id, new.description)
        if old.tags != new.tags:
            set_tags(self._world.artifacts, new.name, new.tags)
        if old.notes != new.notes:
            self._world.artifacts.release(new.name).notes = new.notes

    def _filters(self) -> None:
        before = {entry.name: entry for entry in self._old.filters}
        after = {entry.name: entry for entry in self._new.filters}
        for saved in self._world.filters.all():
            known = before.get(saved.name)
            if known is not None and _terms(known) != _terms(after.get(saved.name)):
                self._world.filters.remove(saved.id)
                self.count += saved.name not in after
        for place, entry in enumerate(self._new.filters):
            if _terms(entry) != _terms(before.get(entry.name)):
                path: Path = ("filters", place)
                self._try(path, self._making.filter, path, entry)

    def _abort(self, path: Path, name: str) -> None:
        """Abort the newest deployment of a name."""
        for deployment_id in reversed([d.id for d in self._world.deployments.unfinished()]):
            if self._world.deployments.deployment(deployment_id).plan.name == name:
                self._making.abort(path, deployment_id)
                return

    def _connect(self) -> None:
        fleet = self._world.connect_fleet
        fleet.replace(fleet_plan(self._new.connect))
        for entry in self._new.connect.deployments:
            deploy(fleet, entry)

    # Devices

    def _devices(self) -> None:
        """Find the devices of both states of the file in the world by who they are."""
        before = self._known(self._before, self._old)
        after = self._known(self._making, self._new)
        gone = [before[who] for who in before if who not in after and before[who][1].id]
        for _, device in gone:
            self._switch_off(device)
            self._try(("devices",), self._making.users.decommission, device.id)
        fresh: dict[int, list[PastDevice]] = {}
        for who, (place, device) in after.items():
            entry = self._new.devices[place]
            path: Path = ("devices", place)
            if not device.id:
                self._try(path, self._making.join, path, entry, device)
                fresh.setdefault(place, []).append(device)
            elif who in before and self._old.devices[before[who][0]] != entry:
                old = self._old.devices[before[who][0]]
                self._try(path, self._change, path, old, entry, device)
        for place, devices in fresh.items():
            path = ("devices", place)
            if self._new.devices[place].group is not None:
                self._try(path, self._making.group, path, self._new.devices[place], devices)
            self._switch_on(devices)

    def _known(self, making: Making, scenario: Scenario) -> dict[str, tuple[int, PastDevice]]:
        found = {}
        for place, name in enumerate(entry_names(scenario)):
            for device in making.devices(name, scenario.devices[place]):
                known = self._world.devices.with_identity(dict(device.identity))
                device.id = known.id if known is not None else ""
                found[str(sorted(device.identity.items()))] = (place, device)
        return found

    def _change(self, path: Path, old: DeviceEntry, new: DeviceEntry, device: PastDevice) -> None:
        """Change what a user could: admission, group and tags; and what the device tells."""
        if old.status != new.status and PREAUTHORIZED not in {old.status, new.status}:
            self._making.decide(path, new, device)
        if old.group != new.group:
            if old.group is not None:
                self._world.inventory.leave(old.group, [device.id])
            self._making.group(path, new, [device])
        if old.tags != new.tags:
            self._making.users.tag(device.id, new.tags)
        if old.inventory != new.inventory and new.status == ACCEPTED:
            told = [{"name": name, "value": value} for name, value in new.inventory.items()]
            self._world.inventory.assign(device.id, INVENTORY, told, replace=False)
            if moving := self._server.simulations.device(self._universe, device.identity):
                moving.inventory.update(new.inventory)

    def _switch_off(self, device: PastDevice) -> None:
        self._server.simulations.switch_off(self._universe, device.identity)

    def _switch_on(self, devices: list[PastDevice]) -> None:
        known = [device for device in devices if device.id in self._world.devices]
        alive = living(self._universe, self._new, known)
        self._server.simulations.switch_on(self._universe, alive)


def _added(old: Iterable[E], new: Iterable[E], key: Callable[[E], object]) -> list[tuple[int, E]]:
    known = {key(entry) for entry in old}
    return [(place, entry) for place, entry in enumerate(new) if key(entry) not in known]


def _new(old: Iterable[E], new: Iterable[E]) -> list[tuple[int, E]]:
    """Return the entries that were not there in just this way, with their places."""
    before = list(old)
    return [(place, entry) for place, entry in enumerate(new) if entry not in before]


def _terms(entry: FilterEntry | None) -> object:
    return None if entry is None else entry.terms
