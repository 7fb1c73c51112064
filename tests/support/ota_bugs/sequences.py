"""Bugs that only a certain combination of acts shows."""

from typing import Any

from ota_bugs.catalogue import bug, instead_of
from otakit.mockserver.domain.aborts import Aborts
from otakit.mockserver.domain.admission import Admission
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.configuration import Configurations
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.device import ACCEPTED, REJECTED
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.inventory import Inventory
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.progress import ABORTED, PENDING
from otakit.mockserver.domain.reports import Reports
from otakit.mockserver.domain.world import World


@bug("SEQ-deployments-statistics")
def aborted_retry_is_still_pending() -> None:
    """Where a device that tries again is aborted, it is counted as pending, too."""

    @instead_of(Deployments, "move")
    def move(real: Any, deployments: Deployments, deployment: Any, part: Any, status: str) -> None:
        tries_again = part.attempt > 0 and part.status == PENDING
        real(deployments, deployment, part, status)
        if tries_again and status == ABORTED:
            deployment.statistics._counts[PENDING] += 1


@bug("SEQ-inventory-group")
def decommissioned_device_stays_in_its_group() -> None:
    """A group still lists a device that was decommissioned."""

    @instead_of(Inventory, "remove")
    def remove(real: Any, inventory: Inventory, device_id: str) -> None:
        record = inventory._records.get(device_id)
        group = record.group if record else None
        real(inventory, device_id)
        if group is not None and group in inventory._groups:
            inventory._groups[group].add(device_id, device_id)


@bug("SEQ-inventory-shown")
def second_group_takes_the_tags() -> None:
    """A device that moves from one group to another loses its tags."""

    @instead_of(Inventory, "join")
    def join(real: Any, inventory: Inventory, group: str, device_ids: Any) -> Any:
        ids = list(device_ids)
        moving = [
            i for i in ids if i in inventory and inventory.record(i).group not in {None, group}
        ]
        for device_id in moving:
            inventory.assign(device_id, "tags", [], replace=True)
        return real(inventory, group, ids)


@bug("SEQ-updates-log-shown")
def retry_takes_the_log() -> None:
    """The log of a first try is gone once the device fails and tries again."""

    @instead_of(Reports, "_retry")
    def retry(real: Any, reports: Reports, deployment: Any, part: Any) -> None:
        real(reports, deployment, part)
        if part.log is not None:
            part.log = [{"timestamp": "2026-01-01T00:00:00Z", "level": "info", "message": ""}]


@bug("SEQ-updates-poll")
def rejected_device_misses_its_update() -> None:
    """A device that was rejected and accepted again is not offered what it has begun."""

    @instead_of(Admission, "set_status")
    def set_status(
        real: Any, admission: Admission, device_id: str, auth_set_id: str, status: str
    ) -> None:
        was_rejected = admission._devices.device(device_id).status == REJECTED
        real(admission, device_id, auth_set_id, status)
        if was_rejected and status == ACCEPTED:
            MISSING.add(device_id)

    @instead_of(Offers, "_choose")
    def choose(real: Any, offers: Offers, device_id: str) -> Any:
        found = real(offers, device_id)
        begun = found is not None and device_id in found.devices
        return None if begun and device_id in MISSING else found


MISSING: set[str] = set()


@bug("SEQ-configuration-shown")
def accepted_again_without_a_configuration() -> None:
    """A device that is accepted a second time has lost its configuration."""

    @instead_of(Configurations, "device_changed")
    def device_changed(real: Any, configurations: Configurations, device: Any) -> None:
        record = configurations._records.get(device.id)
        if device.status == ACCEPTED and record is not None:
            record.configured = {}
        real(configurations, device)


@bug("SEQ-artifacts-delete")
def artifact_is_free_after_its_first_deployment() -> None:
    """An artifact can be deleted once one of the deployments that need it is finished."""

    @instead_of(Deployments, "uses")
    def uses(real: Any, deployments: Deployments, artifact_id: str, *, unfinished: bool) -> bool:
        of_it = [d for d in deployments._deployments.values() if artifact_id in d.artifacts]
        over = any(d.finished is not None for d in of_it)
        return bool(real(deployments, artifact_id, unfinished=unfinished)) and not (
            unfinished and over
        )


@bug("SEQ-inventory-shown")
def new_key_takes_the_inventory() -> None:
    """A device that comes with a second key has lost what it told before."""

    @instead_of(World, "authenticate_device")
    def authenticate(real: Any, world: World, identity_data: Any, pubkey: str) -> Any:
        device = world.devices.with_identity(identity_data)
        keys = {a.pubkey for a in device.auth_sets.values()} if device else {pubkey}
        if device is not None and pubkey not in keys:
            world.inventory.assign(device.id, "inventory", [], replace=True)
        return real(world, identity_data, pubkey)


@bug("SEQ-deployments-devices")
def device_abort_reaches_what_is_over() -> None:
    """Where all that a device has to do is aborted, what it has failed at is aborted, too."""

    @instead_of(Aborts, "abort_device")
    def abort_device(real: Any, aborts: Aborts, device_id: str) -> None:
        real(aborts, device_id)
        for deployment in aborts._deployments._deployments.values():
            part = deployment.devices.get(device_id)
            if part is not None and part.status == "failure":
                part.status = ABORTED


@bug("SEQ-devices-shown")
def second_accepted_key_leaves_the_first() -> None:
    """Where a user accepts a second key of a device, the first one stays accepted."""

    @instead_of(Devices, "derive_status")
    def derive_status(real: Any, devices: Devices, device: Any) -> None:
        held = [a.status for a in device.auth_sets.values()]
        if held.count(REJECTED) == 1 and held.count(ACCEPTED) == 1:
            for auth_set in device.auth_sets.values():
                auth_set.status = ACCEPTED
        real(devices, device)


@bug("SEQ-deployments-shown")
def artifact_comes_too_late() -> None:
    """An artifact that is uploaded while its deployment is in progress is not used by it."""

    @instead_of(Deployments, "attach")
    def attach(real: Any, deployments: Deployments, artifact: Artifact) -> None:
        busy = [d for d in deployments._unfinished.values() if d.statistics.moved]
        real(deployments, artifact)
        for deployment in busy:
            if artifact.id in deployment.artifacts:
                deployment.artifacts.remove(artifact.id)
