"""The management of deployments in the older editions: what both of them say in the same words."""

from collections.abc import Callable

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect_equal,
    expect_field,
    expect_status,
)
from otakit.contracts.failures import Severity
from otakit.contracts.rollout import (
    deployments,
    ids_in,
    rollout,
    rollout_to,
)
from otakit.contracts.rule import Check, rule
from otakit.contracts.rules import (
    management_deployment_lists,
    management_deployments,
    management_deployments_aborts,
    management_deployments_devices,
    management_deployments_shown,
    management_deployments_statistics,
)
from otakit.contracts.rules.management_deployment_pages import links_in

CREATE = "Create a deployment"
FIND = "Find all deployments"
SHOW = "Get the details of a selected deployment"
ABORT = "Abort the deployment"
COUNT = "Get the statistics of a selected deployment"
DEVICES = "List devices of a deployment"
LOG = "Get the log of a selected device's deployment"
REMOVE = "Remove device from all deployments"

ALL = "listAllDeploymentDevices"
SET = "setDeploymentStatus"
COUNTED = "getDeploymentStatistics"


def older(
    number: str, sentence: str, heading: str, *operations: str, severity: Severity = "major"
) -> Callable[[Check], Check]:
    """Make two rules of the function below, one for each of the older editions."""

    def register(check: Check) -> Check:
        for edition, which, place in (("1", "first", "Paths / "), ("2", "second", "")):
            rule(
                f"MEN{edition}-MGT-DEP-{number}",
                f"{sentence} ({which} edition)",
                document=f"{place}{heading}",
                operations=operations,
                severity=severity,
                profiles=[f"mender-{edition}"],
            )(check)
        return check

    return register


# Statements that the current edition has as well, and the older documents in their own words: they
# are tried in the same way

older(
    "001",
    "The header Location of a new deployment is its URL",
    CREATE,
    "createDeployment",
    "getDeployment",
)(management_deployments.location_is_the_new_deployment)
older(
    "002",
    "The artifact is auto assigned to the device, based on artifact name and device type",
    CREATE,
    "createDeployment",
    severity="critical",
)(management_deployments.artifact_fits_the_device_type)
older(
    "004",
    "Devices for which there are no compatible artifacts are considered finished",
    CREATE,
    "createDeployment",
    "getDeployment",
)(management_deployments.incompatible_device_is_finished)
older("010", "Pending deployments are found by their status", FIND, "listDeployments")(
    management_deployment_lists.pending_deployments_are_found
)
older("011", "Deployments in progress are found by their status", FIND, "listDeployments")(
    management_deployment_lists.deployments_in_progress_are_found
)
older("012", "Finished deployments are found by their status", FIND, "listDeployments")(
    management_deployment_lists.finished_deployments_are_found
)
older("013", "Deployments are found by their name", FIND, "listDeployments")(
    management_deployment_lists.deployments_are_found_by_name
)
older("014", "Active and historical deployments are found", FIND, "listDeployments")(
    management_deployment_lists.all_deployments_are_listed
)
older("020", "Details of an unknown deployment are answered 404", SHOW, "getDeployment")(
    management_deployments_shown.unknown_deployment_is_not_found
)
older(
    "030", "A deployment in progress is aborted", ABORT, SET, "getDeployment", severity="critical"
)(management_deployments_aborts.abort_finishes_the_deployment)
older("034", "Aborting an unknown deployment is answered 404", ABORT, SET)(
    management_deployments_aborts.unknown_deployment_is_not_found
)
older("035", "Aborting what is neither pending nor in progress is answered 422", ABORT, SET)(
    management_deployments_aborts.finished_deployment_cannot_be_aborted
)
older("036", "Another status than aborted is answered 400", ABORT, SET)(
    management_deployments_aborts.other_status_is_refused
)
older("040", "Statistics count pending devices", COUNT, COUNTED)(
    management_deployments_statistics.new_devices_are_pending
)
older("041", "Statistics count downloads, installations and reboots", COUNT, COUNTED)(
    management_deployments_statistics.steps_are_counted
)
older("042", "Statistics count success and failure", COUNT, COUNTED)(
    management_deployments_statistics.ends_are_counted
)
older("043", "Statistics count devices without an appropriate artifact", COUNT, COUNTED)(
    management_deployments_statistics.incompatible_devices_are_counted
)
older("044", "Statistics count devices unaffected by the upgrade", COUNT, COUNTED)(
    management_deployments_statistics.unaffected_devices_are_counted
)
older("045", "Statistics count what the user has aborted", COUNT, COUNTED)(
    management_deployments_statistics.aborted_devices_are_counted
)
older("046", "Statistics of an unknown deployment are answered 404", COUNT, COUNTED)(
    management_deployments_statistics.unknown_deployment_has_no_statistics
)
older("051", "Devices of an unknown deployment are answered 404", DEVICES, ALL)(
    management_deployments_devices.unknown_deployment_has_no_deprecated_list
)
older("061", "A log that was not collected is answered 404", LOG, "getDeploymentLog")(
    management_deployments_devices.missing_log_is_not_found
)


@older("003", "Devices without a compatible artifact receive noartifact", CREATE, ALL)
def incompatible_device_has_no_artifact(backend: Backend) -> None:
    """Deploy to a device of another type, let it ask, and look at its status."""
    made = rollout(backend)
    expect_status(made.device.poll(device_type="otakit-other"), 204)
    made.expect_device("noartifact", path="devices")


@older("015", "Results pages have as many deployments as was asked for", FIND, "listDeployments")
def deployments_come_in_pages(backend: Backend) -> None:
    """Search for three deployments of one word in pages of two, in whatever order."""
    word, made = _several(backend)
    pages = [deployments(backend, search=word, page=n, per_page=2) for n in (1, 2)]
    first, second = (ids_in(page) for page in pages)
    expect_equal(pages[0], [len(first), len(second)], [2, 1], "how many the pages have")
    expect_equal(pages[1], sorted(first + second), sorted(made), "the deployments of both pages")


@older("016", "The header Link of a page has first, next and prev", FIND, "listDeployments")
def pages_are_linked(backend: Backend) -> None:
    """Search for three deployments one by one, and look at the second page."""
    word, _ = _several(backend)
    answer = deployments(backend, search=word, page=2, per_page=1)
    found = sorted(set(links_in(answer)) & {"first", "next", "prev"})
    expect_equal(answer, found, ["first", "next", "prev"], "the relations of page 2 of 3")


@older("021", "The details of a deployment have its name and its artifact's", SHOW, "getDeployment")
def details_are_shown(backend: Backend) -> None:
    """Look at a new deployment."""
    made = rollout_to(backend, [backend.lent_device()])
    answer = made.shown()
    expect_field(answer, "name", made.name)
    expect_field(answer, "artifact_name", made.artifact.name)


def _several(backend: Backend) -> tuple[str, list[str]]:
    """Return a word, and the ids of three deployments with it in their names."""
    device = backend.lent_device()
    word = backend.name(f"series-{device.id}")  # nothing else of whichever run has it
    names = [f"{word} {number}" for number in (1, 2, 3)]
    return word, [rollout_to(backend, [device], name=name).id for name in names]
