"""Bugs in JFrog Connect's deployments."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import ota_bugs.catalogue as bugs
from ota_bugs.catalogue import answering, instead_of, without_checks
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import connect_deployments as api
from otakit.mockserver.connect_access import ConnectAccess
from otakit.mockserver.domain import connect_deployments as domain
from otakit.mockserver.domain import connect_filter as filters
from otakit.mockserver.domain.clock import rfc3339
from otakit.mockserver.domain.connect_deployment import ConnectDeployment
from otakit.mockserver.domain.connect_deployments import ConnectDeployments
from otakit.mockserver.domain.connect_flow import FlowPlan
from otakit.mockserver.domain.connect_plan import DeploymentPlan, DeviceFilter
from otakit.mockserver.domain.connect_run import PENDING, SUCCESS, Run
from otakit.mockserver.domain.errors import Invalid, NotFound, Unauthorized
from otakit.mockserver.operations import Call
from otakit.mockserver.security import Security

bug = partial(bugs.bug, options=("--edition", "jfrog-connect"), profile="jfrog-connect")

A, B = "createConnectDeployment", "getConnectDeploymentDevice"


@bug("JFC-API-DEP-001")
def connect_answers_another_uuid() -> None:
    """A deployment is answered with a UUID that it has not."""

    @answering(A)
    def create(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        return json_answer({"deployment_uuid": "dp-0000-0000"}, answer.status)


@bug("JFC-API-DEP-002")
def connect_loses_comments() -> None:
    """A deployment's comment is not kept."""
    _planned(lambda plan: replace(plan, comment=""))


@bug("JFC-API-DEP-003", "JFC-API-DEP-004")
def connect_deploys_any_flow() -> None:
    """A flow that is unknown, or missing, is taken for the fleet's first one."""
    without_checks(A)

    @answering(A)
    def create(real: Any, call: Call) -> Answer:
        known = call.world.connect_fleet.contents.flows
        what = call.body["deployment_configuration"]
        if what.get("flow_uuid") not in known:
            what["flow_uuid"] = next(iter(known))
        answer: Answer = real(call)
        return answer


@bug("JFC-API-DEP-005")
def connect_takes_any_app() -> None:
    """An app that there is not is made by a deployment."""

    @instead_of(ConnectDeployments, "_apps_of")
    def apps(_: Any, _deployments: ConnectDeployments, plan: DeploymentPlan) -> dict[str, str]:
        return {plan.app_name: plan.app_version} if plan.app_name else {}


@bug("JFC-API-DEP-006")
def connect_takes_no_app() -> None:
    """A deployment that sets an app's version is refused."""

    @instead_of(ConnectDeployments, "_apps_of")
    def apps(_: Any, _deployments: ConnectDeployments, plan: DeploymentPlan) -> dict[str, str]:
        if plan.app_name:
            message = "app: not supported"
            raise Invalid(message)
        return {}


@bug("JFC-API-DEP-007")
def connect_uses_default_values() -> None:
    """The values of parameters are always the flow's own."""

    @instead_of(FlowPlan, "values")
    def values(real: Any, flow: FlowPlan, _given: Any) -> Any:
        return real(flow, {})


@bug("JFC-API-DEP-008", "JFC-API-DEP-018", "JFC-API-DEP-019")
def connect_checks_no_bodies() -> None:
    """What does not belong into a deployment is left out without a word."""
    without_checks(A)

    @instead_of(api, "_plan")
    def plan(real: Any, asked: dict[str, Any]) -> Any:
        wanted = asked.get("device_filter", {})
        known = [f for f in wanted.get("filters", []) if f["type"] in filters._KINDS]
        wanted["filters"] = [f for f in known if f["operand"] in {"is", "is_not"}]
        wanted["groups"] = []
        asked["deployment_configuration"]["parameters_mapping"] = {}
        return real(asked)


@bug("JFC-API-DEP-010", "JFC-API-DEP-013", "JFC-API-DEP-015", "JFC-API-DEP-016")
def connect_deploys_to_all() -> None:
    """Filters are not looked at."""
    _planned(lambda plan: replace(plan, devices=replace(plan.devices, criteria=())))


