"""Management APIs / Deployments: how far a deployment is, and what is shown of it."""

from otakit.contracts.backend import DEPLOYMENTS, Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import (
    expect,
    expect_equal,
    expect_error,
    expect_field,
    expect_status,
    field_of,
    json_of,
)
from otakit.contracts.rollout import (
    UNKNOWN,
    begun,
    moment,
    rollout,
    rollout_to,
)
from otakit.contracts.rule import rule
from otakit.contracts.rules.device_deployments_configuration import (
    CONFIGURATION,
    configuration_rollout,
)

SECTION = "Management APIs / Deployments"
NEW = f"{SECTION} / Schemas / NewDeployment"
SHOW = f"{SECTION} / Show Deployment"
DEPLOYMENT_SCHEMA = f"{SECTION} / Schemas / Deployment"


@rule(
    "MEN-MGT-DEP-010",
    "A new deployment is pending until a device has begun",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def new_deployment_is_pending(backend: Backend) -> None:
    """Look at a deployment that no device has asked for."""
    rollout(backend).expect_status("pending")


@rule(
    "MEN-MGT-DEP-011",
    "A deployment of which a device has begun is in progress",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def begun_deployment_is_in_progress(backend: Backend) -> None:
    """Let one of two devices install."""
    made = rollout(backend, 2)
    made.offered(made.device).reported("installing", made.device).expect_status("inprogress")


@rule(
    "MEN-MGT-DEP-012",
    "A deployment is finished when the last of its devices is, and not before",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
    severity="critical",
)
def deployment_ends_with_its_last_device(backend: Backend) -> None:
    """Let two devices end one after the other, the first in success, the second in failure."""
    made = begun(backend, 2)
    first, second = made.devices
    made.reported("success", first).expect_status("inprogress")
    made.reported("failure", second).expect_status("finished")


@rule(
    "MEN-MGT-DEP-013",
    "A deployment shows when it was finished, once it is",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def completion_is_shown(backend: Backend) -> None:
    """Look at a deployment before and after its device has ended."""
    made = begun(backend)
    before = made.shown()
    found = json_of(before).get("finished")
    expect_equal(before, found, None, "the time of completion of an unfinished deployment")
    after = made.reported("success").shown()
    created, finished = moment(after, "created"), moment(after, "finished")
    expect(
        finished >= created,
        "when the deployment was finished",
        expected=f"after it was created, at {created.isoformat()}",
        actual=finished.isoformat(),
        answer=after,
    )


@rule(
    "MEN-MGT-DEP-014",
    "A deployment is shown with the name of its artifact and the ids of its artifacts",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def artifacts_are_shown(backend: Backend) -> None:
    """Deploy a release of two artifacts."""
    release = backend.name("release")
    types = (backend.name("a"), backend.name("b"))
    artifacts = [backend.artifact(release, device_types=(kind,)) for kind in types]
    answer = rollout_to(backend, [backend.lent_device()], artifacts[0]).shown()
    expect_field(answer, "artifact_name", release)
    found = sorted(field_of(answer, "artifacts"))
    expect_equal(answer, found, sorted(a.id for a in artifacts), "the ids of the artifacts")


@rule(
    "MEN-MGT-DEP-015",
    "A deployment shows the number of devices that it acted upon",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def devices_are_counted(backend: Backend) -> None:
    """Deploy to two devices, and let both ask."""
    expect_field(begun(backend, 2).shown(), "device_count", 2)


@rule(
    "MEN-MGT-DEP-016",
    "A deployment of an artifact is of the type software",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def type_is_shown(backend: Backend) -> None:
    """Look at the type."""
    expect_field(rollout_to(backend, [backend.lent_device()]).shown(), "type", "software")


@rule(
    "MEN-MGT-DEP-017",
    "The number of retries is that of the new deployment",
    document=NEW,
    operations=["createDeployment", "getDeployment"],
)
def retries_are_shown(backend: Backend) -> None:
    """Deploy with three retries."""
    made = rollout_to(backend, [backend.lent_device()], retries=3)
    expect_field(made.shown(), "retries", 3)


@rule(
    "MEN-MGT-DEP-018",
    "The number of retries is 0 unless another is given",
    document=NEW,
    operations=["createDeployment", "getDeployment"],
)
def retries_are_none_by_default(backend: Backend) -> None:
    """Deploy without a word of retries; a deployment that does not show them has none."""
    answer = rollout_to(backend, [backend.lent_device()]).shown()
    expect_equal(answer, json_of(answer).get("retries", 0), 0, "the number of retries")


@rule(
    "MEN-MGT-DEP-019",
    "A deployment that there is not is answered 404",
    document=SHOW,
    operations=["getDeployment"],
)
def unknown_deployment_is_not_found(backend: Backend) -> None:
    """Ask for an id that no deployment has."""
    expect_error(backend.management.get(f"{DEPLOYMENTS}/{UNKNOWN}"), 404)


@rule(
    "MEN-MGT-DEP-020",
    "A deployment of a device's configuration is of the type configuration",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def configuration_has_its_type(backend: Backend) -> None:
    """Deploy a configuration, and look at the type."""
    _, deployment_id = configuration_rollout(backend)
    expect_field(_shown(backend, deployment_id), "type", "configuration")


@rule(
    "MEN-MGT-DEP-021",
    "A deployment of a configuration has a string that contains the configuration object",
    document=DEPLOYMENT_SCHEMA,
    operations=["getDeployment"],
)
def configuration_is_shown(backend: Backend) -> None:
    """Deploy a configuration, and look for it in the string."""
    _, deployment_id = configuration_rollout(backend)
    answer = _shown(backend, deployment_id)
    text = field_of(answer, "configuration")
    holds = isinstance(text, str) and all(
        part in text for item in CONFIGURATION.items() for part in item
    )
    expect(
        holds,
        "the string with the configuration",
        expected=f"a text with {CONFIGURATION} in it",
        actual=text,
        answer=answer,
    )


def _shown(backend: Backend, deployment_id: str) -> Exchange:
    """Return a deployment as a user sees it, once it is there."""
    path = f"{DEPLOYMENTS}/{in_path(deployment_id)}"
    return backend.eventually(lambda: expect_status(backend.management.get(path), 200))
