"""Bugs in the management of deployments that the older editions find as well, or alone."""

from collections.abc import Callable
from typing import Any

from ota_bugs import (
    management_deployment_lists,
    management_deployment_pages,
    management_deployments,
    management_deployments_aborts,
    management_deployments_devices,
    management_deployments_dynamic,
    management_deployments_shown,
    management_deployments_statistics,
    management_rollouts,
    management_rollouts_dynamic,
    management_rollouts_retries,
)
from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.domain.aborts import Aborts
from otakit.mockserver.domain.errors import Conflict
from otakit.mockserver.domain.progress import ABORTED, ACTIVE, DECOMMISSIONED
from otakit.mockserver.domain.reports import Reports

Plant = Callable[[], None]


def _served(edition: int, plant: Plant, *rules: str) -> None:
    """Make a bug of one that there is, in a server of an older edition."""

    def planted() -> None:
        plant()

    planted.__name__ = f"{plant.__name__}_in_mender_{edition}"
    planted.__doc__ = plant.__doc__
    caught_by = (f"MEN{edition}-MGT-{name}" for name in rules)
    profile = f"mender-{edition}"
    bug(*caught_by, options=("--edition", profile), profile=profile)(planted)


def _both(plant: Plant, *numbers: str) -> None:
    for edition in (1, 2):
        _served(edition, plant, *(f"DEP-{number}" for number in numbers))


def removed_devices_go_on() -> None:
    """A device that is removed from all deployments keeps what was pending."""

    @instead_of(Aborts, "leave_all")
    def leave_all(*_: Any) -> None:
        return None


def removed_devices_are_aborted() -> None:
    """A device that is removed from all deployments is aborted in them."""

    @instead_of(Aborts, "_end_device")
    def end(real: Any, aborts: Aborts, device_id: str, status: str) -> None:
        real(aborts, device_id, ABORTED if status == DECOMMISSIONED else status)


def aborts_end_all_devices() -> None:
    """An abort changes also the status of devices that have completed the deployment."""

    @instead_of(Aborts, "abort")
    def abort(real: Any, aborts: Aborts, deployment_id: str) -> None:
        real(aborts, deployment_id)
        deployment = aborts._deployments.deployment(deployment_id)
        for part in deployment.devices.values():
            if part.status not in {*ACTIVE, ABORTED}:
                aborts._deployments.move(deployment, part, ABORTED)


def reports_after_an_abort_count() -> None:
    """A device whose deployment is aborted succeeds all the same."""

    @instead_of(Reports, "status")
    def status(real: Any, reports: Reports, device: str, name: str, told: str, *rest: Any) -> None:
        try:
            real(reports, device, name, told, *rest)
        except Conflict:
            deployment, part = reports._part(device, name)
            reports._deployments.move(deployment, part, told)


def names_of_deployments_are_their_ids() -> None:
    """A deployment is shown with its id in place of its name."""

    def change(shown: dict[str, Any]) -> None:
        shown["name"] = shown["id"]

    management_deployments_shown.showing(change)


def pages_have_fifty_deployments() -> None:
    """A page has fifty deployments unless another number is asked for."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        if b"per_page" not in call.scope["query_string"]:
            call.params["per_page"] = 50
        return real(call)


def deployments_need_nothing() -> None:
    """A deployment that lacks something is answered 500."""
    without_checks("createDeployment")


_served(1, management_deployments.locations_lead_nowhere, "DEP-001")
_served(2, management_deployments.locations_lead_nowhere, "DEP-001", "DP2-001")
_both(management_deployments.device_types_are_not_compared, "002", "003", "043")
_served(1, management_deployments.incompatible_devices_fail, "DEP-003")
_both(management_deployments.incompatible_devices_are_never_done, "004")
_both(management_deployment_lists.filter_of_status_is_ignored, "010", "011", "012")
_both(management_deployment_lists.search_is_ignored, "013")
_both(management_deployment_lists.finished_deployments_are_not_listed, "012", "014")
_both(management_deployment_pages.size_of_deployment_pages_is_ignored, "015")
_both(management_deployment_pages.previous_page_is_not_linked, "016")
_both(management_deployments_shown.unknown_deployments_are_empty, "020")
_both(names_of_deployments_are_their_ids, "021")
_both(management_deployments_aborts.aborts_have_no_effect, "030", "032", "033")
_both(aborts_end_all_devices, "031")
_both(management_deployments_aborts.aborts_reach_no_device, "033")
_both(reports_after_an_abort_count, "033")
_both(management_deployments_aborts.aborts_of_nothing_are_welcome, "034")
_both(management_deployments_aborts.finished_deployments_are_aborted, "035")
_both(management_deployments_aborts.any_status_aborts, "036")
_both(management_deployments_statistics.pending_is_off_by_one, "040")
_both(management_deployments_statistics.former_statuses_keep_counting, "041", "042")
_both(management_deployments_statistics.ends_are_mixed_up, "042")
_both(management_deployments_statistics.unaffected_devices_count_as_success, "043", "044")
_both(management_deployments_statistics.aborted_devices_count_as_failures, "045")
_both(management_deployments_statistics.statistics_of_nothing_are_empty, "046")
_both(management_deployments_devices.deprecated_list_ends_early, "050")
_both(management_deployments_devices.lists_of_nothing_are_empty, "051")
_both(management_deployments_devices.logs_are_never_available, "052")
_both(management_deployments_devices.missing_logs_are_empty, "061")
_both(management_deployments_devices.logs_are_empty, "060")
_both(removed_devices_go_on, "070")

_served(1, deployments_need_nothing, "DEP-005")
_served(1, pages_have_fifty_deployments, "DEP-017")

_served(2, management_deployments.missing_artifacts_are_bad_requests, "DEP-080", "DP2-004")
_served(2, management_deployments.refused_deployments_are_created, "DEP-081", "DP2-005")
_served(2, management_deployment_lists.times_of_creation_are_ignored, "DEP-082", "DEP-083")
_served(2, management_rollouts.requests_of_phases_are_not_counted, "DEP-084")
_served(2, management_rollouts.phases_open_a_day_early, "DEP-085", "DP2-018")
_served(2, removed_devices_are_aborted, "DEP-086")
_served(2, management_deployments_dynamic.filters_match_nothing, "DP2-002")
_served(2, management_deployments_dynamic.filters_match_everything, "DP2-003")
_served(2, management_deployments_dynamic.dynamic_deployments_are_not_checked, "DP2-006")
_served(2, management_rollouts_dynamic.max_devices_are_ignored, "DP2-014")
_served(2, management_rollouts_dynamic.first_device_ends_a_dynamic_deployment, "DP2-015")
_served(2, management_rollouts.empty_phases_are_accepted, "DP2-019")
_served(2, management_rollouts_retries.retries_are_ignored, "DP2-020")
_served(2, management_deployments.incompatible_devices_fail, "DEP-003", "DP2-009")