@bug("JFC-API-DEP-011", "JFC-API-DEP-014")
def connect_takes_is_not_for_is() -> None:
    """A filter 'is_not' means what 'is' means."""

    def change(plan: DeploymentPlan) -> DeploymentPlan:
        turned = tuple(replace(c, operand="is") for c in plan.devices.criteria)
        return replace(plan, devices=replace(plan.devices, criteria=turned))

    _planned(change)


@bug("JFC-API-DEP-012")
def connect_ignores_groups() -> None:
    """Groups of a filter are not looked at."""
    _planned(lambda plan: replace(plan, devices=DeviceFilter(criteria=plan.devices.criteria)))


@bug("JFC-API-DEP-017")
def connect_takes_empty_values_for_filters() -> None:
    """An empty value means the devices that have an empty tag."""

    @instead_of(domain, "compiled")
    def compiled(real: Any, wanted: DeviceFilter, fleet: Any) -> Any:
        empty = [c for c in wanted.criteria if not c.value]
        test = real(wanted, fleet)
        return (lambda _: False) if empty else test


@bug("JFC-API-DEP-020")
def connect_lets_anybody_in() -> None:
    """Nobody needs a token."""

    @instead_of(Security, "caller")
    def caller(real: Any, security: Security, shown: Any, side: Any) -> Any:
        try:
            return real(security, shown, side)
        except Unauthorized:
            token = security._universes.default.connect.token
            return real(security, f"Bearer {token}".encode(), "connect")


@bug("JFC-API-DEP-021")
def connect_shows_its_fleet_under_any_key() -> None:
    """The fleet key in the path is not looked at."""

    @instead_of(ConnectAccess, "check")
    def check(*_: Any) -> None:
        """Take any key."""


@bug("JFC-API-DEP-030", "JFC-API-DEP-034")
def connect_lists_each_page_without_its_first() -> None:
    """The first deployment of each page is missing in the list."""
    _listed(lambda told: {**told, "deployments": told["deployments"][1:]})


@bug("JFC-API-DEP-031")
def connect_counts_two_severities() -> None:
    """Medium and low severities are not told."""

    @instead_of(ConnectDeployment, "cve_severity")
    def severities(real: Any, deployment: ConnectDeployment) -> Any:
        counts = real(deployment)
        return {name: counts[name] for name in ("Critical", "High")}


@bug("JFC-API-DEP-032")
def connect_tells_the_time_of_the_look() -> None:
    """A deployment's time of creation is when one asks for it."""

    @answering("getConnectDeployment")
    def show(real: Any, call: Call) -> Answer:
        told = json.loads(real(call).body)
        return json_answer({**told, "created_time": rfc3339(call.world.clock.now())})


@bug("JFC-API-DEP-033")
def connect_pages_are_one_longer() -> None:
    """A page has one deployment more than was asked for."""

    @instead_of(ConnectDeployments, "newest")
    def newest(real: Any, deployments: ConnectDeployments, size: int, before: Any = None) -> Any:
        return real(deployments, size + 1, before)


@bug("JFC-API-DEP-034")
def connect_pages_overlap() -> None:
    """The next page begins with the last deployment of this one."""

    @instead_of(ConnectDeployments, "newest")
    def newest(real: Any, deployments: ConnectDeployments, size: int, before: Any = None) -> Any:
        page, start = real(deployments, size, before)
        return page, start + 1 if start and size > 1 else start


@bug("JFC-API-DEP-035")
def connect_takes_any_limit() -> None:
    """A page of any length can be asked for."""
    without_checks("listConnectDeployments")


@bug("JFC-API-DEP-036")
def connect_pages_are_short() -> None:
    """A page has two deployments unless more are asked for."""
    for operation in ("listConnectDeployments",):

        @answering(operation)
        def listed(real: Any, call: Call) -> Answer:
            if b"limit" not in call.scope["query_string"]:
                call.params["limit"] = 2
            answer: Answer = real(call)
            return answer


