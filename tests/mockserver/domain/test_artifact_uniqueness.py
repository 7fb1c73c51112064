"""Artifacts of one name must not mean the same devices (server facts, 6.1.6 and 6.1.7)."""

from collections.abc import Callable

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.errors import ArtifactExists

Store = Callable[..., Artifact]


def test_overlapping_types_clash(store: Store) -> None:
    """The refusal says in what."""
    store(types=("pi", "bone"))
    with pytest.raises(ArtifactExists) as refusal:
        store(types=("x86", "bone"))
    assert refusal.value.clash == {"device_type": "bone"}


def test_other_types_are_fine(store: Store) -> None:
    """Nobody is meant twice."""
    assert store(types=("pi",)).id != store(types=("bone",)).id


def test_another_name_is_fine(store: Store) -> None:
    """Whatever the depends."""
    assert store("v1").id != store("v2").id


def test_further_key_is_fine(store: Store) -> None:
    """The other artifact has no such key."""
    store()
    assert store(group=["a"]).content.depends["group"] == ["a"]


@pytest.mark.parametrize(("values", "clash"), [(["b", "c"], True), (["c"], False)])
def test_same_keys_clash_by_a_common_combination(
    store: Store,
    values: list[str],
    clash: bool,  # noqa: FBT001 - the example
) -> None:
    """One common value in every key makes one."""
    store(types=("pi", "bone"), group=["a", "b"])
    if not clash:
        assert store(types=("bone",), group=values).name == "v1"
        return
    with pytest.raises(ArtifactExists) as refusal:
        store(types=("bone",), group=values)
    assert refusal.value.clash == {"device_type": "bone", "group": "b"}
