"""The same seed and the same acts give the same ids."""

from collections.abc import Callable
from uuid import UUID

import pytest

from otakit.mockserver.domain.artifacts import Content
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Plan
from otakit.mockserver.domain.ids import Ids, is_uuid
from otakit.mockserver.domain.world import World


def live(seed: int) -> list[str]:
    """Let some things happen in a World, and list their ids."""
    world = World(seed=seed, clock=Clock(source=lambda: 0.0))
    device = world.preauthorize_device({"sn": "a"}, "key")
    artifact = world.add_artifact(Content(name="v1", depends={"device_type": ["pi"]}))
    deployment = world.deploy(Plan(name="d", artifact_name="v1"), devices=[device.id])
    user = world.users.create("ann@example.com", "pw")
    return [device.id, *device.auth_sets, artifact.id, deployment.id, user.id]


def test_seed_decides() -> None:
    """All ids differ from one another, and from those of another seed."""
    assert live(7) == live(7)
    assert len({*live(7), *live(8)}) == 10


def test_ids_are_random_uuids() -> None:
    """Version 4, lower case."""
    for name in live(1):
        assert UUID(name).version == 4
        assert name == str(UUID(name))


@pytest.mark.parametrize("draw", [Ids.uuid, Ids.secret])
def test_purposes_do_not_disturb_one_another(draw: Callable[[Ids], str | bytes]) -> None:
    """Each has a sequence of its own."""
    assert draw(Ids(1)) == draw(Ids(1)) != draw(Ids(1, "links"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8d6e0c2e-2f0a-4b6e-9d5b-0123456789ab", True),
        ("8D6E0C2E-2F0A-4B6E-9D5B-0123456789AB", True),
        ("8d6e0c2e2f0a4b6e9d5b0123456789ab", False),
        ("{d6e0c2e-2f0a-4b6e-9d5b-0123456789a}", False),
        ("8d6e0c2e-2f0a-4b6e-9d5b-0123456789ag", False),
        ("", False),
    ],
)
def test_form_of_a_uuid(text: str, said: bool) -> None:  # noqa: FBT001 - the example
    """With dashes, in their places."""
    assert is_uuid(text) is said
