"""Device APIs / Deployments: what devices report of an update, as users see it."""

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_status,
)
from otakit.contracts.rollout import ON_DEVICE, UNKNOWN, begun, expect_entry
from otakit.contracts.rule import rule

SECTION = "Device APIs / Deployments"
STATUS = f"{SECTION} / Update Deployment Status"
SCHEMA = f"{SECTION} / Schemas / DeploymentStatus"

REPORT = "reportDeploymentStatus"
SEEN = [REPORT, "listDeploymentDevices"]


@rule(
    "MEN-DEV-DEP-040",
    "The intermediate steps that a device reports are its status in the deployment",
    document=STATUS,
    operations=SEEN,
)
def steps_are_seen(backend: Backend) -> None:
    """Report one step after the other, and look at each."""
    _expect_seen(backend, "downloading", "installing", "rebooting")


@rule(
    "MEN-DEV-DEP-041",
    "The pauses that a device reports are its status in the deployment",
    document=SCHEMA,
    operations=SEEN,
)
def pauses_are_seen(backend: Backend) -> None:
    """Report one pause after the other, and look at each."""
    pauses = ("installing", "rebooting", "committing")
    _expect_seen(backend, *(f"pause_before_{step}" for step in pauses))


@rule(
    "MEN-DEV-DEP-042",
    "The final status that a device reports, success or failure, is its status in the deployment",
    document=STATUS,
    operations=SEEN,
    severity="critical",
)
def ends_are_seen(backend: Backend) -> None:
    """Let one device succeed and another one fail."""
    made = begun(backend, 2)
    good, bad = made.devices
    expect_status(good.report(made.id, "success"), 204)
    expect_status(bad.report(made.id, "failure"), 204)
    answer = made.listed()
    expect_entry(answer, good, "success")
    expect_entry(answer, bad, "failure")


@rule(
    "MEN-DEV-DEP-043",
    "A device may report that it has the artifact already",
    document=SCHEMA,
    operations=SEEN,
)
def already_installed_is_seen(backend: Backend) -> None:
    """Report 'already-installed' after an offer."""
    _expect_seen(backend, "already-installed")


@rule(
    "MEN-DEV-DEP-044",
    "Reporting of intermediate steps is optional: the final status alone ends the deployment",
    document=STATUS,
    operations=[REPORT, "getDeployment"],
)
def steps_are_optional(backend: Backend) -> None:
    """Report success at once."""
    made = begun(backend)
    expect_status(made.device.report(made.id, "success"), 204)
    made.expect_status("finished")


@rule(
    "MEN-DEV-DEP-045",
    "A deployment is not over until the final status is set, whatever step was reported last",
    document=STATUS,
    operations=[REPORT, "getDeployment"],
)
def last_step_is_no_end(backend: Backend) -> None:
    """Report that the device reboots, and nothing more."""
    begun(backend).reported("rebooting").expect_status("inprogress")


@rule(
    "MEN-DEV-DEP-046",
    "A report of a device whose deployment is aborted is answered 409",
    document=STATUS,
    operations=[REPORT],
    severity="critical",
)
def aborted_device_cannot_report(backend: Backend) -> None:
    """Abort the deployment of a device that installs, and let it report success."""
    made = begun(backend).reported("installing").ended()
    expect_status(made.device.report(made.id, "success"), 409)


@rule(
    "MEN-DEV-DEP-047",
    "The status of a device cannot be changed when it is aborted",
    document=STATUS,
    operations=SEEN,
    severity="critical",
)
def aborted_device_stays_aborted(backend: Backend) -> None:
    """Abort the deployment of a device that installs, let it report success, and look."""
    made = begun(backend).reported("installing").ended()
    made.device.report(made.id, "success")
    made.expect_device("aborted")


@rule(
    "MEN-DEV-DEP-048",
    "A report without status is answered 400",
    document=SCHEMA,
    operations=[REPORT],
)
def report_needs_a_status(backend: Backend) -> None:
    """Report a substate alone."""
    made = begun(backend)
    expect_error(made.device.request("PUT", _path(made.id), json={"substate": "x"}), 400)


@rule(
    "MEN-DEV-DEP-049",
    "A report of a status that there is not is answered 400",
    document=SCHEMA,
    operations=[REPORT],
)
def unknown_status_is_refused(backend: Backend) -> None:
    """Report 'flying'."""
    made = begun(backend)
    expect_error(made.device.report(made.id, "flying"), 400)


@rule(
    "MEN-DEV-DEP-050",
    "A device cannot report the statuses that the server alone gives",
    document=SCHEMA,
    operations=[REPORT],
)
def server_statuses_are_refused(backend: Backend) -> None:
    """Report each status of deployments that is not among those of a report."""
    made = begun(backend)
    for status in ("aborted", "noartifact", "decommissioned", "pending"):
        expect_error(made.device.report(made.id, status), 400)


@rule(
    "MEN-DEV-DEP-051",
    "A report of a deployment that there is not is answered 404",
    document=STATUS,
    operations=[REPORT],
)
def unknown_deployment_takes_no_report(backend: Backend) -> None:
    """Report success of an id that no deployment has."""
    expect_error(backend.lent_device().report(UNKNOWN, "success"), 404)


@rule(
    "MEN-DEV-DEP-052",
    "A report of a deployment that is not the device's is answered 404 and changes nothing",
    document=STATUS,
    operations=[REPORT, "getDeploymentStatistics"],
    severity="critical",
)
def foreign_deployment_takes_no_report(backend: Backend) -> None:
    """Report success of another device's deployment."""
    made = begun(backend)
    expect_error(backend.accepted_device().report(made.id, "success"), 404)
    made.expect_counts(success=0)


@rule(
    "MEN-DEV-DEP-053",
    "The substate that a device reports is shown",
    document=SCHEMA,
    operations=SEEN,
)
def substate_is_shown(backend: Backend) -> None:
    """Report a status with a substate, and look at the device."""
    made = begun(backend)
    substate = "installing.enter;script:foo-bar"
    answer = made.device.report(made.id, "installing", substate=substate)
    expect_status(answer, 204)
    entry = made.expect_device("installing")
    expect_equal(answer, entry.get("substate"), substate, "the device's substate")


def _path(deployment_id: str) -> str:
    return f"{ON_DEVICE}/{deployment_id}/status"


def _expect_seen(backend: Backend, *statuses: str) -> None:
    """Report statuses one by one, and fail unless each is shown."""
    made = begun(backend)
    for status in statuses:
        expect_status(made.device.report(made.id, status), 204)
        made.expect_device(status)
