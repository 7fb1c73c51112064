"""Management APIs / Deployments: how many devices of a deployment have each status."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    json_of,
)
from otakit.contracts.rollout import UNKNOWN, begun, rollout, rollout_to
from otakit.contracts.rule import rule

SECTION = "Management APIs / Deployments"
ONE = f"{SECTION} / Deployment Status Statistics"
SEVERAL = f"{SECTION} / Deployment Status Statistics List"
SCHEMA = f"{SECTION} / Schemas / DeploymentStatistics"

READ = ["getDeploymentStatistics"]
LIST = "listDeploymentStatistics"


@rule(
    "MEN-MGT-DEP-060",
    "The devices of a new deployment are counted as pending, and as nothing else",
    document=SCHEMA,
    operations=READ,
)
def new_devices_are_pending(backend: Backend) -> None:
    """Deploy to two devices, and count."""
    answer = rollout(backend, 2).counted()
    counted = {name: count for name, count in json_of(answer).items() if count}
    expect_equal(answer, counted, {"pending": 2}, "the statuses that are counted")


@rule(
    "MEN-MGT-DEP-061",
    "A device counts for the step that it has reported last, and for no other",
    document=SCHEMA,
    operations=READ,
)
def steps_are_counted(backend: Backend) -> None:
    """Report one step after the other, and count each."""
    _expect_counted(backend, "downloading", "installing", "rebooting")


@rule(
    "MEN-MGT-DEP-062",
    "A device that pauses counts for its pause, and for nothing else",
    document=SCHEMA,
    operations=READ,
)
def pauses_are_counted(backend: Backend) -> None:
    """Report one pause after the other, and count each."""
    pauses = ("installing", "rebooting", "committing")
    _expect_counted(backend, *(f"pause_before_{step}" for step in pauses))


@rule(
    "MEN-MGT-DEP-063",
    "Devices that have succeeded and devices that have failed are counted",
    document=SCHEMA,
    operations=READ,
    severity="critical",
)
def ends_are_counted(backend: Backend) -> None:
    """Let two devices succeed and a third one fail."""
    made = begun(backend, 3)
    made.reported("success", *made.devices[:2]).reported("failure", made.devices[2])
    made.expect_counts(success=2, failure=1, pending=0)


@rule(
    "MEN-MGT-DEP-064",
    "A device for whose type there is no artifact is counted as noartifact",
    document=SCHEMA,
    operations=READ,
)
def incompatible_devices_are_counted(backend: Backend) -> None:
    """Let a device of another type ask."""
    made = rollout(backend)
    made.device.poll(device_type="otakit-other")
    made.expect_counts(noartifact=1, pending=0)


@rule(
    "MEN-MGT-DEP-065",
    "A device that runs the artifact already is counted as already-installed",
    document=SCHEMA,
    operations=READ,
)
def unaffected_devices_are_counted(backend: Backend) -> None:
    """Let a device ask that has the artifact."""
    made = rollout(backend)
    made.device.poll(artifact_name=made.artifact.name)
    made.expect_counts(already_installed=1, success=0, pending=0)


@rule(
    "MEN-MGT-DEP-066",
    "A device that was busy when a user aborted the deployment is counted as aborted",
    document=SCHEMA,
    operations=READ,
)
def aborted_devices_are_counted(backend: Backend) -> None:
    """Abort while one device installs and another one is done."""
    made = begun(backend, 2)
    made.reported("success", made.device).reported("installing", made.devices[1]).ended()
    made.expect_counts(aborted=1, success=1, installing=0)


@rule(
    "MEN-MGT-DEP-067",
    "All devices of a deployment are counted once, whatever has become of them",
    document=ONE,
    operations=READ,
)
def all_devices_are_counted(backend: Backend) -> None:
    """Let one of three devices install and another one fail; the third does not ask."""
    made = rollout(backend, 3)
    first, second, _ = made.devices
    made.offered(first, second).reported("installing", first).reported("failure", second)
    answer = made.counted()
    expect_equal(answer, sum(json_of(answer).values()), 3, "the sum of all counts")


@rule(
    "MEN-MGT-DEP-068",
    "Statistics of a deployment that there is not are answered 404",
    document=ONE,
    operations=READ,
)
def unknown_deployment_has_no_statistics(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(backend.management.get(f"{DEPLOYMENTS}/{UNKNOWN}/statistics"), 404)


@rule(
    "MEN-MGT-DEP-070",
    "Each of the listed deployments has its own statistics, and no others are there",
    document=SEVERAL,
    operations=[LIST, "getDeploymentStatistics"],
)
def statistics_are_listed(backend: Backend) -> None:
    """Ask for two deployments, one of which is done, and compare with each one's own."""
    done = begun(backend).reported("success")
    new = rollout_to(backend, [done.device])
    answer = expect_status(_list(backend, done.id, new.id), 200)
    found = {entry.get("id"): entry.get("stats") for entry in json_of(answer)}
    expected = {made.id: json_of(made.counted()) for made in (done, new)}
    expect_equal(answer, found, expected, "the statistics of two deployments")


@rule(
    "MEN-MGT-DEP-071",
    "A list of statistics of deployments that there are not is answered 404",
    document=SEVERAL,
    operations=[LIST],
)
def unknown_deployments_have_no_statistics(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(_list(backend, UNKNOWN), 404)


@rule(
    "MEN-MGT-DEP-072",
    "A request for a list of statistics that is no list of ids is answered 400",
    document=SEVERAL,
    operations=[LIST],
)
def statistics_need_a_list(backend: Backend) -> None:
    """Send a number."""
    path = f"{DEPLOYMENTS}/statistics/list"
    expect_error(backend.management.post(path, json=1), 400)


def _list(backend: Backend, *ids: str) -> Exchange:
    return backend.management.post(f"{DEPLOYMENTS}/statistics/list", json=ids)


def _expect_counted(backend: Backend, *statuses: str) -> None:
    """Let a device report statuses, and fail unless each counts 1 and those before 0."""
    made = begun(backend)
    before = "pending"
    for status in statuses:
        answer = made.reported(status).counted()
        expect_field(answer, status, 1, f"the number of devices that are '{status}'")
        expect_field(answer, before, 0, f"the number of devices that are '{before}'")
        before = status
