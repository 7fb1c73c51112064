"""The World: one backend's whole state, and the acts that touch more than one part of it."""

from collections.abc import Sequence
from typing import Any

from otakit.mockserver.domain.aborts import Aborts
from otakit.mockserver.domain.admission import Admission
from otakit.mockserver.domain.artifacts import Artifact, Artifacts, Content
from otakit.mockserver.domain.audit import AuditLog
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.configuration import Configurations
from otakit.mockserver.domain.connect_fleet import ConnectFleet
from otakit.mockserver.domain.connection import Connections
from otakit.mockserver.domain.deployment import Deployment, Plan, Scope
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.device import ACCEPTED, Device
from otakit.mockserver.domain.devices import Devices
from otakit.mockserver.domain.dialect import DOCUMENTED, Dialect
from otakit.mockserver.domain.errors import Conflict, Invalid, Unauthorized, Unprocessable
from otakit.mockserver.domain.filters import Predicate, SavedFilters
from otakit.mockserver.domain.ids import Ids
from otakit.mockserver.domain.integrations import Integrations
from otakit.mockserver.domain.inventory import Inventory
from otakit.mockserver.domain.monitoring import Monitoring
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.profiles import Profiles
from otakit.mockserver.domain.reports import Reports
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.domain.users import Users


class World:
    """Everything that one backend knows: one tenant of a server, or an oracle's whole world.

    Of each of its parts, the attributes that are annotated in the class's body are its state, which
    snapshots have; the others join it with other parts.
    """

    seed: int

    def __init__(
        self, *, seed: int = 0, clock: Clock | None = None, dialect: Dialect = DOCUMENTED
    ) -> None:
        """Begin an empty world; the same seed and the same acts give the same ids."""
        self.seed = seed
        self.clock = clock or Clock()
        self.ids = Ids(seed)
        self.dialect = dialect
        self.devices = Devices(self.clock, self.ids, dialect)
        self.admission = Admission(self.devices, self.clock)
        self.users = Users(self.clock, Ids(seed, "users"))  # who logs in moves no other id
        self.configurations = Configurations(self.clock, dialect, self._is_device)
        self.integrations = Integrations(self.clock, Ids(seed, "integrations"))
        self.connections = Connections(self.clock)
        self.monitoring = Monitoring(self.ids)
        self.devices.watch(self.configurations)
        self.devices.watch(self.connections)
        self.devices.watch(self.monitoring)
        self.devices.watch(self.integrations)
        self.artifacts = Artifacts(self.clock, self.ids)
        self.inventory = Inventory(self.clock, self.ids)
        self.profiles = Profiles(self.devices, self.inventory, self.monitoring)
        self.filters = SavedFilters(self.ids)
        self.deployments = Deployments(self.clock, self.ids, dialect)
        self.offers = Offers(self.clock, self.deployments, self.artifacts, dialect, self._is_member)
        self.aborts = Aborts(self.deployments, dialect)
        self.reports = Reports(self.deployments, dialect)
        self.audit = AuditLog(self.clock)
        self.connect_fleet = ConnectFleet(self.clock, seed)

    # Devices come and go

    def authenticate_device(self, identity_data: dict[str, Any], pubkey: str) -> TokenRecord:
        """Answer a verified authentication request; raises Unauthorized until it is accepted."""
        try:
            return self.admission.authenticate(identity_data, pubkey)
        except Unauthorized:
            self._begin_records()
            raise

    def preauthorize_device(self, identity_data: dict[str, Any], pubkey: str) -> Device:
        """Announce a device, to be accepted at its first request; raises DeviceExists."""
        device = self.admission.preauthorize(identity_data, pubkey)
        self._begin_records()
        return device

    def delete_auth_set(self, device_id: str, auth_set_id: str) -> None:
        """Remove an authentication set, and its device if that was all; raises NotFound."""
        gone = self.admission.delete_auth_set(device_id, auth_set_id)
        if gone is not None:
            self.inventory.remove(gone)
            self.aborts.decommission_device(gone)

    def decommission_device(self, device_id: str) -> None:
        """Remove a device with all that is known of it; raises NotFound."""
        self.admission.remove(device_id)
        self.aborts.decommission_device(device_id)
        self.inventory.remove(device_id)

    def _begin_records(self) -> None:
        newest = self.devices.newest()
        if newest is not None and newest.id not in self.inventory:
            self.inventory.add(newest.id)

    # Artifacts

    def add_artifact(self, content: Content, description: str = "") -> Artifact:
        """Store an artifact; unfinished deployments of its name may use it at once.

        Raises ArtifactExists.
        """
        artifact = self.artifacts.add(content, description)
        self.deployments.attach(artifact)
        return artifact

    def describe_artifact(self, artifact_id: str, description: str) -> None:
        """Edit an artifact that no deployment has used; raises NotFound, Unprocessable."""
        self.artifacts.artifact(artifact_id)
        if self.deployments.uses(artifact_id, unfinished=False):
            message = f"artifact '{artifact_id}' has already been used in a deployment"
            raise Unprocessable(message)
        self.artifacts.describe(artifact_id, description)

    def remove_artifact(self, artifact_id: str) -> None:
        """Delete an artifact that no unfinished deployment has; raises NotFound, Conflict."""
        self.artifacts.artifact(artifact_id)
        if self.deployments.uses(artifact_id, unfinished=True):
            message = f"artifact '{artifact_id}' is used in an active deployment"
            raise Conflict(message)
        self.artifacts.remove(artifact_id)

    # Deployments

    def deploy(
        self, plan: Plan, *, devices: Sequence[str] = (), all_devices: bool = False
    ) -> Deployment:
        """Deploy to listed devices, or to all that are accepted now.

        Raises what `Deployments.create` does, and Invalid unless exactly one of them is given.
        """
        if all_devices and devices:
            message = (
                "Invalid deployments definition: list of devices provided together with"
                " all_devices flag"
            )
            raise Invalid(message)
        if all_devices:
            terms = (_term("identity", "status", "$eq", ACCEPTED),)
            return self._start(plan, Scope(devices=tuple(self.devices.ids(ACCEPTED)), terms=terms))
        if not devices:
            message = (
                "Invalid deployments definition: provide list of devices or set all_devices flag"
            )
            raise Invalid(message)
        return self._start(plan, self._listed(devices))

    def deploy_to_group(self, plan: Plan, group: str) -> Deployment:
        """Deploy to the accepted devices of a group; raises as `deploy` does."""
        members = self.inventory.members(group) if group in self.inventory.groups() else ()
        accepted = [i for i in members if self.devices.device(i).status == ACCEPTED]
        terms = (_term("system", "group", "$eq", group),)
        return self._start(plan, Scope(devices=tuple(accepted), terms=terms, group=group))

    def deploy_dynamically(self, plan: Plan, filter_id: str) -> Deployment:
        """Deploy to the accepted devices that match a saved filter, now or later.

        Raises Invalid for an unknown filter, else what `Deployments.create` does.
        """
        known = {saved.id: saved for saved in self.filters.all()}
        if filter_id not in known:
            message = f"filter_id: no filter '{filter_id}'"
            raise Invalid(message)
        saved = known[filter_id]
        scope = Scope(
            devices=tuple(filter(self.profiles.test(saved.terms), self.devices.ids(ACCEPTED))),
            terms=saved.terms,
            filter_id=saved.id,
            filter_name=saved.name,
            dynamic=True,
        )
        return self._start(plan, scope)

    def deploy_configuration(
        self,
        device_id: str,
        *,
        retries: int = 0,
        update_control_map: dict[str, Any] | None = None,
    ) -> Deployment:
        """Deploy what is configured for a device now; raises NotFound."""
        record = self.configurations.of(device_id)
        deployment = self.deployments.configure(
            self._listed([device_id]),
            record.configured,
            retries=retries,
            update_control_map=update_control_map,
        )
        record.deployment_id = deployment.id
        return deployment

    def _listed(self, devices: Sequence[str]) -> Scope:
        listed = tuple(dict.fromkeys(devices))
        terms = (_term("identity", "id", "$in", list(listed)),)
        group = None
        if len(listed) == 1 and listed[0] in self.inventory:
            group = self.inventory.record(listed[0]).group
        return Scope(devices=listed, terms=terms, group=group)

    def _start(self, plan: Plan, scope: Scope) -> Deployment:
        return self.deployments.create(plan, scope, self.artifacts.of_release(plan.artifact_name))

    def _is_device(self, device_id: str) -> bool:
        return device_id in self.devices

    def _is_member(self, deployment: Deployment, device_id: str) -> bool:
        if device_id not in self.devices or self.devices.device(device_id).status != ACCEPTED:
            return False
        return self.profiles.test(deployment.scope.terms)(device_id)


def _term(scope: str, attribute: str, kind: str, value: Any) -> Predicate:
    return Predicate(scope=scope, attribute=attribute, type=kind, value=value)
