"""What tests of the control API share: its client, and a client for each universe."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from ota_stories.recorder import Recorder
from ota_support.server import NO_TLS
from otakit.specs.catalogue import control as control_api


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    """Return what checks each answer of the control API against its document."""
    return Recorder("mender", apis=[control_api()])


@pytest.fixture
def control(server: Any, recorder: Recorder) -> Iterator[httpx.Client]:
    """Return a client of the control API; all universes but `default` are gone in the end."""
    base, hooks = f"{server.url}/otakit/v1/", {"response": [recorder.see]}
    with httpx.Client(base_url=base, verify=NO_TLS, event_hooks=hooks) as client:
        yield client
        for universe in client.get("universes").json():
            if universe["id"] != "default":
                client.delete(f"universes/{universe['id']}").raise_for_status()


@pytest.fixture
def new_universe(control: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Return a function that makes a universe and tells all that its maker is told."""

    def make(**wishes: str) -> dict[str, Any]:
        answer = control.post("universes", json=wishes)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return make


@pytest.fixture
def user_of(server: Any) -> Iterator[Callable[[dict[str, Any]], httpx.Client]]:
    """Return a function that makes a client for a universe's user; paths are like a server's."""
    with ExitStack() as stack:

        def log_in(universe: dict[str, Any]) -> httpx.Client:
            headers = {"Authorization": f"Bearer {universe['token']}"}
            client = httpx.Client(base_url=server.url, headers=headers, verify=NO_TLS)
            return stack.enter_context(client)

        yield log_in


@pytest.fixture
def refused() -> Callable[[httpx.Response, int], str]:
    """Return a check that an answer is an error object of a status; it returns the message."""

    def check(answer: httpx.Response, status: int) -> str:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        return str(answer.json()["error"])

    return check
