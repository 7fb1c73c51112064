"""Management APIs / Deployments: deployments themselves (management/deployments-v1)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from otakit.mockserver.abridged import abridged
from otakit.mockserver.answers import Answer, created, empty, encode, json_answer
from otakit.mockserver.api.inventory_search import predicate_json
from otakit.mockserver.audit_trail import about_deployment, difference
from otakit.mockserver.domain.audit import ABORT, CREATE, UPDATE
from otakit.mockserver.domain.clock import from_rfc3339, rfc3339
from otakit.mockserver.domain.deployment import FINISHED, SCHEDULED, Deployment, Plan, Scope
from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.ids import uuid_of
from otakit.mockserver.domain.progress import ABORTED, PENDING
from otakit.mockserver.domain.rollout import Phase, PhasePlan
from otakit.mockserver.domain.words import has_phrase, words
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of

BASE = "/api/management/v1/deployments/deployments"

Test = Callable[[Deployment], bool]


@operation("listDeployments")
def list_deployments(call: Call) -> Answer:
    """List deployments by age, the newest first unless asked otherwise."""
    return deployments_page(call, _tests(call))


@operation("createDeployment")
def create_deployment(call: Call) -> Answer:
    """Deploy to listed devices or to all accepted ones."""
    asked = call.body
    deployment = call.world.deploy(
        plan_of(asked),
        devices=asked.get("devices") or (),
        all_devices=asked.get("all_devices", False),
    )
    call.audit(CREATE, about_deployment(deployment))
    return created(f"{BASE}/{deployment.id}")


@operation("createGroupDeployment")
def create_group_deployment(call: Call) -> Answer:
    """Deploy to a group's accepted devices."""
    deployment = call.world.deploy_to_group(plan_of(call.body), call.params["name"])
    call.audit(CREATE, about_deployment(deployment))
    return created(f"{BASE}/{deployment.id}")


@operation("getDeployment")
def get_deployment(call: Call) -> Answer:
    """Show a deployment."""
    deployment = call.world.deployments.deployment(uuid_of(call.params["id"]))
    return json_answer(deployment_json(deployment, call.world))


@operation("updateDeployment")
def update_deployment(call: Call) -> Answer:
    """Put another update control map in place of the deployment's; none given, it stays."""
    deployment = call.world.deployments.deployment(uuid_of(call.params["id"]))
    before = {"update_control_map": deployment.update_control_map}
    call.world.deployments.set_control_map(deployment.id, call.body.get("update_control_map"))
    after = {"update_control_map": deployment.update_control_map}
    call.audit(UPDATE, about_deployment(deployment), difference(before, after))
    return empty()


@operation("setDeploymentStatus")
def set_deployment_status(call: Call) -> Answer:
    """Abort a deployment: `aborted` is the one status that can be set."""
    deployment_id = uuid_of(call.params["deployment_id"])
    call.world.aborts.abort(deployment_id)
    call.audit(ABORT, about_deployment(call.world.deployments.deployment(deployment_id)))
    return empty()


@operation("getDeploymentStatistics")
def get_deployment_statistics(call: Call) -> Answer:
    """Count a deployment's devices by status."""
    deployment = call.world.deployments.deployment(uuid_of(call.params["deployment_id"]))
    return json_answer(deployment.statistics.counts())


@operation("listDeploymentStatistics")
def list_deployment_statistics(call: Call) -> Answer:
    """Count the devices of several deployments by status; unknown ones are left out."""
    return statistics_of(call, [uuid_of(text) for text in dict.fromkeys(call.body)])


def statistics_of(call: Call, ids: Collection[str]) -> Answer:
    """Count the devices of these deployments; raises NotFound where none of them is known."""
    known = [d for i in ids if (d := call.world.deployments.get(i)) is not None]
    if ids and not known:
        message = "Deployment not found: none of the ids is a deployment's"
        raise NotFound(message)
    return json_answer([{"id": d.id, "stats": d.statistics.counts()} for d in known])


def plan_of(asked: dict[str, Any]) -> Plan:
    """Read what a new deployment of any kind has in common."""
    return Plan(
        name=asked["name"],
        artifact_name=asked["artifact_name"],
        retries=asked.get("retries", 0),
        phases=tuple(_phase_plan(phase) for phase in asked.get("phases") or ()),
        update_control_map=asked.get("update_control_map"),
        force_installation=asked.get("force_installation") is True,
        max_devices=asked.get("max_devices", 0),
    )


