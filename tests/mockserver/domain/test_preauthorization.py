"""An announced device is let in at its first request."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.errors import DeviceExists, Unauthorized
from otakit.mockserver.domain.world import World


def test_first_request_is_granted(world: World) -> None:
    """Identity and key have to match."""
    device = world.preauthorize_device({"sn": "a"}, "key")
    record = world.authenticate_device({"sn": "a"}, "key")
    assert record.subject == device.id
    assert device.status == "accepted"


def test_other_key_waits(world: World) -> None:
    """It becomes pending; the announcement stays."""
    device = world.preauthorize_device({"sn": "a"}, "key")
    with pytest.raises(Unauthorized):
        world.authenticate_device({"sn": "a"}, "other")
    assert device.status == "preauthorized"
    assert [s.status for s in device.auth_sets.values()] == ["preauthorized", "pending"]


def test_announced_key_takes_over_from_an_accepted_one(world: World) -> None:
    """As if a user had accepted it."""
    device = world.preauthorize_device({"sn": "a"}, "new")
    with pytest.raises(Unauthorized):
        world.authenticate_device({"sn": "a"}, "old")
    new, old = device.auth_sets.values()
    world.admission.set_status(device.id, old.id, "accepted")
    world.authenticate_device({"sn": "a"}, "new")
    assert (new.status, old.status) == ("accepted", "rejected")


@pytest.mark.parametrize("key", ["key", "other"])
def test_known_identity_is_refused(world: World, ask: Callable[..., str], key: str) -> None:
    """The refusal carries the device."""
    device_id = ask("a")
    with pytest.raises(DeviceExists) as refusal:
        world.preauthorize_device({"sn": "a"}, key)
    assert refusal.value.device is world.devices.device(device_id)
