"""Bugs in what is shown of a deployment."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug
from otakit.mockserver.answers import json_answer
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import NotFound


def showing(change: Any) -> None:
    """Let one deployment be shown with a change."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        change(shown)
        return json_answer(shown)


@bug("MEN-MGT-DEP-010")
def new_deployments_are_in_progress() -> None:
    """A deployment is in progress as soon as it is created."""
    showing(lambda shown: shown.update(status=shown["status"].replace("pending", "inprogress")))


@bug("MEN-MGT-DEP-011", "MEN-MGT-DEP-012")
def deployments_stay_pending() -> None:
    """A deployment is pending until it is finished."""
    showing(lambda shown: shown.update(status=shown["status"].replace("inprogress", "pending")))


@bug("MEN-MGT-DEP-012")
def first_device_ends_the_deployment() -> None:
    """A deployment is finished when one of its devices is."""
    some = property(lambda deployment: deployment.statistics.final > 0)
    setattr(Deployment, "is_done", some)  # noqa: B010 - a property has no setter


@bug("MEN-MGT-DEP-013")
def completion_is_not_told() -> None:
    """The time of completion is left out."""
    showing(lambda shown: shown.pop("finished", None))


@bug("MEN-MGT-DEP-014")
def one_artifact_is_shown() -> None:
    """Of the deployment's artifacts only the first is shown."""
    showing(lambda shown: shown.update(artifacts=shown["artifacts"][:1]))


@bug("MEN-MGT-DEP-015")
def device_count_is_off_by_one() -> None:
    """The number of devices is counted from 0."""
    showing(lambda shown: shown.update(device_count=shown["device_count"] - 1))


@bug("MEN-MGT-DEP-016")
def everything_is_a_configuration() -> None:
    """The type of all deployments is that of the newest feature."""
    showing(lambda shown: shown.update(type="configuration"))


@bug("MEN-MGT-DEP-017")
def retries_are_not_shown() -> None:
    """The number of retries is always 0."""
    showing(lambda shown: shown.update(retries=0))


@bug("MEN-MGT-DEP-018", "MEN-MGT-DEP-142")
def one_retry_is_the_default() -> None:
    """A deployment without a word of retries has one."""
    for name in ("createDeployment", "createGroupDeployment"):

        @answering(name)
        def create(real: Any, call: Any) -> Any:
            call.body.setdefault("retries", 1)
            return real(call)


@bug("MEN-MGT-DEP-019")
def unknown_deployments_are_empty() -> None:
    """A deployment that there is not is shown as an empty object."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return json_answer({})


@bug("MEN-MGT-DEP-020")
def everything_is_software() -> None:
    """A deployment of a configuration is shown as one of software."""
    showing(lambda shown: shown.update(type="software"))


@bug("MEN-MGT-DEP-021")
def configurations_are_not_shown() -> None:
    """A deployment of a configuration is shown with an empty object in place of it."""
    showing(lambda shown: shown.update(configuration="{}"))
