"""What becomes of an authentication set, its device and its token (server facts, 3.10)."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.device import AuthSet, Device
from otakit.mockserver.domain.errors import Invalid, NotFound, Unauthorized
from otakit.mockserver.domain.world import World

Ask = Callable[..., str]


@pytest.fixture
def known(world: World, ask: Ask) -> Callable[[str], tuple[Device, AuthSet]]:
    """Return the making of a device whose only authentication set has a status."""

    def make(status: str) -> tuple[Device, AuthSet]:
        if status == "preauthorized":
            device = world.preauthorize_device({"sn": "a"}, "key")
        else:
            device = world.devices.device(ask("a"))
        (auth_set,) = device.auth_sets.values()
        if status != "preauthorized":
            world.admission.set_status(device.id, auth_set.id, status)
        return device, auth_set

    return make


@pytest.mark.parametrize("after", ["accepted", "rejected", "pending"])
@pytest.mark.parametrize("before", ["accepted", "rejected", "pending"])
def test_user_may_change_every_decision(
    world: World, known: Callable[[str], tuple[Device, AuthSet]], before: str, after: str
) -> None:
    """Between these three all ways are open, and the device goes along."""
    device, auth_set = known(before)
    world.admission.set_status(device.id, auth_set.id, after)
    assert (device.status, auth_set.status) == (after, after)


@pytest.mark.parametrize("after", ["accepted", "rejected", "pending"])
def test_preauthorized_is_not_for_users_to_change(
    world: World, known: Callable[[str], tuple[Device, AuthSet]], after: str
) -> None:
    """From preauthorized only the device itself goes on."""
    device, auth_set = known("preauthorized")
    with pytest.raises(Invalid):
        world.admission.set_status(device.id, auth_set.id, after)
    assert device.status == auth_set.status == "preauthorized"


@pytest.mark.parametrize("before", ["accepted", "rejected", "pending"])
def test_nothing_becomes_preauthorized(
    world: World, known: Callable[[str], tuple[Device, AuthSet]], before: str
) -> None:
    """Preauthorisation is for unknown devices."""
    device, auth_set = known(before)
    with pytest.raises(Invalid):
        world.admission.set_status(device.id, auth_set.id, "preauthorized")


@pytest.mark.parametrize("before", ["accepted", "rejected", "pending"])
def test_device_stays_without_its_last_set(
    world: World, known: Callable[[str], tuple[Device, AuthSet]], before: str
) -> None:
    """Then it has the status noauth."""
    device, auth_set = known(before)
    world.delete_auth_set(device.id, auth_set.id)
    assert (device.status, device.auth_sets) == ("noauth", {})
    assert device.id in world.devices


def test_device_goes_with_its_last_preauthorized_set(
    world: World, known: Callable[[str], tuple[Device, AuthSet]]
) -> None:
    """It was never there but in words."""
    device, auth_set = known("preauthorized")
    world.delete_auth_set(device.id, auth_set.id)
    assert device.id not in world.devices
    assert device.id not in world.inventory


def test_accepting_one_set_rejects_the_other_accepted_one(world: World, ask: Ask) -> None:
    """Those that are pending stay so."""
    device = world.devices.device(ask("a", "one"))
    for key in ("two", "three"):
        ask("a", key)
    one, two, three = device.auth_sets.values()
    world.admission.set_status(device.id, one.id, "accepted")
    world.admission.set_status(device.id, two.id, "accepted")
    assert [one.status, two.status, three.status] == ["rejected", "accepted", "pending"]


def test_new_key_does_not_lower_a_device(world: World, admit: Ask, ask: Ask) -> None:
    """An accepted device with another key stays accepted; the key is pending."""
    device_id = admit("a")
    assert ask("a", "other") == device_id
    device = world.devices.device(device_id)
    assert device.status == "accepted"
    assert [s.status for s in device.auth_sets.values()] == ["accepted", "pending"]


def test_same_identity_in_another_order_is_the_same_device(world: World) -> None:
    """Only the pairs count."""
    for identity in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        with pytest.raises(Unauthorized):
            world.authenticate_device(identity, "key")
    assert world.devices.count() == 1


def test_decommissioned_device_comes_back_as_another(world: World, admit: Ask, ask: Ask) -> None:
    """It is pending, with a new id."""
    first = admit("a")
    world.decommission_device(first)
    assert first not in world.devices
    second = ask("a")
    assert second != first
    assert world.devices.device(second).status == "pending"


def test_unknown_things_are_not_found(world: World, ask: Ask) -> None:
    """That goes for devices, and for another device's authentication sets."""
    one, other = ask("a"), ask("b")
    (foreign,) = world.devices.device(other).auth_sets
    for device_id, auth_set_id in ((one, foreign), (one, "x"), ("x", foreign)):
        with pytest.raises(NotFound):
            world.admission.set_status(device_id, auth_set_id, "accepted")
        with pytest.raises(NotFound):
            world.delete_auth_set(device_id, auth_set_id)
    with pytest.raises(NotFound):
        world.decommission_device("x")
