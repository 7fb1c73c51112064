"""The pages of a list, joined, are the list."""

import math
from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.device import STATUSES
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Index, Page
from otakit.mockserver.domain.profiles import Order
from otakit.mockserver.domain.world import World

steady = settings(derandomize=True, deadline=None, max_examples=100)
sizes = st.integers(min_value=1, max_value=7)
T = TypeVar("T")


def join(get: Callable[[Page], list[T]], size: int) -> list[T]:
    """Read page after page until an empty one."""
    pages = (get(Page(number, size)) for number in range(1, 100))
    full = list(takewhile(bool, pages))
    assert all(len(page) == size for page in full[:-1])
    return [thing for page in full for thing in page]


def people(kinds: list[int]) -> World:
    """Make a World with one device for each number: its status, and a value to sort by."""
    world = World(clock=Clock(source=lambda: 0.0))
    for number, kind in enumerate(kinds):
        identity = {"sn": number}
        device_id = world.preauthorize_device(identity, "key").id
        if kind % 5 != 1:
            world.authenticate_device(identity, "key")
        (auth_set,) = world.devices.device(device_id).auth_sets
        if kind % 5 in (2, 3):
            world.admission.set_status(device_id, auth_set, STATUSES[kind % 5])
        if kind % 5 == 4:
            world.delete_auth_set(device_id, auth_set)
        if kind:
            attributes = [{"name": "rank", "value": kind}]
            world.inventory.assign(device_id, "inventory", attributes, replace=False)
    return world


kinds = st.lists(st.integers(min_value=0, max_value=9), max_size=20)


@steady
@given(kinds, sizes, st.sets(st.sampled_from(STATUSES)), st.none() | st.sets(sizes))
def test_devices(kinds: list[int], size: int, statuses: set[str], chosen: set[int] | None) -> None:
    """Devices come oldest first, by any filter, and each page says whether there is another."""
    devices = people(kinds).devices
    everything = [devices.device(name) for name in devices.ids()]
    ids = {d.id for d in everything if d.number in (chosen or ())}
    wanted = [
        d for d in everything if (not statuses or d.status in statuses) and (not ids or d.id in ids)
    ]
    assert [d.number for d in wanted] == sorted(d.number for d in wanted)
    assert join(lambda p: devices.page(p, statuses=statuses, ids=ids)[0], size) == wanted
    for number in range(1, 5):
        more = devices.page(Page(number, size), statuses=statuses, ids=ids)[1]
        assert more is (number * size < len(wanted))


@steady
@given(st.integers(min_value=0, max_value=20), sizes, st.booleans(), st.booleans())
def test_deployments(count: int, size: int, newest_first: bool, some: bool) -> None:  # noqa: FBT001
    """Deployments come by age, in either direction, and with their number before paging."""
    world = World(clock=Clock(source=lambda: 0.0))
    world.add_artifact(Content(name="v1", depends={"device_type": ["pi"]}))
    plan = Plan(name="d", artifact_name="v1")
    expected = [world.deploy(plan, devices=["a"]) for _ in range(count)]
    wanted: Callable[[Deployment], bool] | None = (lambda d: d.number % 3 == 0) if some else None
    expected = [d for d in expected if wanted is None or wanted(d)][:: -1 if newest_first else 1]

    def find(page: Page) -> list[Deployment]:
        found, total = world.deployments.find(page, wanted=wanted, newest_first=newest_first)
        assert total == len(expected)
        return found

    assert join(find, size) == expected


@steady
@given(kinds, sizes, st.booleans(), st.booleans())
def test_search(kinds: list[int], size: int, ordered: bool, some: bool) -> None:  # noqa: FBT001
    """A search gives its devices in the order asked for, those without the attribute last."""
    world = people(kinds)
    order = [Order(scope="inventory", attribute="rank", descending=True)] if ordered else []
    low = Predicate(scope="inventory", attribute="rank", type="$lt", value=6)
    wanted: list[Any] = [(kind, d) for kind, d in zip(kinds, world.devices.ids(), strict=True)]
    if some:
        wanted = [(kind, d) for kind, d in wanted if 0 < kind < 6]
    if ordered:
        wanted = sorted(wanted, key=lambda entry: -entry[0] or math.inf)

    def search(page: Page) -> list[str]:
        found, total = world.profiles.search(page, predicates=[low] * some, order=order)
        assert total == len(wanted)
        return found

    assert join(search, size) == [d for _, d in wanted]


@steady
@given(st.lists(st.integers(), unique=True), st.sets(st.integers()), sizes)
def test_index(keys: list[int], gone: set[int], size: int) -> None:
    """An index is in order after any adding and removing, in both directions."""
    index: Index[int] = Index()
    for key in keys:
        index.add(key, f"id {key}")
    for key in gone | set(keys[::3]):
        index.discard(key, f"id {key}")
    expected = [f"id {key}" for key in sorted(set(keys) - gone - set(keys[::3]))]
    assert list(index) == list(reversed(index))[::-1] == expected
    assert len(index) == len(expected)
    assert join(index.page, size) == expected
    assert join(lambda page: index.page(page, newest_first=True), size) == expected[::-1]
