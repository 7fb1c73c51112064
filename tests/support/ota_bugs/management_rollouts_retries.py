"""Bugs in retries after failures, and in update control maps."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import empty, json_answer
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.progress import FAILURE
from otakit.mockserver.domain.reports import Reports


@bug("MEN-MGT-DEP-140", "MEN-MGT-DEP-141", "MEN-MGT-DP2-020")
def retries_are_ignored() -> None:
    """The first failure is final, however many retries there are."""

    @instead_of(Reports, "_retry")
    def retry(_: Any, reports: Reports, deployment: Any, part: Any) -> None:
        reports._deployments.move(deployment, part, FAILURE)


@bug("MEN-MGT-DEP-141", "MEN-MGT-DP2-020")
def retries_are_not_counted() -> None:
    """A device that fails tries again and again, if it may do so at all."""

    @instead_of(Reports, "_retry")
    def retry(real: Any, reports: Reports, deployment: Any, part: Any) -> None:
        real(reports, deployment, part)
        part.attempt = 0


@bug("MEN-MGT-DEP-142")
def failures_are_offered_again() -> None:
    """A device that fails tries again although it has no retries."""

    @instead_of(Reports, "status")
    def status(real: Any, reports: Reports, device: str, name: str, told: str, *rest: Any) -> None:
        real(reports, device, name, told, *rest)
        if told == FAILURE:
            deployment, part = reports._part(device, name)
            reports._retry(deployment, part)


@bug("MEN-MGT-DEP-143")
def retried_failures_count() -> None:
    """A failure that is tried again stays in the statistics."""

    @instead_of(Reports, "_retry")
    def retry(real: Any, reports: Reports, deployment: Any, part: Any) -> None:
        real(reports, deployment, part)
        deployment.statistics._counts[FAILURE] += 1


@bug("MEN-MGT-DEP-150", "MEN-MGT-DEP-151", "MEN-MGT-DP2-021")
def maps_are_not_shown() -> None:
    """A deployment is shown without its update control map."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        shown.pop("update_control_map", None)
        return json_answer(shown)


@bug("MEN-MGT-DEP-151")
def changed_maps_are_merged() -> None:
    """A new map is added to the old one, instead of taking its place."""

    @instead_of(Deployments, "set_control_map")
    def set_control_map(real: Any, kept: Deployments, name: str, told: Any) -> None:
        before = kept.deployment(name).update_control_map or {}
        states = {**before.get("states", {}), **(told or {}).get("states", {})}
        real(kept, name, {**before, **(told or {}), "states": states} if told else told)


@bug("MEN-MGT-DEP-152")
def maps_can_be_added() -> None:
    """A deployment without a map gets one."""

    @instead_of(Deployments, "set_control_map")
    def set_control_map(_: Any, kept: Deployments, name: str, told: Any) -> None:
        kept.deployment(name).update_control_map = told


@bug("MEN-MGT-DEP-153")
def maps_of_nothing_are_welcome() -> None:
    """A new map for a deployment that there is not is answered 204."""

    @answering("updateDeployment")
    def update(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return empty()


@bug("MEN-MGT-DEP-154")
def maps_are_not_checked() -> None:
    """Anything is taken for a map."""
    without_checks("updateDeployment")
