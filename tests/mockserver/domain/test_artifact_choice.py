"""Which artifact a device gets, if any (server facts, 4.5; reference, Check Update)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from otakit.mockserver.domain.artifacts import Artifact
from otakit.mockserver.domain.deployment import Deployment
from otakit.mockserver.domain.dialect import DOCUMENTED
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World

Store = Callable[..., Artifact]
Start = Callable[..., Deployment]
Admit = Callable[..., str]
Poll = Callable[..., Offer | None]


@pytest.fixture
def device(admit: Admit) -> str:
    """Return an accepted device."""
    return admit("a")


def test_smallest_of_those_that_fit(device: str, store: Store, start: Start, poll: Poll) -> None:
    """A smaller one for others does not count."""
    store(size=5, types=("bone",))
    store(size=30)
    best = store(size=20, group=["stable"])
    store(size=10, group=["beta"])
    deployment = start(device)
    offer = poll(device, group="stable")
    assert offer is not None
    assert offer.artifact is best
    assert deployment.statistics.total_size == 20


def test_choice_stays(device: str, store: Store, start: Start, poll: Poll) -> None:
    """A better one that comes later is for those who ask later."""
    first = store(size=20)
    deployment = start(device)
    for size in (20, 5):
        if size == 5:
            store(size=5, group=["stable"])
        offer = poll(device, group="stable")
        assert offer is not None
        assert offer.artifact is first
    assert deployment.statistics.total_size == 20


@pytest.mark.parametrize(
    ("depends", "provides", "fits"),
    [
        ({"artifact_name": ["v0"]}, {}, True),
        ({"artifact_name": ["v9"]}, {}, False),
        ({"artifact_group": ["stable", "beta"]}, {"artifact_group": "beta"}, True),
        ({"artifact_group": ["stable", "beta"]}, {"artifact_group": "old"}, False),
        ({"artifact_group": ["stable"]}, {}, False),
        ({"rootfs-image.checksum": ["1"]}, {"rootfs-image.checksum": "1"}, True),
        ({"rootfs-image.checksum": ["1"]}, {"rootfs-image.checksum": "2"}, False),
        ({}, {"anything": "else"}, True),
    ],
)
def test_depends_have_to_be_provided(  # noqa: PLR0913 - fixtures
    *,
    device: str,
    store: Store,
    start: Start,
    poll: Poll,
    depends: dict[str, list[str]],
    provides: dict[str, str],
    fits: bool,
) -> None:
    """Every key, by one of its values."""
    store(**depends)
    deployment = start(device)
    assert (poll(device, **provides) is not None) is fits
    assert deployment.part(device).status == ("pending" if fits else "noartifact")


def test_dialect_may_look_at_device_types_alone(
    world: World, device: str, store: Store, start: Start, poll: Poll
) -> None:
    """As the real open-source server does (4.5.2)."""
    world.offers._dialect = replace(DOCUMENTED, match_depends=False)
    store(artifact_group=["stable"])
    start(device)
    assert poll(device) is not None


def test_installed_already(device: str, store: Store, start: Start, poll: Poll) -> None:
    """Nothing is to be done, and nothing is counted as sent."""
    store(size=20)
    deployment = start(device)
    assert poll(device, "v1") is None
    assert deployment.part(device).status == "already-installed"
    assert deployment.statistics.total_size == 0
    assert deployment.finished is not None


def test_force_installs_again(device: str, store: Store, start: Start, poll: Poll) -> None:
    """Although it is there."""
    store()
    start(device, force_installation=True)
    assert poll(device, "v1") is not None


def test_no_force_makes_an_artifact_fit(
    device: str, store: Store, start: Start, poll: Poll
) -> None:
    """The depends hold all the same."""
    store(types=("bone",))
    deployment = start(device, force_installation=True)
    assert poll(device) is None
    assert deployment.part(device).status == "noartifact"
