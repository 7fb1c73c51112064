"""Management APIs / Deployments / List Deployments: which ones a filter finds."""

import math
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_contains,
    expect_equal,
    expect_lacks,
    json_of,
)
from otakit.contracts.rollout import (
    Rollout,
    begun,
    deployments,
    ids_in,
    moment,
    rollout,
    rollout_to,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.device_deployments_configuration import configuration_rollout

DOCUMENT = "Management APIs / Deployments / List Deployments"
LIST = ["listDeployments"]


@rule(
    "MEN-MGT-DEP-100",
    "The list of deployments includes active and historical ones",
    document=DOCUMENT,
    operations=LIST,
)
def all_deployments_are_listed(backend: Backend) -> None:
    """Make a pending deployment and an aborted one, and list without a filter of status."""
    pending, ended = _pair(backend)
    ended.ended()
    _expect_both(deployments(backend, sort="desc"), pending, ended)


@rule(
    "MEN-MGT-DEP-101",
    "A deployment is the same in the list as when it is shown alone",
    document=DOCUMENT,
    operations=["listDeployments", "getDeployment"],
)
def listed_deployment_is_the_shown_one(backend: Backend) -> None:
    """Compare what both say of a deployment."""
    made = begun(backend).reported("success")
    answer = deployments(backend, search=made.name)
    found = [entry for entry in json_of(answer) if entry.get("id") == made.id]
    expect_equal(answer, found, [json_of(made.shown())], "what the list says of the deployment")


@rule(
    "MEN-MGT-DEP-102",
    "The filter status=pending finds pending deployments, and no others",
    document=DOCUMENT,
    operations=LIST,
)
def pending_deployments_are_found(backend: Backend) -> None:
    """Look for a new deployment and for one that has begun."""
    other = begun(backend).reported("installing")
    _expect_found(backend, rollout(backend), other, status="pending")


@rule(
    "MEN-MGT-DEP-103",
    "The filter status=inprogress finds deployments in progress, and no others",
    document=DOCUMENT,
    operations=LIST,
)
def deployments_in_progress_are_found(backend: Backend) -> None:
    """Look for a deployment that has begun and for a new one."""
    made = begun(backend).reported("installing")
    _expect_found(backend, made, rollout(backend), status="inprogress")


@rule(
    "MEN-MGT-DEP-104",
    "The filter status=finished finds finished deployments, and no others",
    document=DOCUMENT,
    operations=LIST,
)
def finished_deployments_are_found(backend: Backend) -> None:
    """Look for a deployment that is done and for a new one."""
    made = begun(backend).reported("success")
    _expect_found(backend, made, rollout(backend), status="finished")


@rule(
    "MEN-MGT-DEP-105",
    "The filter type=software finds deployments of artifacts",
    document=DOCUMENT,
    operations=LIST,
)
def software_is_found(backend: Backend) -> None:
    """Look for a deployment of an artifact by both types."""
    made = rollout_to(backend, [backend.lent_device()])
    answer = deployments(backend, search=made.name, type="software")
    expect_contains(answer, ids_in(answer), made.id, "the deployments of software")
    answer = deployments(backend, search=made.name, type="configuration")
    expect_lacks(answer, ids_in(answer), made.id, "the deployments of configurations")


@rule(
    "MEN-MGT-DEP-118",
    "The filter type=configuration finds deployments of configurations",
    document=DOCUMENT,
    operations=LIST,
)
def configurations_are_found(backend: Backend) -> None:
    """Look for a deployment of a configuration by its type, among the newest ones."""
    _, deployment_id = configuration_rollout(backend)

    def look() -> None:
        answer = deployments(backend, type="configuration", sort="desc")
        expect_contains(answer, ids_in(answer), deployment_id, "the deployments of configurations")

    backend.eventually(look)


@rule(
    "MEN-MGT-DEP-106",
    "A search finds the deployment of a name, and no others",
    document=DOCUMENT,
    operations=LIST,
)
def deployments_are_found_by_name(backend: Backend) -> None:
    """Search for the name of one of two deployments."""
    made, other = _pair(backend)
    answer = deployments(backend, search=made.name)
    expect_contains(answer, ids_in(answer), made.id, "the deployments that were found")
    expect_lacks(answer, ids_in(answer), other.id, "the deployments that were found")


@rule(
    "MEN-MGT-DEP-107",
    "The filter created_before finds deployments up to a Unix time, and no later ones",
    document=DOCUMENT,
    operations=LIST,
)
def old_deployments_are_found(backend: Backend) -> None:
    """Look for a deployment up to the end of its second, and up to the one before."""
    made, created = _dated(backend)
    answer = deployments(backend, search=made.name, created_before=math.ceil(created))
    expect_contains(answer, ids_in(answer), made.id, "the deployments up to its creation")
    answer = deployments(backend, search=made.name, created_before=math.floor(created) - 1)
    expect_lacks(answer, ids_in(answer), made.id, "the deployments up to a time before it")


@rule(
    "MEN-MGT-DEP-108",
    "The filter created_after finds deployments from a Unix time on, and no earlier ones",
    document=DOCUMENT,
    operations=LIST,
)
def new_deployments_are_found(backend: Backend) -> None:
    """Look for a deployment from its second on, and from a later one on."""
    made, created = _dated(backend)
    answer = deployments(backend, search=made.name, created_after=math.floor(created))
    expect_contains(answer, ids_in(answer), made.id, "the deployments since its creation")
    answer = deployments(backend, search=made.name, created_after=math.ceil(created) + 1)
    expect_lacks(answer, ids_in(answer), made.id, "the deployments since a time after it")


def _pair(backend: Backend) -> tuple[Rollout, Rollout]:
    """Return two deployments of different names; raises NotReached."""
    names = [backend.name(word) for word in ("heron", "magpie")]
    device = backend.lent_device()
    first, second = (rollout_to(backend, [device], name=name) for name in names)
    return first, second


def _dated(backend: Backend) -> tuple[Rollout, float]:
    """Return a deployment and the Unix time of its creation; raises NotReached."""
    made = rollout_to(backend, [backend.lent_device()])
    with backend.building("a deployment with its time of creation"):
        return made, moment(made.shown(), "created").timestamp()


def _expect_both(answer: Exchange, *made: Rollout) -> None:
    """Fail unless a list has all of these."""
    for one in made:
        expect_contains(answer, ids_in(answer), one.id, "the ids of the listed deployments")


def _expect_found(backend: Backend, made: Rollout, other: Rollout, **query: Any) -> None:
    """Fail unless a filter finds one deployment and not the other."""
    answer = deployments(backend, sort="desc", **query)
    expect_contains(answer, ids_in(answer), made.id, f"the deployments with {query}")
    expect_lacks(answer, ids_in(answer), other.id, f"the deployments with {query}")
