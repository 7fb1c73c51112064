"""Bugs in how devices' reports are taken down."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import empty
from otakit.mockserver.domain.errors import Conflict, NotFound
from otakit.mockserver.domain.progress import ACTIVE, PAUSED, PENDING
from otakit.mockserver.domain.reports import Reports


@bug("MEN-DEV-DEP-040", "MEN-DEV-DEP-041", "MEN-DEV-DEP-045")
def steps_are_not_taken_down() -> None:
    """Only final statuses are kept."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        return None if status in ACTIVE else real(reports, device, name, status, *rest)


@bug("MEN-DEV-DEP-041")
def pauses_are_not_taken_down() -> None:
    """A device that pauses keeps the status it had before."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        return None if status in PAUSED else real(reports, device, name, status, *rest)


@bug("MEN-DEV-DEP-042")
def failures_are_taken_for_success() -> None:
    """A device that reports failure has succeeded."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        return real(reports, device, name, status.replace("failure", "success"), *rest)


@bug("MEN-DEV-DEP-043")
def already_installed_is_taken_for_success() -> None:
    """A device that reports 'already-installed' has succeeded."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        return real(reports, device, name, status.replace("already-installed", "success"), *rest)


@bug("MEN-DEV-DEP-042", "MEN-DEV-DEP-044")
def ends_need_a_step_before() -> None:
    """A final status is refused unless the device has reported a step."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        _, part = reports._part(device, name)
        if part.status == PENDING and status not in ACTIVE:
            message = f"no way from {part.status} to {status}"
            raise Conflict(message)
        return real(reports, device, name, status, *rest)


@bug("MEN-DEV-DEP-045")
def rebooting_is_the_end() -> None:
    """A device that reboots counts as done."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        return real(reports, device, name, status.replace("rebooting", "success"), *rest)


@bug("MEN-DEV-DEP-046", "MEN-DEV-DEP-047")
def aborted_devices_go_on() -> None:
    """A report is taken down also after the abort."""

    @instead_of(Reports, "status")
    def report(_: Any, reports: Reports, device: str, name: str, status: str, *__: Any) -> None:
        deployment, part = reports._part(device, name)
        reports._deployments.move(deployment, part, status)


@bug("MEN-DEV-DEP-047")
def refused_reports_are_kept() -> None:
    """A report after the abort is answered 409, and taken down all the same."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *rest: Any) -> Any:
        try:
            real(reports, device, name, status, *rest)
        except Conflict:
            deployment, part = reports._part(device, name)
            reports._deployments.move(deployment, part, status)
            raise


@bug("MEN-DEV-DEP-048", "MEN-DEV-DEP-049", "MEN-DEV-DEP-050")
def reports_are_not_checked() -> None:
    """Any report is taken, and one that makes no sense is answered 500."""
    without_checks("reportDeploymentStatus")


@bug("MEN-DEV-DEP-051", "MEN-DEV-DEP-052")
def reports_into_nothing_are_welcome() -> None:
    """A report that belongs to no update of the device is dropped, and answered 204."""

    @answering("reportDeploymentStatus")
    def report(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return empty()


@bug("MEN-DEV-DEP-052", "MEN-DEV-DEP-065")
def anybody_takes_part() -> None:
    """A device that reports of another one's deployment becomes a part of it."""

    @instead_of(Reports, "_part")
    def part(_: Any, reports: Reports, device_id: str, deployment_id: str) -> Any:
        deployment = reports._deployments.deployment(deployment_id)
        return deployment, reports._deployments.begin(deployment, device_id)


@bug("MEN-DEV-DEP-053")
def substates_are_dropped() -> None:
    """What a device says besides its status is not kept."""

    @instead_of(Reports, "status")
    def report(real: Any, reports: Reports, device: str, name: str, status: str, *_: Any) -> Any:
        return real(reports, device, name, status)
