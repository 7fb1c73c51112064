"""The control API's overview of a universe: one bounded answer for a page that shows it live."""

from collections import Counter
from typing import Any

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.control.clock import clock_json
from otakit.mockserver.control.universes import universe_json
from otakit.mockserver.domain.clock import Seconds, rfc3339
from otakit.mockserver.domain.connect_deployment import ConnectDeployment
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.device import STATUSES, Device
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.inventory import INVENTORY, TAGS
from otakit.mockserver.domain.progress import PAUSED, PENDING, DeviceDeployment
from otakit.mockserver.domain.rollout import UNBOUNDED, Phase
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.settings import DEFAULT_PASSWORD
from otakit.mockserver.universe import Universe

MAX_GROUPS = 100
MAX_CONNECT_DEPLOYMENTS = 10
MAX_RUNS = 10_000
"""Runs of JFrog Connect that are looked at: how far one is, is found out anew each time."""

MAX_TEXT = 300
"""Characters that are shown of what a device says of itself."""

_LATEST = Page(1, 1)


@operation("getOverview")
def get_overview(call: Call) -> Answer:
    """Show a universe at a glance."""
    universe, world, asked = call.universe, call.world, call.params
    groups = world.inventory.groups()
    shown: dict[str, Any] = {
        "universe": universe_json(universe),
        "clock": clock_json(universe),
        "devices": {
            **_devices(world, asked["devices"], asked.get("device_status")),
            "simulated": call.server.simulations.doing(universe),
        },
        "deployments": _deployments(world, asked["deployments"]),
        "groups": [
            {"name": name, "devices": len(world.inventory.members(name))}
            for name in groups[:MAX_GROUPS]
        ],
        "counts": {
            "groups": len(groups),
            "filters": len(world.filters.all()),
            "releases": sum(1 for _ in world.artifacts.all_releases()),
        },
        "connect": _connect(universe),
    }
    settings = call.server.settings
    if universe is call.server.universes.default and settings.password == DEFAULT_PASSWORD:
        shown["password"] = DEFAULT_PASSWORD
    return json_answer(shown)


def _devices(world: World, size: int, status: str | None) -> dict[str, Any]:
    statuses = () if status is None else (status,)
    listed = world.devices.page(Page(1, size), statuses=statuses)[0] if size else []
    return {
        "counts": {each: world.devices.count(each) for each in STATUSES},
        "list": [_device(world, device) for device in listed],
    }


def _device(world: World, device: Device) -> dict[str, Any]:
    told: dict[tuple[str, str], Any] = {}
    group = None
    if device.id in world.inventory:
        record = world.inventory.record(device.id)
        group = record.group
        told = {key: attribute.value for key, attribute in record.attributes.items()}
    named = (told.get((TAGS, "name")), told.get((INVENTORY, "hostname")))
    names = (*named, *device.identity_data.values(), device.id)
    shown = {
        "group": group,
        "device_type": _text(told.get((INVENTORY, "device_type"))),
        "artifact": _text(told.get((INVENTORY, "artifact_name"))),
        "check_in": None if device.checked_in is None else rfc3339(device.checked_in),
        "deployment": _current(world, device.id),
    }
    return {
        "id": device.id,
        "name": _text(next(name for name in names if name)),
        "identity": _text(device.identity),
        "status": device.status,
        **{name: value for name, value in shown.items() if value is not None},
    }


def _text(value: Any) -> str | None:
    """Write what a device says of itself, of which only this answer's share is shown."""
    return None if value is None else str(value)[:MAX_TEXT]


def _current(world: World, device_id: str) -> dict[str, Any] | None:
    """Tell what a device is busy with, else what waits for it, else what it ended last."""
    parts, _ = world.deployments.history.page(device_id, _LATEST)
    if parts and parts[0][1].active:
        return _part(*parts[0])
    waiting = next(world.deployments.queues.waiting(device_id), None)
    if waiting is not None:
        return _part(waiting, waiting.devices.get(device_id))
    return _part(*parts[0]) if parts else None


def _part(deployment: Deployment, part: DeviceDeployment | None) -> dict[str, Any]:
    shown = {"id": deployment.id, "name": deployment.plan.name, "status": PENDING}
    if part is not None:
        shown["status"] = part.status
        if part.substate:
            shown["substate"] = part.substate
    return shown


def _deployments(world: World, size: int) -> dict[str, Any]:
    now = world.clock.now()
    found, count = world.deployments.find(Page(1, size), wanted=None, newest_first=True)
    return {"count": count, "list": [_deployment(deployment, now) for deployment in found]}


def _deployment(deployment: Deployment, now: Seconds) -> dict[str, Any]:
    plan, scope = deployment.plan, deployment.scope
    counts = deployment.statistics.counts()
    shown = {
        "finished": None if deployment.finished is None else rfc3339(deployment.finished),
        "group": scope.group,
        "filter": scope.filter_name or None,
        "retries": plan.retries or None,
    }
    return {
        "id": deployment.id,
        "name": plan.name,
        "artifact_name": plan.artifact_name,
        "type": deployment.type,
        "status": deployment.status(now),
        "aborted": deployment.aborted,
        "paused": sum(counts[status] for status in PAUSED),
        "created": rfc3339(deployment.created),
        "device_count": deployment.statistics.targets,
        "statistics": {status: count for status, count in counts.items() if count},
        "phases": [_phase(phase, now) for phase in deployment.phases],
        **{name: value for name, value in shown.items() if value is not None},
    }


def _phase(phase: Phase, now: Seconds) -> dict[str, Any]:
    bounded = phase.share != UNBOUNDED
    state = "waiting" if now < phase.start else "open"
    if bounded and phase.device_count >= phase.share:
        state = "full"
    shown = {
        "id": phase.id,
        "batch_size": phase.batch_size,
        "start": rfc3339(phase.start),
        "state": state,
        "device_count": phase.device_count,
    }
    return {**shown, "share": phase.share} if bounded else shown


def _connect(universe: Universe) -> dict[str, Any]:
    fleet = universe.world.connect_fleet
    now = universe.world.clock.now()
    newest, _ = fleet.deployments.newest(MAX_CONNECT_DEPLOYMENTS)
    shown, runs = [], 0
    for deployment in newest:
        runs += len(deployment.runs)
        shown.append(_connect_deployment(deployment, now, counted=runs <= MAX_RUNS))
    return {
        "project_key": universe.connect.project_key,
        "devices": len(fleet.contents.devices),
        "deployments": {"count": len(fleet.deployments), "list": shown},
    }


def _connect_deployment(
    deployment: ConnectDeployment, now: Seconds, *, counted: bool
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "uuid": deployment.uuid,
        "flow": deployment.script.flow.plan.name,
        "comment": deployment.comment,
        "created": rfc3339(deployment.created),
        "device_count": len(deployment.runs),
    }
    if counted:
        shown["statistics"] = Counter(run.status(now) for run in deployment.runs)
    return shown
