"""The simulated devices of a server's universes: they live while the server runs."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp

from otakit.fixtures.device import Device
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.simulation.in_process import Send
from otakit.mockserver.simulation.simulation import Simulation
from otakit.mockserver.universe import Universe


class Simulations:
    """Begins simulations, and moves them from the server's start to its end."""

    def __init__(self, send: Send, app: ASGIApp) -> None:
        """Let devices reach their universes through `send`, and their websockets `app`."""
        self._send = send
        self._app = app
        self._tasks: dict[Simulation, asyncio.Task[None] | None] = {}
        self._running = False

    def begin(self, universe: Universe, devices: Iterable[tuple[Device, Seconds]]) -> Simulation:
        """Give a universe these devices, each from its own moment on, in place of earlier ones."""
        universe.stop_simulation()
        simulation = Simulation(universe, self._send, self._app)
        for device, start in devices:
            simulation.add(device, start)
        universe.simulation = simulation
        self._tasks[simulation] = None
        if self._running:
            self._move(simulation)
        return simulation

    def of(self, universe: Universe) -> Simulation:
        """Return a universe's simulation; one without devices where it has none."""
        simulation = universe.simulation
        return simulation if isinstance(simulation, Simulation) else self.begin(universe, ())

    @staticmethod
    def doing(universe: Universe) -> dict[str, int]:
        """Count a universe's simulated devices by what they are doing."""
        simulation = universe.simulation
        return simulation.doing if isinstance(simulation, Simulation) else {}

    @staticmethod
    def devices(universe: Universe) -> list[Device]:
        """Return a universe's simulated devices."""
        simulation = universe.simulation
        return simulation.devices if isinstance(simulation, Simulation) else []

    def device(self, universe: Universe, identity: Mapping[str, Any]) -> Device | None:
        """Return the simulated device that has an identity."""
        return next((d for d in self.devices(universe) if d.identity == identity), None)

    def switch_on(self, universe: Universe, devices: Iterable[tuple[Device, Seconds]]) -> None:
        """Give a universe these devices besides those that it has."""
        simulation = universe.simulation
        if not isinstance(simulation, Simulation):
            if fresh := list(devices):
                self.begin(universe, fresh)
            return
        for device, start in devices:
            simulation.add(device, start)

    def switch_off(self, universe: Universe, identity: Mapping[str, Any]) -> None:
        """Take the device away that has an identity, if it is here."""
        device = self.device(universe, identity)
        if device is not None and isinstance(universe.simulation, Simulation):
            universe.simulation.remove(device)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Move all of them meanwhile."""
        self._running = True
        for simulation in list(self._tasks):
            self._move(simulation)
        try:
            yield
        finally:
            self._running = False
            tasks = [task for task in self._tasks.values() if task is not None]
            for simulation in list(self._tasks):
                simulation.close()
            await asyncio.gather(*tasks)

    def _move(self, simulation: Simulation) -> None:
        task = asyncio.create_task(simulation.live())
        self._tasks[simulation] = task
        task.add_done_callback(lambda _: self._tasks.pop(simulation, None))
