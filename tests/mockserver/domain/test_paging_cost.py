"""A page out of 5,000 costs what a page out of 1,000 does: in steps and in memory."""

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.audit import CREATE, DEVICE, Actor, Object
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Plan
from otakit.mockserver.domain.filters import Predicate
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.world import World

pytestmark = pytest.mark.xdist_group("paging cost")  # which share two Worlds

SMALL, LARGE = 1_000, 5_000
SAME = Predicate(scope="inventory", attribute="type", type="$eq", value="pi")
OWN = Predicate(scope="identity", attribute="sn", type="$in", value=list(range(500, 520)))
LISTS: dict[str, Callable[[World, Page], Any]] = {
    "devices": lambda world, page: world.devices.page(page),
    "devices of a status": lambda world, page: world.devices.page(page, statuses=["preauthorized"]),
    "devices searched without conditions": lambda world, page: world.profiles.search(page),
    "devices searched by a value": lambda world, page: world.profiles.search(
        page, predicates=[SAME]
    ),
    "deployments": lambda world, page: world.deployments.find(page, wanted=None, newest_first=True),
    "audit log": lambda world, page: world.audit.page(page),
}

TOLD = [{"name": "type", "value": "pi"}]
ACTOR = Actor(id="1", email="ada@example.com")


def populate(size: int) -> World:
    """Make a World of so many devices and deployments."""
    world = World(clock=Clock(source=lambda: 0.0))
    world.add_artifact(Content(name="v1", depends={"device_type": ["pi"]}))
    plan = Plan(name="d", artifact_name="v1")
    for number in range(size):
        device = world.preauthorize_device({"sn": number}, "key")
        world.inventory.assign(device.id, "inventory", TOLD, replace=True)
        world.deploy(plan, devices=[device.id])
        world.audit.write(ACTOR, CREATE, Object(id=device.id, type=DEVICE))
    return world


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World]:
    """Return a small World and a large one."""
    return populate(SMALL), populate(LARGE)


def count_steps(act: Callable[[], object]) -> int:
    """Count the lines and calls that an act takes."""
    steps = 0

    def trace(_: FrameType, event: str, __: object) -> Any:
        nonlocal steps
        steps += event in {"line", "call"}
        return trace

    before = sys.gettrace()
    gc.disable()  # Hypothesis hangs Python code on every collection, which would be counted
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
        gc.enable()
    return steps


@pytest.fixture
def memory() -> Iterator[Callable[[Callable[[], object]], int]]:
    """Return the measure of how many bytes an act needs at most, to see what C code copies."""
    tracemalloc.start()

    def measure(act: Callable[[], object]) -> int:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        act()
        return tracemalloc.get_traced_memory()[1] - before

    yield measure
    tracemalloc.stop()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("place", [0.0, 0.5, 0.9])
def test_page_costs_a_page(
    worlds: tuple[World, World],
    memory: Callable[[Callable[[], object]], int],
    name: str,
    place: float,
) -> None:
    """The same page size costs the same, wherever it is in however long a list."""
    steps, sizes = [], []
    for world, size in zip(worlds, (SMALL, LARGE), strict=True):
        page = Page(int(place * size / 20) + 1, 20)
        found, _ = LISTS[name](world, page)
        assert len(found) == 20
        steps.append(count_steps(partial(LISTS[name], world, page)))
        sizes.append(memory(partial(LISTS[name], world, page)))
    assert steps[0] > 0
    assert steps[1] <= steps[0] * 1.05
    assert sizes[1] <= sizes[0] + 4_000


def test_search_costs_what_it_finds(worlds: tuple[World, World]) -> None:
    """Twenty devices by their own values: as many steps as in a small World."""
    searches = [partial(world.profiles.search, Page(), predicates=[OWN]) for world in worlds]
    assert [search()[1] for search in searches] == [20, 20]
    small, large = map(count_steps, searches)
    assert small <= large <= small * 1.05
