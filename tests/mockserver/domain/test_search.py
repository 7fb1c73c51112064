"""Devices are searched by attributes, and come by age or in the order asked for."""

from collections.abc import Callable

from otakit.mockserver.domain.filters import Predicate
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
