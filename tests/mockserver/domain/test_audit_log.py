"""The audit log keeps what is written, in order, and the newest of it only."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.audit import (
    ABORT,
    CREATE,
    DEPLOYMENT,
    DEVICE,
    MAX_ENTRIES,
    MAX_TEXT,
    USER,
    Actor,
    Object,
    Search,
)
from otakit.mockserver.domain.index import Page
from otakit.mockserver.domain.world import World

ADA = Actor(id="ada", email="ada@example.com")
BOB = Actor(id="bob", email="Bob@example.com")
ROLLOUT = Object(id="d1", type=DEPLOYMENT, about={"name": "all", "artifact_name": "v1"})
PUMP = Object(id="p1", type=DEVICE, about={"id": "p1", "identity_data": "{}", "name": "all"})

Write = Callable[..., None]


@pytest.fixture
def write(world: World) -> Write:
    """Return the act of writing down that something was created."""

    def act(number: int, actor: Actor = ADA) -> None:
        world.audit.write(actor, CREATE, Object(id=str(number), type=USER))

    return act


def ids(world: World, page: Page, *, newest_first: bool = True) -> list[int]:
    """List the ids of the objects on a page."""
    return [int(e.object.id) for e in world.audit.page(page, newest_first=newest_first)[0]]


def test_newest_comes_first_unless_asked_otherwise(world: World, write: Write) -> None:
    """Of entries of one moment too."""
    for number in range(5):
        write(number)
    assert ids(world, Page(1, 3)) == [4, 3, 2]
    assert ids(world, Page(2, 3)) == [1, 0]
    assert ids(world, Page(2, 3), newest_first=False) == [3, 4]
    assert ids(world, Page(10**30, 3)) == []


def test_oldest_are_forgotten(world: World, write: Write) -> None:
    """A full log forgets one for each that comes, wherever it is in its ring."""
    for number in range(MAX_ENTRIES + 7):
        write(number)
    assert len(world.audit) == MAX_ENTRIES
    assert ids(world, Page(1, 2)) == [MAX_ENTRIES + 6, MAX_ENTRIES + 5]
    assert ids(world, Page(1, 2), newest_first=False) == [7, 8]
    kept = [int(entry.object.id) for entry in world.audit.find(newest_first=False)]
    assert kept == list(range(7, MAX_ENTRIES + 7))
    whole = ids(world, Page(1, MAX_ENTRIES), newest_first=False)
    assert whole == kept


def test_long_texts_are_cut(world: World) -> None:
    """Nobody fills the memory with a name."""
    long = "x" * (MAX_TEXT + 1)
    world.audit.write(ADA, CREATE, Object(id=long, type=USER, about={"email": long}), long)
    (entry,) = world.audit.find()
    texts = (entry.object.id, entry.object.about["email"], entry.change)
    assert texts == ("x" * (MAX_TEXT - 1) + "…",) * 3


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), [0, 1, 2]),
        (Search(actor_id="ada"), [0, 2]),
        (Search(actor_email="bob@EXAMPLE.com"), [1]),
        (Search(actor_type=DEVICE), []),
        (Search(object_id="d1"), [0, 1]),
        (Search(object_type=DEVICE), [2]),
        (Search(object_deployment_name="all"), [0, 1]),
        (Search(object_deployment_name="al"), []),
        (Search(created_after=1_700_000_001), [1, 2]),
        (Search(created_before=1_700_000_001), [0, 1]),
        (Search(created_after=1_700_000_001, created_before=1_700_000_001), [1]),
        (Search(actor_id="ada", object_type=DEPLOYMENT), [0]),
        (Search(actor_id=""), []),
    ],
)
def test_search(world: World, search: Search, found: list[int]) -> None:
    """All criteria have to hold; moments are inclusive, to the second."""
    acts = [(ADA, CREATE, ROLLOUT), (BOB, ABORT, ROLLOUT), (ADA, CREATE, PUMP)]
    for actor, action, thing in acts:
        world.audit.write(actor, action, thing)
        world.clock.advance(1.3)
    written = world.audit.find(newest_first=False)
    expected = [written[number] for number in found]
    assert world.audit.find(search, newest_first=False) == expected
    assert world.audit.page(Page(1, 2), search) == (expected[::-1][:2], len(expected))
    assert world.audit.find(search, limit=1) == expected[-1:]