def deployments_page(call: Call, tests: list[Test]) -> Answer:
    """List the deployments that pass all tests, a page of them."""
    page = page_of(call)
    newest_first = call.params.get("sort", "desc").lower() == "desc"
    wanted = (lambda d: all(test(d) for test in tests)) if tests else None
    found, total = call.world.deployments.find(page, wanted=wanted, newest_first=newest_first)
    shaped = [deployment_json(deployment, call.world) for deployment in found]
    return json_answer(shaped, headers=counted(call, page, total))


def deployment_json(deployment: Deployment, world: World) -> dict[str, Any]:
    """Shape a Deployment."""
    plan, dialect = deployment.plan, world.dialect
    targets, asked = deployment.statistics.targets, len(deployment.devices)
    acted_upon = targets if dialect.targets_take_part else asked
    shaped: dict[str, Any] = {
        "id": deployment.id,
        "name": plan.name,
        "artifact_name": plan.artifact_name,
        "created": rfc3339(deployment.created),
        "status": _status(deployment, world),
        "device_count": acted_upon,
        "artifacts": deployment.artifacts,
        "retries": plan.retries,
        "type": deployment.type,
        "dynamic": deployment.scope.dynamic,
        "filter": _filter_json(deployment.scope),
        "statistics": {
            "status": deployment.statistics.counts(),
            "total_size": deployment.statistics.total_size,
        },
    }
    if not dialect.targets_take_part and not deployment.scope.dynamic:
        shaped["max_devices"] = len(deployment.scope.devices)
    if not dialect.shows_defaults:
        idle = ("retries", "dynamic", "artifacts")
        shaped = {name: value for name, value in shaped.items() if value or name not in idle}
    shaped.update(_optional(deployment, whole=dialect.shows_configurations))
    return shaped


def _status(deployment: Deployment, world: World) -> str:
    status = deployment.status(world.clock.now())
    return PENDING if status == SCHEDULED and not world.dialect.knows_scheduled else status


def _optional(deployment: Deployment, *, whole: bool) -> dict[str, Any]:
    plan, scope = deployment.plan, deployment.scope
    shown = {
        "finished": None if deployment.finished is None else rfc3339(deployment.finished),
        "phases": [_phase_json(phase) for phase in deployment.phases] or None,
        "update_control_map": deployment.update_control_map,
        "max_devices": plan.max_devices or None,
        "initial_device_count": len(scope.devices) if scope.dynamic else None,
        "groups": [scope.group] if scope.group else None,
        "force_installation": plan.force_installation or None,
        "configuration": _text(deployment.configuration, whole=whole),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _text(configuration: Mapping[str, str] | None, *, whole: bool) -> str | None:
    if configuration is None:
        return None
    return encode(configuration).decode() if whole else abridged(configuration)


def _phase_json(phase: Phase) -> dict[str, Any]:
    return {
        "id": phase.id,
        "batch_size": phase.batch_size,
        "start_ts": rfc3339(phase.start),
        "device_count": phase.device_count,
    }


def _filter_json(scope: Scope) -> dict[str, Any]:
    terms = [predicate_json(term) for term in scope.terms]
    return {"id": scope.filter_id, "name": scope.filter_name, "terms": terms}


def _phase_plan(phase: dict[str, Any]) -> PhasePlan:
    start = phase.get("start_ts")
    try:
        moment = None if start is None else from_rfc3339(start)
    except (ValueError, OverflowError):
        message = f"phases: start_ts '{start}' is no date-time"
        raise Invalid(message) from None
    return PhasePlan(batch_size=phase.get("batch_size"), start=moment)


def _tests(call: Call) -> list[Test]:
    """Return the tests that a list's parameters make."""
    tests = common_tests(call)
    if text := call.params.get("search", "").lower():
        phrase = words(text)

        def finds(held: str) -> bool:
            parts = call.world.dialect.search_finds_parts
            return text in held.lower() if parts else has_phrase(held, phrase)

        tests.append(lambda d: finds(d.plan.name) or finds(d.plan.artifact_name))
    return tests


def common_tests(call: Call) -> list[Test]:
    """Return the tests that the parameters of both versions' lists make."""
    given, world = call.params, call.world
    tests: list[Test] = []
    if status := given.get("status"):
        statuses = {status} if isinstance(status, str) else set(status)  # several: older editions
        if ABORTED in statuses:
            statuses.add(FINISHED)
        tests.append(lambda d: _status(d, world) in statuses)
    if kind := given.get("type"):
        tests.append(lambda d: d.type == kind)
    if (before := given.get("created_before")) is not None:
        tests.append(lambda d: int(d.created) <= before)
    if (after := given.get("created_after")) is not None:
        tests.append(lambda d: int(d.created) >= after)
    return tests
