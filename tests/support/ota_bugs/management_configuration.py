"""Bugs in devices' configurations, on both sides."""

from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import configuration as configuration_api
from otakit.mockserver.domain.configuration import Configuration, Configurations
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.world import World
from otakit.mockserver.operations import Call


@bug("MEN-DEV-CFG-001")
def devices_read_the_latest_configuration() -> None:
    """A device is told what was set last, for whichever device."""
    latest: dict[str, str] = {}

    @instead_of(Configurations, "configure")
    def configure(real: Any, records: Configurations, device_id: str, values: Any) -> Any:
        latest.clear()
        latest.update(values)
        return real(records, device_id, values)

    @answering("getOwnConfiguration")
    def own(real: Any, call: Call) -> Answer:
        real(call)
        return json_answer(latest)


@bug("MEN-DEV-CFG-001")
def devices_read_what_they_have_reported() -> None:
    """A device is told what it has said itself, not what users want."""

    @answering("getOwnConfiguration")
    def own(_: Any, call: Call) -> Answer:
        return json_answer(call.world.configurations.of(call.caller).reported)


@bug("MEN-DEV-CFG-002")
def unconfigured_devices_are_unknown() -> None:
    """A device for which nothing was set yet is answered 404."""

    @answering("getOwnConfiguration")
    def own(real: Any, call: Call) -> Answer:
        if not call.world.configurations.of(call.caller).configured:
            message = "device does not exist"
            raise NotFound(message)
        answer: Answer = real(call)
        return answer


@bug("MEN-DEV-CFG-003")
def reports_change_the_wish() -> None:
    """What a device reports takes the place of what users want."""

    @instead_of(Configurations, "report")
    def report(real: Any, records: Configurations, device_id: str, values: Any) -> None:
        real(records, device_id, values)
        records.of(device_id).configured = values


@bug("MEN-DEV-CFG-003", "MEN-DEV-CFG-004")
def reports_are_lost() -> None:
    """A report is acknowledged, and nothing is kept of it."""

    @instead_of(Configurations, "report")
    def report(*_: Any) -> None:
        """Forget it."""


@bug("MEN-DEV-CFG-004")
def the_first_report_stays() -> None:
    """A value that was reported once is never updated."""

    @instead_of(Configurations, "report")
    def report(real: Any, records: Configurations, device_id: str, values: Any) -> None:
        real(records, device_id, {**values, **records.of(device_id).reported})


@bug("MEN-DEV-CFG-005")
def empty_reports_remove_nothing() -> None:
    """A report is merged into what was reported before."""

    @instead_of(Configurations, "report")
    def report(real: Any, records: Configurations, device_id: str, values: Any) -> None:
        real(records, device_id, {**records.of(device_id).reported, **values})


@bug("MEN-DEV-CFG-006", "MEN-DEV-CFG-007")
def reports_may_be_anything() -> None:
    """A report is not checked: what cannot be kept crashes the server."""
    _unchecked("report")
    without_checks("reportConfiguration")


@bug("MEN-MGT-CFG-001", "MEN-MGT-CFG-002")
def keys_are_in_upper_case() -> None:
    """A configuration is kept with its keys in upper case."""

    @instead_of(Configurations, "configure")
    def configure(real: Any, records: Configurations, device_id: str, values: Any) -> Any:
        return real(records, device_id, {key.upper(): v for key, v in values.items()})


@bug("MEN-MGT-CFG-002")
def configurations_are_merged() -> None:
    """Keys that are not set any more stay in a configuration."""

    @instead_of(Configurations, "configure")
    def configure(real: Any, records: Configurations, device_id: str, values: Any) -> Any:
        return real(records, device_id, {**records.of(device_id).configured, **values})


@bug("MEN-MGT-CFG-003")
def unknown_devices_have_configurations() -> None:
    """A device that there is not is shown with an empty configuration."""

    @instead_of(Configurations, "of")
    def of(_: Any, records: Configurations, device_id: str) -> Configuration:
        return records.begin(device_id)


@bug("MEN-MGT-CFG-004")
def ids_of_configurations_are_not_checked() -> None:
    """A configuration is looked for by whatever text, and not found."""

    @instead_of(configuration_api, "_device_id")
    def device_id(_: Any, call: Call) -> str:
        return str(call.params["deviceId"])


@bug("MEN-MGT-CFG-005", "MEN-MGT-CFG-006")
def configurations_may_be_anything() -> None:
    """A configuration is not checked: what cannot be kept crashes the server."""
    _unchecked("configure")
    without_checks("setDeviceConfiguration")


@bug("MEN-MGT-CFG-010", "MEN-MGT-CFG-012")
def configurations_are_not_deployed() -> None:
    """Deploying a configuration is acknowledged with an id, and no deployment is made."""

    @answering("deployDeviceConfiguration")
    def deploy(_: Any, call: Call) -> Answer:
        call.world.configurations.of(call.params["deviceId"])
        return json_answer({"deployment_id": call.world.ids.uuid()})


@bug("MEN-MGT-CFG-011")
def the_first_deployment_of_a_configuration_is_shown() -> None:
    """'deployment_id' stays that of the first deployment."""

    @instead_of(World, "deploy_configuration")
    def deploy(real: Any, world: World, device_id: str, **how: Any) -> Deployment:
        before = world.configurations.of(device_id).deployment_id
        deployment: Deployment = real(world, device_id, **how)
        record = world.configurations.of(device_id)
        record.deployment_id = before or deployment.id
        return deployment


@bug("MEN-MGT-CFG-012")
def configurations_are_deployed_when_they_are_set() -> None:
    """A device gets its configuration before anybody has deployed it."""

    @answering("setDeviceConfiguration")
    def configure(real: Any, call: Call) -> Answer:
        answer: Answer = real(call)
        call.world.deploy_configuration(call.params["deviceId"])
        return answer


@bug("MEN-MGT-CFG-013")
def configurations_of_nobody_are_deployed() -> None:
    """Deploying the configuration of a device that there is not succeeds."""

    @answering("deployDeviceConfiguration")
    def deploy(real: Any, call: Call) -> Answer:
        try:
            answer: Answer = real(call)
        except NotFound:
            return json_answer({"deployment_id": call.world.ids.uuid()})
        return answer


def _unchecked(act: str) -> None:
    """Let configurations take values that are no texts, and no sets of them."""

    @instead_of(Configurations, act)
    def unchecked(_: Any, records: Configurations, device_id: str, values: Any) -> Any:
        record = records.begin(device_id)
        before, name = record.configured, {"configure": "configured", "report": "reported"}[act]
        setattr(record, name, dict(values))
        return before
