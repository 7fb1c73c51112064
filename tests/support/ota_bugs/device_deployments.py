"""Bugs in which update a device is offered."""

from typing import Any

from starlette.responses import Response

from ota_bugs.catalogue import bug, instead_of, without_checks
from otakit.mockserver.answers import json_answer
from otakit.mockserver.api import device_deployments
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.queues import Queues
from otakit.mockserver.downloads import Download


@bug("MEN-DEV-DEP-001", "MEN-DEV-DEP-010", "MEN-DEV-DEP-020", "MEN-DEV-DP2-001")
def updates_are_never_offered() -> None:
    """Whatever is deployed, a device that asks gets nothing."""

    @instead_of(Offers, "next")
    def offer(*_: Any) -> None:
        return None


@bug("MEN-DEV-DEP-002")
def updates_go_to_everybody() -> None:
    """A device without an update of its own is offered another one's."""

    @instead_of(Offers, "_choose")
    def choose(real: Any, offers: Offers, device_id: str) -> Any:
        others = offers._deployments._unfinished.values()
        return real(offers, device_id) or next(iter(others), None)


@bug("MEN-DEV-DEP-002", "MEN-DEV-DEP-021", "MEN-DEV-DP2-002")
def no_update_is_an_empty_object() -> None:
    """A device for which there is no update is answered 200 with an empty object."""
    vars(device_deployments)["_NO_UPDATE"] = json_answer({})


@bug("MEN-DEV-DEP-003")
def downloads_are_cut_short() -> None:
    """The last byte of each artifact is not delivered."""

    @instead_of(Download, "_send_file")
    async def send(_: Any, __: Any, universe: Any, scope: Any, *way: Any) -> None:
        artifact = universe.world.artifacts.artifact(scope["path_params"]["artifact_id"])
        content = universe.storage.path(artifact.id).read_bytes()[:-1]
        await Response(content)(scope, *way)


@bug("MEN-DEV-DEP-004")
def links_have_expired_before() -> None:
    """The link of an update ended an hour before it was made."""
    vars(device_deployments)["LINK_LIFETIME"] = -3600


@bug("MEN-DEV-DEP-005")
def one_device_type_is_told() -> None:
    """The instructions have the first compatible device type alone."""

    @instead_of(device_deployments, "_software")
    def software(real: Any, *args: Any) -> Any:
        shaped = real(*args)
        types = shaped["device_types_compatible"][:1]
        return {**shaped, "device_types_compatible": types}


@bug("MEN-DEV-DEP-006", "MEN-DEV-DEP-007")
def incomplete_checks_crash_the_server() -> None:
    """A check for updates without a parameter is answered 500."""
    without_checks("checkUpdate")


@bug("MEN-DEV-DEP-008")
def updates_are_offered_once() -> None:
    """A device that lost its offer never gets another one."""

    @instead_of(Offers, "next")
    def offer(real: Any, offers: Offers, device_id: str, provides: Any) -> Any:
        for deployment in offers._deployments.queues.waiting(device_id):
            if device_id in deployment.devices:
                return None
        return real(offers, device_id, provides)


@bug("MEN-DEV-DEP-009")
def finished_updates_are_offered_again() -> None:
    """What a device has finished stays in its queue."""

    @instead_of(Queues, "discard")
    def discard(*_: Any) -> None:
        return None


@bug("MEN-DEV-DEP-010")
def newest_update_hides_the_others() -> None:
    """Of a device's pending updates only the newest is ever offered."""

    @instead_of(Queues, "waiting")
    def waiting(real: Any, *args: Any) -> Any:
        return iter(list(real(*args))[-1:])


@bug("MEN-DEV-DEP-011", "MEN-DEV-DEP-028", "MEN-DEV-DP2-008")
def conflicting_requests_are_taken() -> None:
    """A device may tell something else of itself each time it asks."""

    @instead_of(Offers, "_choose")
    def choose(real: Any, offers: Offers, device_id: str) -> Any:
        deployment = real(offers, device_id)
        if deployment is not None and device_id in deployment.devices:
            deployment.devices[device_id].request = None
        return deployment


@bug("MEN-DEV-DEP-012")
def installed_artifacts_are_offered() -> None:
    """A device that has the artifact already is offered it again."""

    @instead_of(Offers, "_is_installed")
    def is_installed(*_: Any) -> bool:
        return False
