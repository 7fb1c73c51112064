"""Which devices of a JFrog Connect fleet a deployment means.

JFrog Connect, Deploy Update: device_filter. A device is in one of the groups and meets all
criteria. The document does not say how several join; the maker's page of the older version does:
"applied on top of each other".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.connect_contents import Contents
from otakit.mockserver.domain.connect_deployment import ConnectDeployment
from otakit.mockserver.domain.connect_device import STATES, ConnectDevice
from otakit.mockserver.domain.connect_plan import Criterion, DeviceFilter
from otakit.mockserver.domain.connect_run import STATUSES
from otakit.mockserver.domain.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What a filter may name, and the time at which it is asked."""

    contents: Contents
    deployments: Mapping[str, ConnectDeployment]
    now: Seconds


Test = Callable[[ConnectDevice], bool]

ANY = "any"
_STATUS = {status.lower().replace(" ", "_"): status for status in STATUSES}


def compiled(wanted: DeviceFilter, fleet: Fleet) -> Test:
    """Return the test that a filter is, as of now.

    Raises Invalid for a criterion that makes no sense, or that names what the fleet does not have:
    a mistyped name would deploy to nobody, or with `is_not` to everybody. Tags come into being by
    being used, so any tag is fine.
    """
    tests: list[Test] = []
    names = frozenset(name for name in wanted.groups if name)
    for name in sorted(names):
        _must_be_there("device_filter/groups", "group", name, fleet.contents.groups)
    if names:
        tests.append(lambda device: not names.isdisjoint(device.groups))
    for number, criterion in enumerate(wanted.criteria):
        if criterion.value or criterion.deployment_id:
            tests.append(_test(f"device_filter/filters/{number}", criterion, fleet))
    return lambda device: all(test(device) for test in tests)


def _test(place: str, criterion: Criterion, fleet: Fleet) -> Test:
    if not criterion.type or not criterion.operand:
        message = f"{place}: a filter with a value needs a type and an operand, too"
        raise Invalid(message)
    test = _KINDS[criterion.type](place, criterion, fleet)
    return test if criterion.operand == "is" else lambda device: not test(device)


def _device_test(place: str, criterion: Criterion, fleet: Fleet) -> Test:
    uuid = criterion.value
    _must_be_there(place, "device", uuid, fleet.contents.devices)
    return lambda device: device.uuid == uuid


def _tag_test(_: str, criterion: Criterion, __: Fleet) -> Test:
    tag = criterion.value
    return lambda device: tag in device.tags


def _app_test(place: str, criterion: Criterion, fleet: Fleet) -> Test:
    name, version = criterion.value, criterion.app_version
    _must_be_there(place, "app", name, fleet.contents.apps)
    if version:
        return lambda device: device.apps.get(name) == version
    return lambda device: name in device.apps


def _state_test(place: str, criterion: Criterion, _: Fleet) -> Test:
    state = criterion.value.lower()
    if state not in STATES:
        message = f"{place}: a device's state is 'online' or 'offline', not '{criterion.value}'"
        raise Invalid(message)
    return lambda device: device.state == state


def _deployment_test(place: str, criterion: Criterion, fleet: Fleet) -> Test:
    """Take the value for a status in the named deployment; if none is named, for its UUID."""
    uuid = criterion.deployment_id or criterion.value
    asked = (criterion.value or ANY).lower().replace(" ", "_") if criterion.deployment_id else ANY
    if asked != ANY and asked not in _STATUS:
        known: Sequence[str] = [*_STATUS, ANY]
        message = f"{place}: '{criterion.value}' is no status, which is one of {', '.join(known)}"
        raise Invalid(message)
    _must_be_there(place, "deployment", uuid, fleet.deployments)
    deployment = fleet.deployments[uuid]
    if asked == ANY:
        return lambda device: deployment.status_of(device.uuid, fleet.now) is not None
    status = _STATUS[asked]
    return lambda device: deployment.status_of(device.uuid, fleet.now) == status


_KINDS: dict[str, Callable[[str, Criterion, Fleet], Test]] = {
    "specific_device": _device_test,
    "tag": _tag_test,
    "app": _app_test,
    "device_state": _state_test,
    "deployment": _deployment_test,
}


def _must_be_there(place: str, kind: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        message = f"{place}: no {kind} '{name}' in this fleet"
        raise Invalid(message)
