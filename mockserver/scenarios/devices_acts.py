"""What devices do in a scenario's past: what simulated ones do, without a request for each step.

A month of fifty devices' requests would take many seconds; so they call the World themselves. Once
the past is over, each that goes on living is a simulated device that has come so far.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from otakit.fixtures.artifact import ArtifactInfo
from otakit.fixtures.device_behaviour import Behaviour, Failure
from otakit.fixtures.device_software import Software
from otakit.fixtures.keys import KeyPair
from otakit.fixtures.named_behaviours import Slow
from otakit.mockserver.domain.clock import Seconds, rfc3339
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.domain.errors import Conflict, Unauthorized
from otakit.mockserver.domain.inventory import INVENTORY
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World
from otakit.mockserver.scenarios.timeline import Timeline

LONGEST_POLL: Seconds = 1800.0
"""How late a device may notice in the past that there is something for it."""

CLIENT_VERSION = "3.4.0"
_REBOOTING = "rootfs-image"
_LOG_LINES = (
    ("info", "Running Mender client version: {version}"),
    ("info", "Installing {artifact}"),
    ("error", "{reason}"),
    ("info", "Rolled back: {installed} stays installed"),
)
PAUSES = {
    "ArtifactInstall_Enter": "pause_before_installing",
    "ArtifactReboot_Enter": "pause_before_rebooting",
    "ArtifactCommit_Enter": "pause_before_committing",
}
"""Where an update control map may hold a device, and the status it reports then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaking(Behaviour):
    """A device on which some artifacts fail: by name, how likely, and what its log says then."""

    breaks: Mapping[str, tuple[float, str]]

    def failure(self, rng: Random, artifact: ArtifactInfo) -> Failure | None:
        """Fail, or not, by chance."""
        share, log = self.breaks.get(artifact.name, (0.0, ""))
        return Failure(reason=log) if share and rng.random() < share else None


SPEEDS: Mapping[str, Behaviour] = {
    "quick": Behaviour(download=(2.0, 6.0), install=(4.0, 15.0), reboot=(5.0, 12.0)),
    "usual": Behaviour(),
    "slow": Slow(),
}


@dataclass(slots=True, kw_only=True, eq=False)
class PastDevice:
    """One device in the past; `id` is empty until it has asked to be let in."""

    identity: Mapping[str, Any]
    inventory: Mapping[str, Any]
    key: KeyPair
    rng: Random
    software: Software
    behaviour: Breaking
    offline: bool
    id: str = ""
    busy: bool = False


