"""Attributes are written by scope (server facts, 9.1 to 9.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from otakit.mockserver.domain.errors import Invalid, NotFound, PreconditionFailed
from otakit.mockserver.domain.world import World


@pytest.fixture
def device(ask: Callable[..., str]) -> str:
    """Return a known device."""
    return ask("a")


def held(world: World, device: str, scope: str) -> dict[str, Any]:
    """Return a device's values of one scope."""
    return {a.name: a.value for a in world.profiles.attributes(device) if a.scope == scope}


def attributes(**values: Any) -> list[dict[str, Any]]:
    """Write attributes as a device does."""
    return [{"name": name, "value": value} for name, value in values.items()]


def test_merge_or_replace_one_scope(world: World, device: str) -> None:
    """The other scopes are not touched."""
    world.inventory.assign(device, "tags", attributes(c=9), replace=False)
    world.inventory.assign(device, "inventory", attributes(a=1, b=2), replace=False)
    world.inventory.assign(device, "inventory", attributes(b=3, c=4), replace=False)
    assert held(world, device, "inventory") == {"a": 1, "b": 3, "c": 4}
    world.inventory.assign(device, "inventory", attributes(d=5), replace=True)
    assert held(world, device, "inventory") == {"d": 5}
    assert held(world, device, "tags") == {"c": 9}
    assert held(world, device, "identity") == {"sn": "a", "status": "pending"}


@pytest.mark.parametrize(("scope", "limit"), [("inventory", 100), ("tags", 20)])
def test_scopes_have_limits(world: World, device: str, scope: str, limit: int) -> None:
    """Merging counts what is there; a refusal writes nothing."""
    full = attributes(**{f"a{n}": n for n in range(limit)})
    world.inventory.assign(device, scope, full, replace=True)
    world.inventory.assign(device, scope, attributes(a0="again"), replace=False)
    with pytest.raises(Invalid):
        world.inventory.assign(device, scope, attributes(more=1), replace=False)
    assert len(held(world, device, scope)) == limit
    world.inventory.assign(device, scope, attributes(more=1), replace=True)


def test_tags_have_an_entity_tag(world: World, device: str) -> None:
    """New with every write; a wrong one is refused, and writes nothing."""
    etags = [world.inventory.record(device).etag]
    with pytest.raises(PreconditionFailed):
        world.inventory.tag(device, attributes(a=1), replace=False, if_match='"x"')
    for number in range(3):
        match = f'"{etags[-1]}"' if number else None
        world.inventory.tag(device, attributes(a=number), replace=False, if_match=match)
        etags.append(world.inventory.record(device).etag)
    assert etags[0] is None
    assert len(set(etags)) == 4
    with pytest.raises(PreconditionFailed):
        world.inventory.tag(device, attributes(a="no"), replace=True, if_match='"x"')
    assert held(world, device, "tags") == {"a": 2}


def test_server_knows_times_and_group(world: World, device: str, source: Any) -> None:
    """As RFC 3339, with milliseconds."""
    source.seconds += 1.5
    world.inventory.assign(device, "inventory", attributes(a=1), replace=False)
    world.inventory.join("g", [device])
    assert held(world, device, "system") == {
        "created_ts": "2023-11-14T22:13:20.000Z",
        "updated_ts": "2023-11-14T22:13:21.500Z",
        "group": "g",
    }


def test_identity_cannot_set_the_status(world: World) -> None:
    """A key of that name is the device's own word (server facts, 3.2.8)."""
    device = world.preauthorize_device({"sn": "b", "status": "accepted"}, "key")
    assert held(world, device.id, "identity") == {"sn": "b", "status": "preauthorized"}


def test_unknown_device_has_no_attributes(world: World) -> None:
    """Nor one that was decommissioned."""
    with pytest.raises(NotFound):
        world.profiles.attributes("x")
    with pytest.raises(NotFound):
        world.inventory.assign("x", "inventory", [], replace=True)
