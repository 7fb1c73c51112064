"""Bugs that a fleet of devices notices while an update rolls out to it."""

from typing import Any

import msgspec

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import json_answer
from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.errors import Conflict
from otakit.mockserver.domain.offers import Offers
from otakit.mockserver.domain.progress import Statistics
from otakit.mockserver.domain.reports import Reports
from otakit.mockserver.domain.rollout import Phase


@bug("FLEET-STA-001")
def statistics_are_off_by_one() -> None:
    """Once a device has succeeded, one more is counted."""

    @instead_of(Statistics, "counts")
    def counts(real: Any, statistics: Statistics) -> dict[str, int]:
        counted: dict[str, int] = real(statistics)
        return counted | {"success": counted["success"] + (counted["success"] > 0)}


@bug("FLEET-STA-002")
def failures_are_counted_as_successes() -> None:
    """The statistics hide failures."""

    @instead_of(Statistics, "counts")
    def counts(real: Any, statistics: Statistics) -> dict[str, int]:
        counted: dict[str, int] = real(statistics)
        return counted | {"success": counted["success"] + counted["failure"], "failure": 0}


@bug("FLEET-STA-003")
def devices_are_listed_with_an_old_status() -> None:
    """The list of a deployment's devices still says installing of those that are done."""

    @answering("listDeploymentDevices")
    def listed(real: Any, call: Any) -> Any:
        shown = msgspec.json.decode(real(call).body)
        return json_answer([{**device, "status": "installing"} for device in shown])


@bug("FLEET-OFF-001")
def wrong_type_is_offered() -> None:
    """The smallest artifact is offered, whatever type it is for."""

    @instead_of(Artifact, "fits")
    def fits(*_: Any, **__: Any) -> bool:
        return True


@bug("FLEET-OFF-002")
def another_artifact_is_offered() -> None:
    """The offer has the deployment's id and another artifact's name."""

    @answering("checkUpdateV2")
    def offered(real: Any, call: Any) -> Any:
        answer = real(call)
        if not answer.body:
            return answer
        offer = msgspec.json.decode(answer.body)
        offer["artifact"]["artifact_name"] = "another-release"
        return json_answer(offer)


@bug("FLEET-OFF-003")
def success_is_offered_again() -> None:
    """A device that has succeeded is offered the same deployment at its next poll."""
    last: dict[str, Any] = {}

    @instead_of(Offers, "next")
    def following(real: Any, offers: Offers, device_id: str, provides: dict[str, str]) -> Any:
        offer = real(offers, device_id, provides)
        if offer is not None:
            last[device_id] = offer
        return offer or last.get(device_id)


@bug("FLEET-PHA-001")
def phases_open_early() -> None:
    """A phase lets devices in before its start."""

    @instead_of(Phase, "admit")
    def admit(real: Any, phase: Phase, now: float) -> bool:
        return bool(real(phase, max(now, phase.start)))


@bug("FLEET-ABO-001")
def aborted_deployment_is_offered() -> None:
    """A device that was at an aborted deployment is offered it again at its next poll."""
    last: dict[str, Any] = {}

    @instead_of(Offers, "next")
    def following(real: Any, offers: Offers, device_id: str, provides: dict[str, str]) -> Any:
        offer = real(offers, device_id, provides)
        if offer is not None:
            last[device_id] = offer
            return offer
        missed = last.get(device_id)
        return missed if missed is not None and missed.deployment.aborted else None


@bug("FLEET-ABO-002")
def aborted_deployment_takes_reports() -> None:
    """Reports to an aborted deployment are answered as if they counted."""

    @instead_of(Reports, "status")
    def status(real: Any, reports: Reports, *args: Any, **options: Any) -> None:
        try:
            real(reports, *args, **options)
        except Conflict:
            return


@bug("FLEET-RET-001")
def retries_never_end() -> None:
    """A device that has failed for the last time is offered the deployment once more."""
    last: dict[str, Any] = {}

    @instead_of(Offers, "next")
    def following(real: Any, offers: Offers, device_id: str, provides: dict[str, str]) -> Any:
        offer = real(offers, device_id, provides)
        if offer is not None:
            last[device_id] = offer
            return offer
        missed = last.get(device_id)
        part = missed.deployment.devices.get(device_id) if missed is not None else None
        return missed if part is not None and part.status == "failure" else None


@bug("FLEET-END-001")
def some_devices_get_nothing() -> None:
    """Devices whose id begins with an even digit are told that there is nothing for them."""

    @instead_of(Offers, "_assign")
    def assign(real: Any, offers: Offers, deployment: Any, part: Any) -> Any:
        return None if part.device_id[0] in "02468ace" else real(offers, deployment, part)


@bug("FLEET-END-002")
def deployment_never_ends() -> None:
    """A deployment stays in progress when all its devices are done."""

    @answering("getDeployment")
    def shown(real: Any, call: Any) -> Any:
        deployment = msgspec.json.decode(real(call).body)
        deployment.pop("finished", None)
        return json_answer({**deployment, "status": "inprogress"})
