"""Integrations hear of devices: what is written down, and how much of it."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.errors import Conflict, Invalid, NotFound
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.integrations import MAX_EVENTS
from otakit.mockserver.domain.world import World

HOOK = {"type": "http", "http": {"url": "http://localhost"}}


def seen(world: World) -> list[tuple[str, object]]:
    """List all events, oldest first."""
    events, _ = world.integrations.events(Page(1, MAX_EVENTS))
    return [(event.type, event.data.get("status")) for event in reversed(events)]


def test_device_is_provisioned_once(world: World, admit: Callable[[str], str]) -> None:
    """Rejected and accepted again, only its status changes."""
    world.integrations.create("webhook", HOOK)
    device = admit("one")
    (auth_set,) = world.devices.device(device).auth_sets
    for status in ("rejected", "accepted"):
        world.admission.set_status(device, auth_set, status)
    world.decommission_device(device)
    assert seen(world) == [
        ("device-status-changed", "pending"),
        ("device-provisioned", "accepted"),
        ("device-status-changed", "accepted"),
        ("device-status-changed", "rejected"),
        ("device-status-changed", "accepted"),
        ("device-decommissioned", None),
    ]


def test_same_status_is_no_event(world: World, admit: Callable[[str], str]) -> None:
    """Nothing happened."""
    device = admit("one")
    world.integrations.create("webhook", HOOK)
    (auth_set,) = world.devices.device(device).auth_sets
    world.admission.set_status(device, auth_set, "accepted")
    world.authenticate_device({"sn": "one"}, "key")
    assert seen(world) == []


def test_thousand_events_are_kept(world: World, admit: Callable[[str], str]) -> None:
    """The oldest go."""
    device = admit("one")
    world.integrations.create("webhook", HOOK)
    (auth_set,) = world.devices.device(device).auth_sets
    for turn in range(MAX_EVENTS + 5):
        status = "accepted" if turn % 2 else "rejected"
        world.admission.set_status(device, auth_set, status)
    events, total = world.integrations.events(Page(1, 2))
    assert total == MAX_EVENTS
    assert [e.data["status"] for e in events] == ["rejected", "accepted"]


def test_same_seed_gives_the_same_ids(world: World) -> None:
    """And takes none from devices."""
    one, other = World(seed=1), World(seed=1)
    other.integrations.create("webhook", HOOK)
    key = ({"sn": "1"}, "key")
    assert one.preauthorize_device(*key).id == other.preauthorize_device(*key).id
    ident = world.integrations.create("webhook", HOOK).id
    assert world.integrations.integration(ident).provider == "webhook"


def test_only_fitting_credentials_are_taken(world: World) -> None:
    """When it is made and later."""
    with pytest.raises(Invalid, match="'iot-hub' incompatible with credential type 'http'"):
        world.integrations.create("iot-hub", HOOK)
    hook = world.integrations.create("webhook", HOOK)
    with pytest.raises(Invalid):
        world.integrations.set_credentials(hook.id, {"type": "sas"})
    with pytest.raises(Conflict):
        world.integrations.create("webhook", HOOK)
    assert world.integrations.all() == [hook]


def test_removed_integration_is_gone(world: World, admit: Callable[[str], str]) -> None:
    """What was due to it stays, and can be asked for."""
    hook = world.integrations.create("webhook", HOOK)
    admit("one")
    world.integrations.remove(hook.id)
    admit("two")
    assert world.integrations.events(Page(), hook.id)[1] == len(seen(world)) == 3
    with pytest.raises(NotFound):
        world.integrations.remove(hook.id)
    with pytest.raises(Invalid):
        world.integrations.integration("hook")
    with pytest.raises(Invalid):
        world.integrations.events(Page(), "hook")
