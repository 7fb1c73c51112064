"""A changed file changes what it says, and nothing else."""

from collections.abc import Callable

import pytest

from otakit.fixtures.scenario import read_scenario
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.world import World
from otakit.mockserver.scenarios.devices_acts import Breaking
from otakit.mockserver.scenarios.loading import load
from otakit.mockserver.scenarios.reload import apply_changes
from otakit.mockserver.server_state import ServerState

BEFORE = """
title: A shop
simulated: true
artifacts:
- {name: pos-1, device_types: [raspberrypi4], at: -9d, description: old}
devices:
- {name: till, count: 3, group: tills, joined: -10d}
- {name: kiosk, joined: -10d}
filters:
- {name: pis, at: -1d, terms: [{attribute: device_type, value: raspberrypi4}]}
deployments:
- {name: first, artifact: pos-1, to: {group: tills}, at: -8d}
connect:
  devices: [{name: gateway}]
"""

Change = Callable[..., World]


@pytest.fixture
def change(state: ServerState) -> Change:
    """Return a function that loads BEFORE, replaces texts in it, and applies that."""
    universe = state.universes.default
    old = read_scenario(BEFORE.encode(), "shop.yaml")
    load(universe, state, old)

    def apply(*replacements: tuple[str, str]) -> World:
        text = BEFORE
        for before, after in replacements:
            assert before in text
            text = text.replace(before, after)
        new = read_scenario(text.encode(), "shop.yaml")
        _, refused = apply_changes(universe, state, old, new)
        assert refused == []
        return universe.world

    return apply


def hosts(world: World) -> dict[str, str]:
    """Return the accepted devices' ids by their hostnames."""
    key = ("inventory", "hostname")
    values = {device_id: world.profiles.values(device_id) for device_id in world.devices.ids()}
    return {str(known[key]): device_id for device_id, known in values.items() if key in known}


def names(world: World) -> list[str]:
    """Return the names of all deployments, oldest first."""
    found, _ = world.deployments.find(Page(1, 500), wanted=None, newest_first=False)
    return [deployment.plan.name for deployment in found]


def test_nothing_changed_changes_nothing(state: ServerState, change: Change) -> None:
    """The same world, the same ids."""
    world = state.universes.default.world
    before = hosts(world)
    assert change() is world
    assert hosts(world) == before


def test_new_devices_come_and_the_rest_stays(state: ServerState, change: Change) -> None:
    """More of an entry, and a new entry before it; they are simulated, too."""
    universe = state.universes.default
    before = hosts(universe.world)
    universe.world.inventory.tag(
        before["till-2"], [{"name": "a", "value": "b"}], replace=True, if_match=None
    )
    world = change(
        ("devices:\n- {name: till, count: 3", "devices:\n- {name: lamp}\n- {name: till, count: 5")
    )
    after = hosts(world)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"lamp", "till-4", "till-5"}
    assert world.inventory.record(after["till-5"]).group == "tills"
    assert ("tags", "a") in world.inventory.record(after["till-2"]).attributes
    assert len(state.simulations.devices(universe)) == 7


def test_vanished_devices_and_filters_are_removed(change: Change) -> None:
    """What has happened stays: their deployments, the artifacts, other devices."""
    world = change(
        ("count: 3", "count: 2"),
        ("- {name: pis, at: -1d, terms: [{attribute: device_type, value: raspberrypi4}]}\n", ""),
        ("filters:\n", ""),
        ("- {name: first, artifact: pos-1, to: {group: tills}, at: -8d}\n", ""),
        ("deployments:\n", ""),
    )
    assert set(hosts(world)) == {"till-1", "till-2", "kiosk"}
    assert world.filters.all() == []
    assert names(world) == ["first"]


def test_changed_devices_are_changed(change: Change) -> None:
    """Admission, group, tags and inventory."""
    world = change(
        ("{name: kiosk, joined: -10d}", "{name: kiosk, joined: -10d, status: rejected}"),
        ("group: tills, joined", "group: desks, tags: {a: b}, inventory: {floor: 2}, joined"),
        ("to: {group: tills}", "to: {group: desks}"),
    )
    known = hosts(world)
    assert world.devices.device(known["kiosk"]).status == "rejected"
    record = world.inventory.record(known["till-3"])
    assert record.group == "desks"
    assert record.attributes["tags", "a"].value == "b"
    assert record.attributes["inventory", "floor"].value == 2


def test_new_things_happen_now(state: ServerState, change: Change) -> None:
    """An artifact that can be fetched, a deployment of it, a user, a filter, a fleet."""
    universe = state.universes.default
    now = universe.world.clock.now()
    world = change(
        ("artifacts:\n", "artifacts:\n- {name: pos-2, device_types: [raspberrypi4], at: -2d}\n"),
        ("deployments:\n", "deployments:\n- {name: second, artifact: pos-2, to: all, at: -1d}\n"),
        ("filters:\n", "users: [{email: li@example.com, password: correct-horse}]\nfilters:\n"),
        ("value: raspberrypi4}", "value: beaglebone}"),
        ("{name: gateway}", "{name: gateway, count: 2}"),
        ("simulated: true", "plan: professional\nsimulated: true"),
    )
    assert names(world) == ["first", "second"]
    newest, _ = world.deployments.find(Page(1, 1), wanted=None, newest_first=True)
    assert newest[0].created == now
    assert universe.storage.path(newest[0].artifacts[0]).stat().st_size > 0
    assert world.users.knows("li@example.com")
    assert [term.value for saved in world.filters.all() for term in saved.terms] == ["beaglebone"]
    assert len(world.connect_fleet.shown()["devices"]) == 2
    assert universe.plan == "professional"


def test_living_devices_hear_which_artifacts_break(state: ServerState, change: Change) -> None:
    """Also those that were there before the artifact."""
    change(
        (
            "artifacts:\n",
            "artifacts:\n- {name: bad, device_types: [raspberrypi4], at: -1d, breaks: {log: x}}\n",
        )
    )
    devices = state.simulations.devices(state.universes.default)
    assert len(devices) == 4
    for device in devices:
        assert isinstance(device.behaviour, Breaking)
        assert device.behaviour.breaks == {"bad": (1.0, "x")}


def test_what_the_world_refuses_is_told_and_left_out(state: ServerState) -> None:
    """The rest of the changes is applied."""
    universe = state.universes.default
    old = read_scenario(b"title: x", "x.yaml")
    load(universe, state, old)
    universe.world.users.create("li@example.com", "correct-horse")
    new = read_scenario(
        b"title: x\nusers: [{email: li@example.com, password: correct-horse}]\ndevices: [{}]",
        "x.yaml",
    )
    count, refused = apply_changes(universe, state, old, new)
    assert [str(error) for error in refused] == [
        "x.yaml:2:9: users[0]: user with a given email already exists: 'li@example.com'"
    ]
    assert count == 1
    assert universe.world.devices.count() == 1
