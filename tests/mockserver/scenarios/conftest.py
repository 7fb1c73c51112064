"""What tests of scenarios share: a server with one of them in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from ota_support.server import NO_TLS
from otakit.fixtures.device_requests import Request, Response
from otakit.mockserver.api import load_functions
from otakit.mockserver.documented import Documented
from otakit.mockserver.domain.clock import Clock
from otakit.mockserver.security import Security
from otakit.mockserver.server_state import ServerState
from otakit.mockserver.settings import Settings
from otakit.mockserver.simulation.simulations import Simulations
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes

if TYPE_CHECKING:
    from tests.conftest import RunningServer


@pytest.fixture
def load(server: "RunningServer") -> Callable[..., dict[str, Any]]:
    """Return a function that loads a scenario into the unnamed universe, by name or definition."""

    def post(**wish: str) -> dict[str, Any]:
        url = f"{server.url}/otakit/v1/universes/default/scenario"
        answer = httpx.post(url, json=wish, verify=NO_TLS, timeout=60)
        assert answer.status_code == 200, answer.text
        loaded: dict[str, Any] = answer.json()
        return loaded

    return post


@pytest.fixture
def state_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], ServerState]:
    """Return a function that makes a server's state of a seed, for looking inside.

    Nobody reaches it, and time stands still there, at 1_800_000_000.
    """
    load_functions()

    async def send(request: Request, take: Callable[[Response], None]) -> None:
        del request, take
        pytest.fail("nobody moves the simulated devices here")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        pytest.fail("nobody opens their websockets here")

    def make(seed: int) -> ServerState:
        settings = Settings(seed=seed, clock=Clock(speed=0, source=lambda: 1_800_000_000.0))
        universes = Universes(settings, Storage(tmp_path_factory.mktemp("storage")))
        return ServerState(
            settings, universes, Security(universes), Documented(()), Simulations(send, app)
        )

    return make


@pytest.fixture
def state(state_of: Callable[[int], ServerState]) -> ServerState:
    """Return such a state."""
    return state_of(3)
