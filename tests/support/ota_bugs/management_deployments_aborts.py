"""Bugs in how deployments are aborted."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import empty
from otakit.mockserver.domain.aborts import Aborts
from otakit.mockserver.domain.errors import NotFound, Unprocessable
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.progress import ABORTED, FINAL


@bug("MEN-MGT-DEP-040", "MEN-MGT-DEP-041", "MEN-MGT-DEP-042")
def aborts_have_no_effect() -> None:
    """An abort is answered 204, and the deployment goes on."""

    @instead_of(Aborts, "abort")
    def abort(*_: Any) -> None:
        return None


@bug("MEN-MGT-DEP-041", "MEN-MGT-DEP-042")
def aborts_reach_no_device() -> None:
    """An aborted deployment is finished, but its devices go on."""

    @instead_of(Aborts, "abort")
    def abort(_: Any, aborts: Aborts, deployment_id: str) -> None:
        deployment = aborts._deployments.deployment(deployment_id)
        if deployment.finished is None:
            aborts._deployments.finish(deployment)


@bug("MEN-MGT-DEP-043")
def aborts_of_nothing_are_welcome() -> None:
    """The abort of a deployment that there is not is answered 204."""

    @answering("setDeploymentStatus")
    def abort(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return empty()


@bug("MEN-MGT-DEP-044")
def finished_deployments_are_aborted() -> None:
    """The abort of a finished deployment is answered 204."""

    @answering("setDeploymentStatus")
    def abort(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except Unprocessable:
            return empty()


@bug("MEN-MGT-DEP-045", "MEN-MGT-DEP-046", "MEN-MGT-DEP-047")
def any_status_aborts() -> None:
    """Whatever status is set, the deployment is aborted."""
    without_checks("setDeploymentStatus")


@bug("MEN-MGT-DEP-050", "MEN-MGT-DEP-051", "MEN-MGT-DEP-052")
def device_aborts_have_no_effect() -> None:
    """The abort of a device's deployments is answered 204, and nothing happens."""

    @instead_of(Aborts, "abort_device")
    def abort(*_: Any) -> None:
        return None


@bug("MEN-MGT-DEP-051", "MEN-MGT-DEP-052")
def device_aborts_end_one_deployment() -> None:
    """Of a device's deployments only the oldest is aborted."""

    @instead_of(Aborts, "_end_device")
    def end(_: Any, aborts: Aborts, device_id: str, status: str) -> None:
        deployments = aborts._deployments
        for deployment in list(deployments.queues.waiting(device_id))[:1]:
            deployments.move(deployment, deployments.begin(deployment, device_id), status)


@bug("MEN-MGT-DEP-053")
def device_aborts_end_whole_deployments() -> None:
    """The abort of a device's deployments aborts them for all devices."""

    @instead_of(Aborts, "abort_device")
    def abort(_: Any, aborts: Aborts, device_id: str) -> None:
        for deployment in list(aborts._deployments.queues.waiting(device_id)):
            aborts.abort(deployment.id)


@bug("MEN-MGT-DEP-054")
def device_aborts_change_the_past() -> None:
    """The abort of a device's deployments aborts also what it has finished."""

    @instead_of(Aborts, "abort_device")
    def abort(real: Any, aborts: Aborts, device_id: str) -> None:
        real(aborts, device_id)
        for deployment in aborts._deployments._deployments.values():
            part = deployment.devices.get(device_id)
            if part is not None and part.status in FINAL:
                aborts._deployments.move(deployment, part, ABORTED)


@bug("MEN-MGT-DEP-055", "MEN-MGT-DP2-017")
def device_aborts_are_for_ever() -> None:
    """A device whose deployments were aborted is never offered one again."""
    gone: set[str] = set()

    @instead_of(Aborts, "abort_device")
    def abort(real: Any, aborts: Aborts, device_id: str) -> None:
        real(aborts, device_id)
        gone.add(device_id)

    @instead_of(Offers, "_choose")
    def choose(real: Any, offers: Offers, device_id: str) -> Any:
        return None if device_id in gone else real(offers, device_id)