class DevicesActs:
    """The devices of one world at work."""

    def __init__(self, world: World, timeline: Timeline, infos: Mapping[str, ArtifactInfo]) -> None:
        """Act in this world; `timeline` has what they do next, `infos` what is in artifacts."""
        self._world = world
        self._timeline = timeline
        self._infos = infos
        self._devices: dict[str, PastDevice] = {}

    def join(self, device: PastDevice) -> None:
        """Ask to be let in for the first time, in vain."""
        with suppress(Unauthorized):
            self._world.authenticate_device(dict(device.identity), device.key.public_pem)
        known = self._world.devices.with_identity(dict(device.identity))
        device.id = known.id if known is not None else ""
        self._devices[device.id] = device

    def begin(self, device: PastDevice) -> None:
        """Come in, once accepted: tell the inventory, look for updates."""
        self._check_in(device)
        self._tell_inventory(device)
        self.look(device)

    def notice(self, deployment: Deployment) -> None:
        """Let the devices that a deployment means look for it, when they may begin."""
        now = self._world.clock.now()
        starts = [max(now, phase.start) for phase in deployment.phases] or [now]
        for device_id in deployment.scope.devices:
            device = self._devices.get(device_id)
            for start in starts:
                if device is not None and start <= self._timeline.now:
                    delay = device.rng.uniform(1.0, LONGEST_POLL)
                    self._timeline.at(start + delay, partial(self.look, device))

    def look(self, device: PastDevice) -> None:
        """Ask for an update, and go through it if there is one, unless the past is over."""
        if self._world.clock.now() >= self._timeline.now:
            return
        if device.busy or device.offline or not self._is_accepted(device):
            return
        self._check_in(device)
        queues = self._world.deployments.queues
        before = sum(1 for _ in queues.waiting(device.id))
        offer = self._world.offers.next(device.id, device.software.told())
        if offer is not None:
            device.busy = True
            self._go_on(device, self._update(device, offer))
        elif sum(1 for _ in queues.waiting(device.id)) < before:
            self.look(device)  # one was not for it: there may be another one

    def raise_alert(self, device: PastDevice, alert: Mapping[str, Any]) -> None:
        """Tell of an alert."""
        stamp = rfc3339(self._world.clock.now())
        self._world.monitoring.report(device.id, [{**alert, "timestamp": stamp}])

    def report(self, device: PastDevice, configuration: Mapping[str, str]) -> None:
        """Tell what is configured."""
        self._world.configurations.report(device.id, configuration)

    def _go_on(self, device: PastDevice, update: Iterator[Seconds]) -> None:
        """Let a device do the next bit of an update, then wait as long as that takes."""
        try:
            pause = next(update)
        except StopIteration:
            device.busy = False
            self._timeline.after(1.0, partial(self.look, device))
        else:
            self._timeline.after(pause, partial(self._go_on, device, update))

    def _update(self, device: PastDevice, offer: Offer) -> Iterator[Seconds]:
        """Go through an update, yielding what it takes; an abort ends it."""
        deployment_id = offer.deployment.id
        try:
            reason = yield from self._install(device, offer)
            self._report(device, deployment_id, "success" if reason is None else "failure")
        except Conflict:
            return
        if reason is not None:
            log = self._log(device, offer, reason)
            self._world.reports.log(device.id, deployment_id, log)
            return
        if offer.artifact is not None:
            device.software.commit(self._infos[offer.artifact.id])
        elif offer.deployment.configuration is not None:
            self.report(device, offer.deployment.configuration)
        self._tell_inventory(device)

    def _install(self, device: PastDevice, offer: Offer) -> Generator[Seconds, None, str | None]:
        """Download, install and reboot; return why that failed, or None."""
        behaviour, rng = device.behaviour, device.rng
        self._report(device, offer.deployment.id, "downloading")
        yield behaviour.download_seconds(rng)
        info = self._infos[offer.artifact.id] if offer.artifact is not None else None
        if info is not None and (unmet := device.software.unmet(info)):
            return unmet
        yield from self._gate(device, offer.deployment, "ArtifactInstall_Enter")
        self._report(device, offer.deployment.id, "installing")
        yield behaviour.install_seconds(rng)
        if info is not None:
            if failure := behaviour.failure(rng, info):
                return failure.reason
            if any(update.payload_type == _REBOOTING for update in info.updates):
                yield from self._gate(device, offer.deployment, "ArtifactReboot_Enter")
                self._report(device, offer.deployment.id, "rebooting")
                yield behaviour.reboot_seconds(rng)
        yield from self._gate(device, offer.deployment, "ArtifactCommit_Enter")
        return None

    def _gate(self, device: PastDevice, deployment: Deployment, state: str) -> Iterator[Seconds]:
        """Stand still where the update control map says so, until the end of the deployment."""
        states = (deployment.update_control_map or {}).get("states", {})
        if states.get(state, {}).get("action") != "pause":
            return
        while True:
            self._report(device, deployment.id, PAUSES[state])
            yield LONGEST_POLL

    def _report(self, device: PastDevice, deployment_id: str, status: str) -> None:
        self._check_in(device)
        self._world.reports.status(device.id, deployment_id, status)

    def _log(self, device: PastDevice, offer: Offer, reason: str) -> list[dict[str, Any]]:
        now = rfc3339(self._world.clock.now())
        texts = {
            "version": CLIENT_VERSION,
            "artifact": offer.deployment.plan.artifact_name,
            "reason": reason,
            "installed": device.software.artifact_name,
        }
        return [
            {"level": level, "message": line.format(**texts), "timestamp": now}
            for level, line in _LOG_LINES
        ]

    def _check_in(self, device: PastDevice) -> None:
        self._world.devices.device(device.id).checked_in = self._world.clock.now()

    def _tell_inventory(self, device: PastDevice) -> None:
        told = {
            **device.inventory,
            **device.software.told(),
            "mender_client_version": CLIENT_VERSION,
        }
        attributes = [{"name": name, "value": value} for name, value in told.items()]
        self._world.inventory.assign(device.id, INVENTORY, attributes, replace=True)

    def _is_accepted(self, device: PastDevice) -> bool:
        if device.id not in self._world.devices:
            return False
        return self._world.devices.device(device.id).status == ACCEPTED
