"""The limit counts accepted devices."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.errors import Unauthorized, Unprocessable
from otakit.mockserver.domain.world import World

Ask = Callable[..., str]


def test_no_more_than_the_limit_are_accepted(world: World, ask: Ask, admit: Ask) -> None:
    """The next one is refused until there is room."""
    world.admission.limit = 1
    first, second = admit("a"), world.devices.device(ask("b"))
    (auth_set,) = second.auth_sets
    with pytest.raises(Unprocessable):
        world.admission.set_status(second.id, auth_set, "accepted")
    assert second.status == "pending"
    world.decommission_device(first)
    world.admission.set_status(second.id, auth_set, "accepted")
    assert second.status == "accepted"


def test_limit_of_none_accepts_none(world: World, admit: Ask) -> None:
    """Zero is a limit like others."""
    world.admission.limit = 0
    with pytest.raises(Unprocessable):
        admit("a")


def test_announced_device_waits_at_the_limit(world: World, admit: Ask) -> None:
    """Announcing is free; nothing changes at the limit, and it can be tried again."""
    admit("a")
    world.admission.limit = 1
    device = world.preauthorize_device({"sn": "b"}, "key")
    with pytest.raises(Unauthorized):
        world.authenticate_device({"sn": "b"}, "key")
    assert device.status == "preauthorized"
    world.admission.limit = 2
    assert world.authenticate_device({"sn": "b"}, "key").subject == device.id


def test_another_key_of_an_accepted_device_is_free(world: World, admit: Ask, ask: Ask) -> None:
    """The device is counted already."""
    device = world.devices.device(admit("a"))
    world.admission.limit = 1
    ask("a", "other")
    world.admission.set_status(device.id, list(device.auth_sets)[1], "accepted")
    assert device.status == "accepted"
    assert world.devices.count("accepted") == 1
