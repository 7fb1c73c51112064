"""Devices are searched by attributes, and come by age or in the order asked for."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from otakit.mockserver.domain.filters import MISSING, Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.profiles import Order
from otakit.mockserver.domain.world import World


def test_chosen_devices_come_by_age_and_once(world: World, ask: Callable[..., str]) -> None:
    """Whatever the order, or the number, in which they are named."""
    devices = [ask(name) for name in "abc"]
    found, total = world.profiles.search(Page(), ids=[devices[2], "x", devices[0], devices[2]])
    assert (found, total) == ([devices[0], devices[2]], 2)


def test_device_id_is_an_identity_attribute(world: World, ask: Callable[..., str]) -> None:
    """For all operators."""
    one, two = ask("a"), ask("b")
    for kind, value in (("$eq", two), ("$ne", one), ("$in", [two]), ("$regex", two[:20])):
        term = Predicate(scope="identity", attribute="id", type=kind, value=value)
        assert world.profiles.search(Page(), predicates=[term]) == ([two], 1)


def test_sorted_by_several_attributes(world: World, ask: Callable[..., str]) -> None:
    """The first one counts most; numbers come before texts, devices without it last."""
    ranks = [("b", 2), ("a", 1), ("b", 1), ("a", "x"), (None, 0)]
    devices = [ask(str(number)) for number in range(len(ranks))]
    for device_id, (site, rank) in zip(devices, ranks, strict=True):
        attributes = [{"name": "rank", "value": rank}]
        attributes += [{"name": "site", "value": site}] if site else []
        world.inventory.assign(device_id, "inventory", attributes, replace=True)
    order = [
        Order(scope="inventory", attribute="site"),
        Order(scope="inventory", attribute="rank", descending=True),
    ]
    found, _ = world.profiles.search(Page(), order=order)
    assert [devices.index(device_id) for device_id in found] == [3, 1, 0, 2, 4]


VALUES: tuple[Any, ...] = ("a", "b", "", 1, 1.0, 2, ["a", "b"], ["b", "b"], [1, 2], [])


class Fleet:
    """Devices to which all that moves a search happens, by chance."""

    def __init__(self, world: World, random: Random) -> None:
        """Begin with none."""
        self._world, self._random = world, random
        self._number = 0
        self.ids: list[str] = []

    def change(self) -> None:
        """Let one thing happen."""
        world, random = self._world, self._random
        happens = random.choice([self.come, self.tell, self.tell, self.tell, self.go, self.settle])
        if self.ids and happens == self.tell and random.random() < 0.3:
            world.inventory.join(random.choice("xy"), [random.choice(self.ids)])
        elif self.ids or happens == self.come:
            happens()

    def come(self) -> None:
        """Let a device become known."""
        self._number += 1
        identity = {"sn": self._number % 3, "status": "own", "id": "own", "odd": {"a": True}}
        device = self._world.preauthorize_device({**identity, "mac": self._number}, "key")
        self.ids.append(device.id)

    def tell(self) -> None:
        """Let a device have other attributes."""
        device_id, scope = self._random.choice(self.ids), self._random.choice(["inventory", "tags"])
        told = [{"name": n, "value": self._random.choice(VALUES)} for n in "ab"]
        self._world.inventory.assign(
            device_id,
            scope,
            told[: self._random.randint(0, 2)],
            replace=self._random.random() < 0.5,
        )

    def settle(self) -> None:
        """Let a device get another status, or leave its group."""
        device_id = self._random.choice(self.ids)
        device = self._world.devices.device(device_id)
        auth_set = next(iter(device.auth_sets.values()))
        if auth_set.status == "preauthorized":
            self._world.authenticate_device(device.identity_data, auth_set.pubkey)
        else:
            status = "rejected" if auth_set.status == "accepted" else "accepted"
            self._world.admission.set_status(device_id, auth_set.id, status)
        self._world.inventory.leave("x", [device_id])

    def go(self) -> None:
        """Let a device be decommissioned."""
        self._world.decommission_device(self.ids.pop(self._random.randrange(len(self.ids))))


@pytest.mark.parametrize("seed", range(12))
def test_lookups_find_what_a_search_of_all_devices_finds(world: World, seed: int) -> None:
    """Whatever has happened to the devices since somebody searched by the same attribute."""
    random = Random(seed)
    fleet = Fleet(world, random)
    names = [("inventory", "a"), ("tags", "b"), ("inventory", "b"), ("system", "group")]
    names += [("identity", n) for n in ("id", "status", "sn", "odd", "mac")] + [("system", "x")]
    words = [*VALUES, True, False, "x", "own", "accepted", "rejected", '{"a":true}', None]

    def term() -> Predicate:
        scope, name = random.choice(names)
        kind = random.choice(["$eq", "$in", "$ne", "$exists"])
        held = random.choice([*words, *fleet.ids])
        value = [held, random.choice(words)] if kind == "$in" else held
        return Predicate(scope=scope, attribute=name, type=kind, value=value)

    for _ in range(150):
        fleet.change()
        terms = [term() for _ in range(random.randint(1, 2))]
        page = Page(random.randint(1, 2), random.randint(1, 5))
        tests = [((t.scope, t.attribute), t.test()) for t in terms]
        expected = [
            device_id
            for device_id in world.devices.ids()
            if all(test(world.profiles.values(device_id).get(k, MISSING)) for k, test in tests)
        ]
        found = world.profiles.search(page, predicates=terms)
        assert found == (page.of(expected), len(expected)), terms
