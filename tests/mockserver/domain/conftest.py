"""What the tests of the domain share: a World whose time stands still, and short acts in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from otakit.mockserver.domain.artifacts import Artifact, Content
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.domain.deployment import Deployment, Plan
from otakit.mockserver.domain.device import ACCEPTED
from otakit.mockserver.domain.errors import Unauthorized
from otakit.mockserver.domain.offers import Offer
from otakit.mockserver.domain.world import World


@dataclass
class Source:
    """Seconds that pass only when a test says so."""

    seconds: float = 1_700_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


@pytest.fixture
def source() -> Source:
    """Return what the World's clock reads; a test turns it."""
    return Source()


@pytest.fixture
def world(source: Source) -> World:
    """Return an empty World."""
    return World(seed=1, clock=Clock(source=source))


@pytest.fixture
def ask(world: World) -> Callable[..., str]:
    """Return the act of a device that asks to be let in; its id, whatever the answer."""

    def act(name: str, key: str = "key") -> str:
        try:
            return world.authenticate_device({"sn": name}, key).subject
        except Unauthorized:
            found = (world.devices.device(i) for i in world.devices.ids())
            return next(d.id for d in found if d.identity_data == {"sn": name})

    return act


@pytest.fixture
def admit(world: World, ask: Callable[..., str]) -> Callable[..., str]:
    """Return the act of letting in a device by its first key."""

    def act(name: str) -> str:
        device_id = ask(name)
        first = next(iter(world.devices.device(device_id).auth_sets))
        world.admission.set_status(device_id, first, ACCEPTED)
        return device_id

    return act


@pytest.fixture
def store(world: World) -> Callable[..., Artifact]:
    """Return the act of storing an artifact; keywords are depends besides the device type."""

    def act(
        name: str = "v1", types: tuple[str, ...] = ("pi",), size: int = 10, **depends: list[str]
    ) -> Artifact:
        content = Content(name=name, depends={"device_type": types, **depends}, size=size)
        return world.add_artifact(content)

    return act


@pytest.fixture
def start(world: World) -> Callable[..., Deployment]:
    """Return the act of deploying to devices; keywords are the plan's."""

    def act(*devices: str, artifact: str = "v1", **plan: Any) -> Deployment:
        return world.deploy(Plan(name="d", artifact_name=artifact, **plan), devices=devices)

    return act


@pytest.fixture
def poll(world: World) -> Callable[..., Offer | None]:
    """Return the act of asking for the next update; keywords are further provides."""

    def act(device_id: str, installed: str = "v0", kind: str = "pi", **more: str) -> Offer | None:
        provides = {"artifact_name": installed, "device_type": kind, **more}
        return world.offers.next(device_id, provides)

    return act