@bug("JFC-API-DEP-037")
def connect_counts_the_page() -> None:
    """'total' is the number of deployments on the page."""
    _listed(lambda told: {**told, "pagination_info": {"total": len(told["deployments"])}})


@bug("JFC-API-DEP-038")
def connect_shows_unknown_deployments() -> None:
    """A deployment that there is not has no devices."""

    @answering("listConnectDeploymentDevices")
    def listed(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer({"deployment_by_device_uuid": {}, "pagination_info": {"total": 0}})
        return answer


@bug("JFC-API-DEP-040")
def connect_lists_devices_it_does_not_count() -> None:
    """'total' of the devices is always 0."""

    @answering("listConnectDeploymentDevices")
    def listed(real: Any, call: Call) -> Answer:
        told = json.loads(real(call).body)
        return json_answer({**told, "pagination_info": {"total": 0}})


@bug("JFC-API-DEP-041", "JFC-API-DEP-053")
def connect_is_optimistic() -> None:
    """A device that waits is shown as one that has succeeded."""

    @instead_of(Run, "status")
    def status(real: Any, run: Run, now: float) -> Any:
        found = real(run, now)
        return SUCCESS if found == PENDING else found


@bug("JFC-API-DEP-042")
def connect_swaps_times() -> None:
    """A device's start and finish times are swapped."""
    _told(
        lambda told: (
            {
                **told,
                "started_time": told.get("finished_time"),
                "finished_time": told.get("started_time"),
            }
            if "finished_time" in told
            else told
        )
    )


@bug("JFC-API-DEP-043", "JFC-API-DEP-007")
def connect_hides_what_steps_print() -> None:
    """The steps of a device are told without what they printed."""

    @instead_of(api, "_step_json")
    def step(real: Any, *args: Any, **_: Any) -> Any:
        return real(*args, output=False)


@bug("JFC-API-DEP-044")
def connect_lists_devices_as_they_were() -> None:
    """The list of devices has statuses of a while ago."""

    @instead_of(api, "_run_json")
    def shaped(real: Any, run: Run, now: float, *, output: bool) -> Any:
        return real(run, now if output else run.created, output=output)


@bug("JFC-API-DEP-045")
def connect_shows_other_devices() -> None:
    """A device that a deployment does not mean is shown as waiting for it."""

    @answering(B)
    def show(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer({"status": PENDING, "steps": []})
        return answer


@bug("JFC-API-DEP-050", "JFC-API-DEP-052")
def connect_aborts_nothing() -> None:
    """An abort is acknowledged, and has no effect."""

    @instead_of(ConnectDeployments, "abort")
    def abort(*_: Any) -> tuple[int, int]:
        return 0, 0


@bug("JFC-API-DEP-051", "JFC-API-DEP-054")
def connect_aborts_what_is_done() -> None:
    """An abort makes Aborted of devices that are through."""

    @instead_of(Run, "abort")
    def abort(_: Any, run: Run, now: float) -> bool:
        run.aborted = now
        return True


@bug("JFC-API-DEP-053")
def connect_aborts_all_for_one() -> None:
    """The abort for one device aborts the deployment on all."""

    @instead_of(ConnectDeployments, "abort")
    def abort(real: Any, deployments: ConnectDeployments, uuid: str, _device: str = "") -> Any:
        return real(deployments, uuid)


def _planned(change: Any) -> None:
    @instead_of(ConnectDeployments, "create")
    def create(real: Any, deployments: ConnectDeployments, plan: DeploymentPlan) -> Any:
        return real(deployments, change(plan))


def _listed(change: Any) -> None:
    @answering("listConnectDeployments")
    def listed(real: Any, call: Call) -> Answer:
        return json_answer(change(json.loads(real(call).body)))


def _told(change: Any) -> None:
    @instead_of(api, "_run_json")
    def shaped(real: Any, *args: Any, **how: Any) -> Any:
        return change(real(*args, **how))
