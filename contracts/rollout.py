"""A deployment of the suite's own on its way: what rules about deployments build on and look at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from otakit.contracts.backend import DEPLOYMENTS, Artifact, Backend, Deployment
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_field,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.failures import Failure
from otakit.contracts.signing_device import SigningDevice

UNKNOWN = "00000000-0000-4000-8000-000000000000"
"""An id that no deployment has."""

ON_DEVICE = "v1/deployments/device/deployments"
EVERY_DEVICE = {"per_page": 500}


class Rollout:
    """A deployment with its devices.

    `offered`, `reported` and `ended` build on it, and raise NotReached. What has a look at it
    returns the answer, and raises Failure where it is none.
    """

    def __init__(
        self,
        backend: Backend,
        deployment: Deployment,
        artifact: Artifact,
        devices: Sequence[SigningDevice],
    ) -> None:
        """Follow a deployment that was made."""
        self.id = deployment.id
        self.name = deployment.name
        self.path = deployment.path
        self.artifact = artifact
        self.devices = list(devices)
        self._backend = backend

    @property
    def device(self) -> SigningDevice:
        """The first device, which is all there is in most rules."""
        return self.devices[0]

    # Building

    def offered(self, *devices: SigningDevice) -> "Rollout":
        """See that devices, else all, have asked and were offered the update; raises NotReached."""
        with self._backend.building("a device that was offered the update"):
            for device in devices or self.devices:
                self.expect_offer(device.poll())
        return self

    def reported(self, status: str, *devices: SigningDevice, **more: str) -> "Rollout":
        """See that devices, else all, have reported a status; raises NotReached."""
        with self._backend.building(f"a device that has reported '{status}'"):
            for device in devices or self.devices:
                expect_status(device.report(self.id, status, **more), 204)
        return self

    def ended(self) -> "Rollout":
        """See that a user has aborted the deployment; raises NotReached."""
        with self._backend.building("an aborted deployment"):
            expect_status(self.abort(), 204)
        return self

    # Asking

    def abort(self) -> Exchange:
        """Abort the deployment."""
        return self._backend.management.put(f"{self.path}/status", json={"status": "aborted"})

    def send_log(self, *messages: dict[str, str], device: SigningDevice | None = None) -> Exchange:
        """Send the log of a device, else of the first one."""
        path = f"{ON_DEVICE}/{in_path(self.id)}/log"
        return (device or self.device).request("PUT", path, json={"messages": list(messages)})

    def log_of(self, device: SigningDevice) -> Exchange:
        """Ask for the log of a device."""
        return self._backend.management.get(f"{self.path}/devices/{in_path(device.id)}/log")

    # Looking

    def shown(self) -> Exchange:
        """Return the deployment as a user sees it."""
        return expect_status(self._backend.management.get(self.path), 200)

    def counted(self) -> Exchange:
        """Return the statistics."""
        return expect_status(self._backend.management.get(f"{self.path}/statistics"), 200)

    def listed(self, path: str = "devices/list", **query: Any) -> Exchange:
        """Return the list of the devices, or a part of it."""
        params = ({} if path == "devices" else EVERY_DEVICE) | query
        whole = f"{self.path}/{path}"
        return expect_status(self._backend.management.get(whole, params=params), 200)

    def expect_offer(self, answer: Exchange) -> Exchange:
        """Fail unless an answer to a device offers this deployment."""
        expect_status(answer, 200, because=f"the update of deployment {self.id} is offered")
        expect_field(answer, "id", self.id, "the deployment that is offered")
        return answer

    def expect_status(self, status: str) -> Exchange:
        """Fail unless the deployment has a status."""
        answer = self.shown()
        expect_field(answer, "status", status, "the deployment's status")
        return answer

    def expect_device(
        self, status: str, device: SigningDevice | None = None, path: str = "devices/list"
    ) -> dict[str, Any]:
        """Fail unless a device, else the first one, has a status; return its entry in the list."""
        return expect_entry(self.listed(path), device or self.device, status)

    def expect_counts(self, **counts: int) -> Exchange:
        """Fail unless the statistics count so many; a `-` is written `_` where it has to be."""
        answer = self.counted()
        for name, count in counts.items():
            known = "already-installed" if name == "already_installed" else name
            expect_field(answer, known, count, f"the number of devices that are '{known}'")
        return answer


def rollout(
    backend: Backend, count: int = 1, artifact: Artifact | None = None, **body: Any
) -> Rollout:
    """Return a deployment to so many new devices; raises NotReached. `body` is its own."""
    devices = [backend.accepted_device() for _ in range(count)]
    return rollout_to(backend, devices, artifact, **body)


def rollout_to(
    backend: Backend,
    devices: Sequence[SigningDevice],
    artifact: Artifact | None = None,
    **body: Any,
) -> Rollout:
    """Return a deployment to these devices; raises NotReached."""
    artifact = artifact or backend.lent_artifact()
    return Rollout(backend, backend.deploy(artifact, devices, **body), artifact, devices)


def begun(
    backend: Backend, count: int = 1, artifact: Artifact | None = None, **body: Any
) -> Rollout:
    """Return a deployment that its new devices were offered; raises NotReached."""
    return rollout(backend, count, artifact, **body).offered()


def expect_entry(answer: Exchange, device: SigningDevice, status: str) -> dict[str, Any]:
    """Fail unless a list of a deployment's devices has one with a status; return its entry."""
    found = [entry for entry in json_of(answer) if entry.get("id") == device.id]
    expect(
        len(found) == 1,
        f"the list has device {device.id} once",
        expected="one entry",
        actual=found,
        answer=answer,
    )
    expect_equal(answer, found[0].get("status"), status, "the device's status in the deployment")
    return dict(found[0])


def ids_in(answer: Exchange) -> list[str]:
    """Return the ids in a list, in its order."""
    return [str(entry.get("id")) for entry in json_of(answer)]


def moment(answer: Exchange, name: str) -> datetime:
    """Return a date and time of the answer's body; fail where there is none."""
    text = field_of(answer, name)
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Failure(
            title=f"'{name}' of {answer.name} is a date and time",
            expected="a date and time in RFC 3339",
            actual=str(text),
            exchange=answer,
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def now_at(backend: Backend) -> datetime:
    """Return what time it is at the target, by what it has just made; raises NotReached."""
    made = rollout_to(backend, [backend.lent_device()], backend.lent_artifact())
    with backend.building("the time at the target"):
        answer = made.shown()
        time = moment(answer, "created")
        made.ended()
    return time


def deployments(backend: Backend, **query: Any) -> Exchange:
    """Return the list of deployments, or a part of it."""
    params = {"per_page": 500} | query
    return expect_status(backend.management.get(DEPLOYMENTS, params=params), 200)
