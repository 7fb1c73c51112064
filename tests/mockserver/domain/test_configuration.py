"""Device configurations: begun, set, reported, bounded, forgotten."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from otakit.mockserver.domain.configuration import Configuration
from otakit.mockserver.domain.dialect import AS_BUILT
from otakit.mockserver.domain.errors import Invalid, NotFound
from otakit.mockserver.domain.world import World

if TYPE_CHECKING:
    from tests.mockserver.domain.conftest import Source

Ask = Callable[..., str]


def is_known(world: World, device_id: str) -> bool:
    """Say whether there is a configuration of a device."""
    try:
        return world.configurations.of(device_id).device_id == device_id
    except NotFound:
        return False


def test_configuration_begins_when_the_device_is_accepted(
    world: World, source: "Source", ask: Ask, admit: Ask
) -> None:
    """And is empty; before, there is none."""
    device = ask("a")
    assert not is_known(world, device)
    source.seconds += 60
    admit("a")
    assert world.configurations.of(device) == Configuration(
        device_id=device, updated=source.seconds
    )


def test_announced_device_has_one_from_its_first_request_on(world: World) -> None:
    """That request is what accepts it."""
    device = world.preauthorize_device({"sn": "a"}, "key")
    assert not is_known(world, device.id)
    world.authenticate_device({"sn": "a"}, "key")
    assert is_known(world, device.id)


def test_what_was_set_outlives_another_acceptance(world: World, ask: Ask, admit: Ask) -> None:
    """A device that is accepted for the first time may have been configured before."""
    device = ask("a")
    world.configurations.configure(device, {"k": "v"})
    admit("a")
    (auth_set,) = world.devices.device(device).auth_sets
    for status in ("rejected", "accepted"):
        world.admission.set_status(device, auth_set, status)
    assert world.configurations.of(device).configured == {"k": "v"}


def test_maps_are_replaced_whole_each_at_its_time(
    world: World, source: "Source", admit: Ask
) -> None:
    """What is set and what is reported do not touch each other."""
    device = admit("a")
    record = world.configurations.of(device)
    begun = source.seconds
    source.seconds += 10
    world.configurations.report(device, {"a": "1", "b": "2"})
    assert (record.updated, record.reported_at) == (begun, begun + 10)
    source.seconds += 10
    world.configurations.configure(device, {"a": "1", "b": "2"})
    world.configurations.configure(device, {"b": "", "c": "3"})
    assert record.configured == {"b": "", "c": "3"}
    assert record.reported == {"a": "1", "b": "2"}
    assert (record.updated, record.reported_at) == (begun + 20, begun + 10)
    world.configurations.report(device, {})
    world.configurations.configure(device, {})
    assert record.configured == record.reported == {}


def test_what_the_caller_does_to_its_map_later_does_not_matter(world: World, admit: Ask) -> None:
    """The configuration is a copy."""
    device, values = admit("a"), {"k": "v"}
    world.configurations.configure(device, values)
    values["k"] = "w"
    assert world.configurations.of(device).configured == {"k": "v"}


@pytest.mark.parametrize("act", ["decommission", "delete the announced set"])
def test_configuration_goes_with_its_device(world: World, admit: Ask, act: str) -> None:
    """Whatever makes it go."""
    if act == "decommission":
        device = admit("a")
        world.decommission_device(device)
    else:
        announced = world.preauthorize_device({"sn": "a"}, "key")
        device = announced.id
        world.configurations.configure(device, {"k": "v"})
        world.delete_auth_set(device, next(iter(announced.auth_sets)))
    assert not is_known(world, device)


def test_stranger_has_none(world: World) -> None:
    """The message names it; the real server would configure it all the same."""
    with pytest.raises(NotFound, match="'nobody'"):
        world.configurations.of("nobody")
    with pytest.raises(NotFound, match="'nobody'"):
        world.configurations.configure("nobody", {"k": "v"})
    assert not is_known(world, "nobody")
    real = World(dialect=AS_BUILT)
    real.configurations.configure("nobody", {"k": "v"})
    assert real.configurations.of("nobody").configured == {"k": "v"}


@pytest.mark.parametrize(
    "values",
    [
        {f"key {number}": "" for number in range(100)},
        {"k" * 4096: "v" * 4096},
        {"ü" * 4096: "💡" * 4096},
        {" ": "\n"},
    ],
    ids=["100 keys", "longest", "longest beyond ASCII", "odd"],
)
def test_configuration_may_be_so_large(world: World, admit: Ask, values: dict[str, str]) -> None:
    """Both ways."""
    device = admit("a")
    world.configurations.configure(device, values)
    world.configurations.report(device, values)
    record = world.configurations.of(device)
    assert record.configured == record.reported == values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({str(number): "" for number in range(101)}, "at most 100 keys, not 101"),
        ({"a": "", "": "v"}, "key: cannot be blank"),
        ({"k" * 4097: "v"}, "^key 'k.*no more than 4096"),
        ({"a": "", "key": "v" * 4097}, "value of 'key': .*no more than 4096"),
    ],
    ids=["101 keys", "no key", "long key", "long value"],
)
def test_configuration_may_not_be_larger(
    world: World, admit: Ask, values: dict[str, str], said: str
) -> None:
    """Nothing of it is kept, and the message says what is wrong."""
    device = admit("a")
    before = {"k": "v"}
    world.configurations.configure(device, before)
    world.configurations.report(device, before)
    for act in (world.configurations.configure, world.configurations.report):
        with pytest.raises(Invalid, match=said):
            act(device, values)
    record = world.configurations.of(device)
    assert record.configured == record.reported == before
