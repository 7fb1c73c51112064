"""A release is there while an artifact of its name is (server facts, 6.7)."""

from collections.abc import Callable
from typing import Any

from otakit.mockserver.domain.artifacts import Artifact, Search
from otakit.mockserver.domain.world import World

Store = Callable[..., Artifact]


def test_release_comes_and_goes_with_its_artifacts(world: World, store: Store) -> None:
    """The first makes it, the last takes it away."""
    one, two = store(types=("pi",)), store(types=("bone",))
    (release,) = world.artifacts.releases(Search())
    assert (release.name, list(release.artifacts)) == ("v1", [one.id, two.id])
    world.remove_artifact(one.id)
    assert list(release.artifacts) == [two.id]
    world.remove_artifact(two.id)
    assert world.artifacts.releases(Search()) == []


def test_release_is_modified_by_every_change(world: World, store: Store, source: Any) -> None:
    """Adding, describing and removing."""
    one = store(types=("pi",))
    (release,) = world.artifacts.releases(Search())
    moments = [release.modified]
    for change in (
        lambda: store(types=("bone",)),
        lambda: world.describe_artifact(one.id, "new"),
        lambda: world.remove_artifact(one.id),
    ):
        source.seconds += 1
        change()
        moments.append(release.modified)
    assert moments == [moments[0] + n for n in range(4)]


def test_search_by_parts(world: World, store: Store) -> None:
    """Without regard to case, and all of it has to be found."""
    store("App-1", types=("Raspberry",))
    store("app-2", types=("beagle",))
    found = world.artifacts.search(Search(name="APP", device_type="rasp"))
    assert [a.name for a in found] == ["App-1"]
    assert [r.name for r in world.artifacts.releases(Search(name="p-2"))] == ["app-2"]
    assert world.artifacts.search(Search(description="x")) == []


def test_sorted_by_name_or_age(world: World, store: Store, source: Any) -> None:
    """In both directions; by name where nothing else is asked for."""
    for name in ("b", "c", "a"):
        source.seconds += 1
        store(name)
    orders = {
        sort: "".join(a.name for a in world.artifacts.search(Search(), sort))
        for sort in ("name:asc", "name:desc", "modified:asc", "modified:desc")
    }
    assert orders == {
        "name:asc": "abc",
        "name:desc": "cba",
        "modified:asc": "bca",
        "modified:desc": "acb",
    }
