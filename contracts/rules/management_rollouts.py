"""Management APIs / Deployments: phased roll-outs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
)
from otakit.contracts.rollout import (
    Rollout,
    deployments,
    ids_in,
    moment,
    now_at,
    rollout,
    rollout_to,
)
from otakit.contracts.rule import Plan, rule
from otakit.contracts.rules.management_deployments_groups import deployed_to_group

SECTION = "Management APIs / Deployments"
PHASE = f"{SECTION} / Schemas / NewDeploymentPhase"
SHOWN = f"{SECTION} / Schemas / DeploymentPhase"
DEPLOYMENT = f"{SECTION} / Schemas / Deployment"
NEW = f"{SECTION} / Schemas / NewDeployment"

CREATE = "createDeployment"
OFFERED = [CREATE, "checkUpdate"]
PHASED: Plan = "professional"


@rule(
    "MEN-MGT-DEP-120",
    "A deployment whose first phase is still to come is scheduled",
    document=DEPLOYMENT,
    operations=[CREATE, "getDeployment"],
    plan=PHASED,
)
def future_deployment_is_scheduled(backend: Backend) -> None:
    """Deploy in one phase that starts in an hour."""
    made = rollout_to(backend, [backend.lent_device()], phases=[in_an_hour(backend)])
    made.expect_status("scheduled")


@rule(
    "MEN-MGT-DEP-121",
    "The filter status=scheduled finds scheduled deployments, and no others",
    document=f"{SECTION} / List Deployments",
    operations=["listDeployments"],
    plan=PHASED,
)
def scheduled_deployments_are_found(backend: Backend) -> None:
    """Look for a deployment that starts in an hour, and for one that has no phases."""
    device = backend.lent_device()
    made = rollout_to(backend, [device], phases=[in_an_hour(backend)])
    other = rollout_to(backend, [device])
    for one, count in ((made, 1), (other, 0)):
        answer = deployments(backend, search=one.name, status="scheduled")
        expect_equal(answer, ids_in(answer).count(one.id), count, "how often it is found")


@rule(
    "MEN-MGT-DEP-122",
    "A device is not offered an update before its phase starts",
    document=PHASE,
    operations=OFFERED,
    plan=PHASED,
    severity="critical",
)
def phase_is_waited_for(backend: Backend) -> None:
    """Deploy in one phase that starts in an hour, and let the device ask."""
    made = rollout(backend, phases=[in_an_hour(backend)])
    expect_status(made.device.poll(), 204)


@rule(
    "MEN-MGT-DEP-123",
    "A first phase without start_ts starts immediately",
    document=PHASE,
    operations=OFFERED,
    plan=PHASED,
)
def first_phase_starts_at_once(backend: Backend) -> None:
    """Deploy half now and half in an hour, and let both devices ask."""
    made = rollout(backend, 2, phases=[{"batch_size": 50}, in_an_hour(backend)])
    answers = [device.poll() for device in made.devices]
    statuses = [answer.status for answer in answers]
    expect_contains(answers[1], statuses, 200, "how the devices are answered")


@rule(
    "MEN-MGT-DEP-124",
    "A phase is for its percentage of the devices, and no more",
    document=PHASE,
    operations=OFFERED,
    plan=PHASED,
    severity="critical",
)
def phase_takes_its_share(backend: Backend) -> None:
    """Deploy to half of two devices now, and let all ask."""
    made = rollout(backend, 2, phases=[{"batch_size": 50}, in_an_hour(backend)])
    expect_offers(made, 1)


@rule(
    "MEN-MGT-DEP-125",
    "A percentage of devices that is no whole number is rounded down",
    document=PHASE,
    operations=OFFERED,
    plan=PHASED,
)
def share_is_rounded_down(backend: Backend) -> None:
    """Deploy to 60 percent of three devices now, which is 1.8, and let all ask."""
    made = rollout(backend, 3, phases=[{"batch_size": 60}, in_an_hour(backend)])
    expect_offers(made, 1)


@rule(
    "MEN-MGT-DEP-126",
    "A phase whose percentage is rounded down to no device is answered 400",
    document=PHASE,
    operations=[CREATE],
    plan=PHASED,
)
def empty_phase_is_refused(backend: Backend) -> None:
    """Deploy to 5 percent of one device."""
    phases = [{"batch_size": 5}, in_an_hour(backend)]
    device, artifact = backend.lent_device(), backend.lent_artifact()
    expect_error(backend.deployment_request(artifact.name, [device], phases=phases), 400)


@rule(
    "MEN-MGT-DEP-127",
    "The last phase needs no batch_size: it has the rest of the devices",
    document=PHASE,
    operations=OFFERED,
    plan=PHASED,
)
def last_phase_takes_the_rest(backend: Backend) -> None:
    """Deploy in two phases that have started, a third of the devices first, and let all ask."""
    start = now_at(backend)
    phases = [{"batch_size": 34, "start_ts": _text(start)}, {"start_ts": _text(start)}]
    expect_offers(rollout(backend, 3, phases=phases), 3)


@rule(
    "MEN-MGT-DEP-128",
    "Only the last phase can do without batch_size",
    document=PHASE,
    operations=[CREATE],
    plan=PHASED,
    severity="minor",
)
def earlier_phase_needs_a_batch_size(backend: Backend) -> None:
    """Leave the size of the first of two phases out."""
    phases = [{}, in_an_hour(backend)]
    devices = [backend.lent_device(), backend.accepted_device()]
    artifact = backend.lent_artifact()
    expect_error(backend.deployment_request(artifact.name, devices, phases=phases), 400)


@rule(
    "MEN-MGT-DEP-129",
    "Only the first phase can do without start_ts",
    document=PHASE,
    operations=[CREATE],
    plan=PHASED,
    severity="minor",
)
def later_phase_needs_a_start(backend: Backend) -> None:
    """Leave the start of the second of two phases out."""
    devices = [backend.lent_device(), backend.accepted_device()]
    phases: list[dict[str, Any]] = [{"batch_size": 50}, {}]
    artifact = backend.lent_artifact()
    expect_error(backend.deployment_request(artifact.name, devices, phases=phases), 400)


@rule(
    "MEN-MGT-DEP-130",
    "The phases of a deployment are shown: percentage and start of each",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
    plan=PHASED,
)
def phases_are_shown(backend: Backend) -> None:
    """Deploy in two phases, and look at the second's start and the first's size."""
    last = in_an_hour(backend)
    devices = [backend.lent_device(), backend.accepted_device()]
    answer = rollout_to(backend, devices, phases=[{"batch_size": 50}, last]).shown()
    expect_equal(answer, len(field_of(answer, "phases")), 2, "the number of phases")
    expect_field(answer, "phases.0.batch_size", 50)
    start = moment(answer, "phases.1.start_ts")
    expect_equal(answer, _text(start), last["start_ts"], "the start of the second phase")


@rule(
    "MEN-MGT-DEP-131",
    "A phase shows how many devices have already requested an update within it",
    document=SHOWN,
    operations=[CREATE, "getDeployment"],
    plan=PHASED,
)
def requests_of_a_phase_are_counted(backend: Backend) -> None:
    """Look at the first of two phases before and after a device has asked, and at the second."""
    made = rollout(backend, 2, phases=[{"batch_size": 50}, in_an_hour(backend)])
    expect_field(made.shown(), "phases.0.device_count", 0)
    for device in made.devices:
        device.poll()
    answer = made.shown()
    expect_field(answer, "phases.0.device_count", 1)
    expect_field(answer, "phases.1.device_count", 0)


@rule(
    "MEN-MGT-DEP-132",
    "A deployment for a group can have phases",
    document=f"{SECTION} / Schemas / NewDeploymentForGroup",
    operations=["createGroupDeployment", "checkUpdate"],
    plan=PHASED,
    severity="critical",
)
def group_is_updated_in_phases(backend: Backend) -> None:
    """Deploy to half of a group of two devices now, and let both ask."""
    phases = [{"batch_size": 50}, in_an_hour(backend)]
    expect_offers(deployed_to_group(backend, 2, phases=phases), 1)


def in_an_hour(backend: Backend) -> dict[str, Any]:
    """Return a last phase that starts in an hour; raises NotReached."""
    return {"start_ts": _text(now_at(backend) + timedelta(hours=1))}


def expect_offers(made: Rollout, count: int) -> None:
    """Let all devices ask, and fail unless so many of them are offered the update."""
    answers = [expect_status(device.poll(), 200, 204) for device in made.devices]
    offers = [answer.status for answer in answers].count(200)
    title = f"how many of {len(answers)} devices are offered the update"
    expect_equal(answers[-1], offers, count, title)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
