"""Bugs in whom a deployment to a filter reaches, and in what is shown of it."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import json_answer
from otakit.mockserver.domain.profiles import Profiles


def _showing(change: Any) -> None:
    """Let a deployment be shown with a change."""

    @answering("getDeployment")
    def show(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        change(shown)
        return json_answer(shown)


@bug("MEN-MGT-DP2-003")
def filters_match_everything() -> None:
    """A deployment to a filter goes to every device."""

    @instead_of(Profiles, "test")
    def test(*_: Any) -> Any:
        return lambda _: True


@bug("MEN-MGT-DP2-002", "MEN-MGT-DP2-012", "MEN-MGT-DP2-016")
def filters_match_nothing() -> None:
    """A deployment to a filter reaches nobody."""

    @instead_of(Profiles, "test")
    def test(*_: Any) -> Any:
        return lambda _: False


@bug("MEN-MGT-DP2-006")
def dynamic_deployments_are_not_checked() -> None:
    """A deployment to a filter that lacks something is answered 500."""
    without_checks("createDynamicDeployment")


@bug("MEN-MGT-DP2-010")
def dynamic_is_not_told() -> None:
    """A deployment to a filter is shown as if it were to a list of devices."""
    _showing(lambda shown: shown.update(dynamic=False))


@bug("MEN-MGT-DP2-010")
def everything_is_dynamic() -> None:
    """A deployment to a list of devices is shown as dynamic."""
    _showing(lambda shown: shown.update(dynamic=True))


@bug("MEN-MGT-DP2-011")
def filters_have_no_terms() -> None:
    """The filter of a deployment is shown without its terms."""
    _showing(lambda shown: shown["filter"].update(terms=[]))


@bug("MEN-MGT-DP2-012")
def initial_devices_grow() -> None:
    """Devices that come to match count among the initial ones."""
    _showing(lambda shown: shown.update(initial_device_count=shown["device_count"]))


@bug("MEN-MGT-DP2-013")
def max_devices_are_not_shown() -> None:
    """The number of devices at which a deployment ends is left out."""
    _showing(lambda shown: shown.pop("max_devices", None))
