"""A project of JFrog Connect as rules see it.

What is in a project is made in the web UI and by agents on devices; the public API neither makes
nor lists it. So whoever runs the suite prepares a project that is for nothing else, and names in
the target's `connect_…` what rules deploy to it: an update flow; a device that is online, in the
group, with the tag and the app; and a device that is offline and has none of these.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_contains,
    expect_field,
    expect_lacks,
    expect_status,
    field_of,
)
from otakit.contracts.ledger import CONNECT_DEPLOYMENT
from otakit.contracts.outcomes import NotApplicable

ENDED = ("Success", "Failed")


class Project:
    """The project that is checked; what a rule needs and nobody named makes it not applicable."""

    def __init__(self, backend: Backend) -> None:
        """Speak with the target's token."""
        self.backend = backend
        self.caller = backend.anonymous.with_token(backend.management.token)
        self.path = deployments_of(backend.target.project_key)

    @property
    def flow(self) -> str:
        """An update flow that runs through on both devices."""
        return self._named("flow", "update flow to deploy")

    @property
    def device(self) -> str:
        """A device that is online."""
        return self._named("device", "device that is online")

    @property
    def offline_device(self) -> str:
        """A device for which deployments wait, since it is offline."""
        return self._named("offline-device", "device that is offline")

    @property
    def group(self) -> str:
        """A group that the first device is in."""
        return self._named("group", "group of devices")

    @property
    def tag(self) -> str:
        """A tag that the first device has."""
        return self._named("tag", "tag of devices")

    @property
    def app(self) -> str:
        """An app that the first device has."""
        return self._named("app", "app on devices")

    @property
    def parameter(self) -> str:
        """A parameter of the flow whose value one of its steps prints."""
        return self._named("parameter", "parameter of the update flow")

    def _named(self, what: str, meaning: str) -> str:
        found = str(getattr(self.backend.target, f"connect_{what.replace('-', '_')}"))
        if not found:
            message = f"the project's API does not list what there is: --connect-{what} names"
            message = f"{message} a {meaning}".replace("a app", "an app").replace("a upd", "an upd")
            raise NotApplicable(message)
        return found

    # What is asked

    def ask(self, body: Mapping[str, Any]) -> Exchange:
        """Ask for a deployment with exactly this body; what comes of it is aborted later."""
        answer = self.caller.post(self.path, json=dict(body))
        if answer.status == 201:  # noqa: PLR2004
            uuid = str(field_of(answer, "deployment_uuid"))
            self.backend.ledger.made(CONNECT_DEPLOYMENT, self.of(uuid))
        return answer

    def deploy(
        self,
        filters: Iterable[Mapping[str, str]] | None = None,
        *,
        groups: Iterable[str] = (),
        **configuration: Any,
    ) -> Exchange:
        """Deploy the flow: to the offline device alone, unless filters or groups are given."""
        only = [chosen("specific_device", self.offline_device)]
        wanted: dict[str, Any] = {"filters": list(filters) if filters is not None else only}
        if groups:
            wanted["groups"] = [{"name": name} for name in groups]
        comment = self.backend.name("deployment")
        what = {"flow_uuid": self.flow, "comment": comment, **configuration}
        return self.ask({"device_filter": wanted, "deployment_configuration": what})

    def deployed(self, filters: Iterable[Mapping[str, str]] | None = None, **more: Any) -> str:
        """Return the UUID of a new deployment, as above; raises NotReached."""
        with self.backend.building("a deployment"):
            return str(
                field_of(expect_status(self.deploy(filters, **more), 201), "deployment_uuid")
            )

    def of(self, uuid: str, *below: str) -> str:
        """Return the path of a deployment, or of something below it."""
        return "/".join([self.path, *map(in_path, (uuid, *below))])

    def get(self, uuid: str, *below: str) -> Exchange:
        """Read a deployment, or something below it; fails unless it is answered 200."""
        return expect_status(self.caller.get(self.of(uuid, *below)), 200)

    # What is expected

    def expect_devices(self, uuid: str, *, wanted: Iterable[str], others: Iterable[str]) -> None:
        """Fail unless a deployment goes to some devices, and not to others."""

        def look() -> None:
            answer = self.get(uuid, "devices")
            devices = field_of(answer, "deployment_by_device_uuid")
            for device in wanted:
                expect_contains(answer, devices, device, "the devices of the deployment")
            for device in others:
                expect_lacks(answer, devices, device, "the devices of the deployment")

        self.backend.eventually(look)

    def ended(self, uuid: str) -> Exchange:
        """Return what is told of the first device once it is through; raises NotReached."""

        def look() -> Exchange:
            answer = self.get(uuid, "devices", self.device)
            status = field_of(answer, "status")
            expect(
                status in ENDED,
                "the device's status after a while",
                expected=" or ".join(ENDED),
                actual=str(status),
                answer=answer,
            )
            return answer

        with self.backend.building("a device that is through with its deployment"):
            return self.backend.eventually(look)

    def expect_status_of(self, uuid: str, device: str, status: str) -> None:
        """Fail unless a device gets a status, if perhaps a little later."""
        self.backend.eventually(
            lambda: expect_field(self.get(uuid, "devices", device), "status", status)
        )


def deployments_of(project_key: str) -> str:
    """Return the path of a project's deployments."""
    return f"/api/v2/{in_path(project_key)}/deployments"


def chosen(kind: str, value: str, operand: str = "is") -> dict[str, str]:
    """Return a filter."""
    return {"type": kind, "operand": operand, "value": value}
