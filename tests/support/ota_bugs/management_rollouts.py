"""Bugs in phased roll-outs."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import json_answer
from otakit.mockserver.api import deployments as api
from otakit.mockserver.domain import deployments, rollout
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import Invalid
from otakit.mockserver.domain.rollout import WHOLE, Phase

DAY = 24 * 3600


def _planning(change: Any) -> None:
    """Let the phases of a deployment be changed; `change` gets them, as asked for, and devices."""

    @instead_of(deployments, "plan_phases")
    def plan_phases(real: Any, plans: Any, devices: int, **more: Any) -> Any:
        phases = real(plans, devices, **more)
        if phases:
            change(phases, plans, devices)
        return phases


@bug("MEN-MGT-DEP-120", "MEN-MGT-DEP-121")
def scheduled_deployments_are_pending() -> None:
    """A deployment that waits for its first phase is shown as pending."""

    @instead_of(Deployment, "status")
    def status(real: Any, *args: Any) -> str:
        return str(real(*args)).replace("scheduled", "pending")


@bug("MEN-MGT-DEP-121")
def scheduled_is_no_filter() -> None:
    """The filter status=scheduled is refused."""

    @answering("listDeployments")
    def read(real: Any, call: Any) -> Any:
        if call.params.get("status") == "scheduled":
            message = "unknown status scheduled"
            raise Invalid(message)
        return real(call)


@bug("MEN-MGT-DEP-122", "MEN-MGT-DEP-124", "MEN-MGT-DEP-125", "MEN-MGT-DEP-132", "MEN-MGT-DP2-018")
def phases_open_a_day_early() -> None:
    """A phase starts a day before its time."""

    @instead_of(Phase, "admit")
    def admit(real: Any, phase: Phase, now: float) -> Any:
        return real(phase, now + DAY)


@bug("MEN-MGT-DEP-123", "MEN-MGT-DEP-124", "MEN-MGT-DEP-125", "MEN-MGT-DEP-131")
def first_phases_wait_a_minute() -> None:
    """A first phase without a start begins a minute after the deployment was made."""

    @instead_of(rollout, "_start")
    def start(real: Any, plan: Any, place: int, before: float) -> Any:
        return real(plan, place, before) + (60 if plan.start is None else 0)


@bug("MEN-MGT-DEP-124", "MEN-MGT-DEP-125", "MEN-MGT-DEP-131", "MEN-MGT-DP2-018")
def phases_have_no_end() -> None:
    """A phase that has begun lets every device in, whatever its percentage."""

    def change(phases: Any, _: Any, __: int) -> None:
        for phase in phases:
            phase.share = 10**6

    _planning(change)


@bug("MEN-MGT-DEP-125")
def shares_are_rounded_up() -> None:
    """A phase has one device more where its percentage is no whole number."""

    def change(phases: Any, _: Any, devices: int) -> None:
        for phase in phases[:-1]:
            phase.share = -(-devices * phase.batch_size // WHOLE)

    _planning(change)


@bug("MEN-MGT-DEP-126", "MEN-MGT-DP2-019")
def empty_phases_are_accepted() -> None:
    """A phase without devices is created."""

    @instead_of(deployments, "plan_phases")
    def plan_phases(real: Any, plans: Any, devices: int, **more: Any) -> Any:
        try:
            return real(plans, devices, **more)
        except Invalid:
            return real(plans, WHOLE, **more)


@bug("MEN-MGT-DEP-127")
def last_phases_are_empty() -> None:
    """A last phase without a percentage has no devices."""

    def change(phases: Any, plans: Any, _: int) -> None:
        if plans[-1].batch_size is None:
            phases[-1].share = 0

    _planning(change)


@bug("MEN-MGT-DEP-128")
def sizes_are_halves_by_default() -> None:
    """A phase without a percentage has half of the devices."""

    @instead_of(rollout, "_batch_size")
    def batch_size(_: Any, plan: Any, __: int) -> Any:
        return plan.batch_size or 50


@bug("MEN-MGT-DEP-129")
def all_phases_start_at_once_by_default() -> None:
    """A phase without a start begins with the one before it."""

    @instead_of(rollout, "_start")
    def start(_: Any, plan: Any, __: int, before: float) -> Any:
        return before if plan.start is None else plan.start


@bug("MEN-MGT-DEP-130", "MEN-MGT-DEP-131")
def phases_are_not_shown() -> None:
    """A deployment is shown without its phases."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        shown.pop("phases", None)
        return json_answer(shown)


@bug("MEN-MGT-DEP-130")
def starts_are_those_of_the_deployment() -> None:
    """Every phase is shown with the start of the first one."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        for phase in shown.get("phases", ()):
            phase["start_ts"] = shown["phases"][0]["start_ts"]
        return json_answer(shown)


@bug("MEN-MGT-DEP-131")
def requests_of_phases_are_not_counted() -> None:
    """Each phase is shown as if no device had asked yet."""

    @instead_of(api, "_phase_json")
    def phase_json(real: Any, phase: Phase) -> Any:
        return {**real(phase), "device_count": 0}


@bug("MEN-MGT-DEP-132")
def groups_have_no_phases() -> None:
    """A deployment for a group begins for all of it at once."""

    @answering("createGroupDeployment")
    def create(real: Any, call: Any) -> Any:
        call.body.pop("phases", None)
        return real(call)
