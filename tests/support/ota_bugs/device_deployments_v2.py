"""Bugs in version 2 of the devices' deployments, and in update control maps."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import json_answer
from otakit.mockserver.api import device_deployments
from otakit.mockserver.domain.deployments import Deployments
from otakit.mockserver.domain.errors import NotFound


@bug("MEN-DEV-DP2-003", "MEN-DEV-DP2-004", "MEN-DEV-DP2-005")
def requests_of_version_2_are_not_checked() -> None:
    """A request of version 2 that lacks something is answered as if it were whole, or 500."""
    without_checks("checkUpdateV2")


@bug("MEN-DEV-DP2-006")
def provides_of_version_2_are_dropped() -> None:
    """Of device_provides only name and type are read."""

    @answering("checkUpdateV2")
    def check(real: Any, call: Any) -> Any:
        told = call.body["device_provides"]
        call.body["device_provides"] = {n: told[n] for n in ("artifact_name", "device_type")}
        return real(call)


@bug("MEN-DEV-DP2-009", "MEN-DEV-DP2-010", "MEN-DEV-DP2-011", "MEN-DEV-DP2-015")
def maps_are_kept_from_devices() -> None:
    """No device gets an update control map, in any plan."""

    @instead_of(device_deployments, "_has_maps")
    def has_maps(*_: Any) -> bool:
        return False


@bug("MEN-DEV-DP2-009")
def offers_have_no_map() -> None:
    """A map can be read, but does not come with the update."""

    @answering("checkUpdateV2")
    def check(real: Any, call: Any) -> Any:
        call.body["update_control_map"] = False
        return real(call)


@bug("MEN-DEV-DP2-011")
def maps_have_no_id() -> None:
    """The id of a map is not set."""

    @answering("getUpdateControlMap")
    def read(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        del shown["update_control_map"]["id"]
        return json_answer(shown)


@bug("MEN-DEV-DP2-012", "MEN-DEV-DP2-013", "MEN-DEV-DP2-014")
def missing_maps_are_empty() -> None:
    """Where there is no map to read, an empty one is answered."""

    @answering("getUpdateControlMap")
    def read(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return json_answer({"update_control_map": {}})


@bug("MEN-DEV-DP2-013", "MEN-DEV-DP2-014")
def maps_are_read_by_anybody() -> None:
    """Every device reads the map of every deployment, at any time."""

    @instead_of(Deployments, "control_map")
    def control_map(_: Any, deployments: Deployments, deployment_id: str, __: str) -> Any:
        return deployments.deployment(deployment_id).update_control_map or {}


@bug("MEN-DEV-DP2-015", "MEN-MGT-DEP-151")
def changed_maps_are_lost() -> None:
    """A change of a map is answered as if it were done, and is not."""

    @instead_of(Deployments, "set_control_map")
    def set_control_map(real: Any, deployments: Deployments, deployment_id: str, _: Any) -> None:
        real(deployments, deployment_id, None)
