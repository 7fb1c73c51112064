"""The client itself: one server, and its universes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from msgspec import Struct

from otakit.mockserver.client.errors import ControlError, Unreachable
from otakit.mockserver.client.universe import (
    NewUniverse,
    NewUniverseState,
    Universe,
    UniverseState,
)
from otakit.mockserver.client.wire import Verify, Wire, below

NOT_FOUND = 404
PAUSE = 0.02
"""Seconds between two looks at a server that is about to start."""


class Scenario(Struct, frozen=True):
    """A world that otakit brings: the name it is loaded by, and what it is."""

    name: str
    title: str


class ControlClient:
    """Steers a running `otakit serve`; threads may share it.

    `token` is that of `otakit serve --control-token`. `verify` is for servers with TLS: a file
    with the authorities to trust, an SSLContext, or False for none. `timeout` is in seconds; large
    scenarios and long turns of the clock take some. All methods raise ControlError
    where the server refuses, Unreachable where none answers.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        verify: Verify = True,
        timeout: float = 60.0,
    ) -> None:
        """Make a client; nothing is asked yet."""
        self._wire = Wire(url, token, verify, timeout)
        self.url = self._wire.url

    def __enter__(self) -> Self:
        """Use it until the block is left."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def health(self) -> str:
        """Return `ok` if the server is up."""
        return str(self._wire.ask(dict[str, str], "GET", "health")["status"])

    def wait_until_ready(self, timeout: float = 20.0) -> None:
        """Wait until the server answers; raises Unreachable when it has not after so many seconds.

        ```python
        client.wait_until_ready(timeout=5)
        ```
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.health()
            except Unreachable:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def universes(self) -> list[Universe]:
        """List the universes, oldest first."""
        shown = self._wire.ask(list[UniverseState], "GET", "universes")
        return [Universe(self._wire, one) for one in shown]

    def universe(self, universe_id: str = "default") -> Universe:
        """Return a universe that there is."""
        path = below("universes", universe_id)
        return Universe(self._wire, self._wire.ask(UniverseState, "GET", path))

    def create_universe(self, name: str = "", *, plan: str | None = None) -> NewUniverse:
        """Make a universe; its plan is the server's unless another is named."""
        body = {"name": name} | ({} if plan is None else {"plan": plan})
        return NewUniverse(self._wire, self._wire.ask(NewUniverseState, "POST", "universes", body))

    def scenarios(self) -> list[Scenario]:
        """List the worlds that otakit brings, for `Universe.load_scenario`."""
        return self._wire.ask(list[Scenario], "GET", "scenarios")

    def apis(self) -> dict[str, Any]:
        """Tell what the server is, and which APIs and operations it has."""
        return self._wire.ask(dict[str, Any], "GET", "apis")

    @contextmanager
    def new_universe(self, name: str = "", *, plan: str | None = None) -> Iterator[NewUniverse]:
        """Make a universe and delete it when the block is left.

        ```python
        with client.new_universe("checkout page") as universe:
            universe.clock.freeze()
        ```
        """
        universe = self.create_universe(name, plan=plan)
        try:
            yield universe
        finally:
            with suppress(Unreachable):  # it is gone with its server
                self._drop(universe)

    def _drop(self, universe: Universe) -> None:
        try:
            universe.delete()
        except ControlError as error:
            if error.status != NOT_FOUND:  # its user may have deleted it
                raise
