"""The websockets of the simulated devices of one universe: open as each device wants its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from otakit.fixtures.device import Device
from otakit.fixtures.device_socket import DeviceSocket
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.simulation.in_process_socket import HeldSocket

__all__ = ["Websockets"]

FIRST_PAUSE: Seconds = 60.0
LONGEST_PAUSE: Seconds = 3600.0
"""How long a device that was refused leaves the server alone: twice as long with each refusal."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A websocket that the server did not accept, and when it is asked again."""

    socket: DeviceSocket
    again: Seconds
    pause: Seconds


class Websockets:
    """Holds the devices' websockets; those who want none cost nothing."""

    def __init__(
        self, app: ASGIApp, now: Callable[[], Seconds], woken: Callable[[Device], None]
    ) -> None:
        """Reach the server through this application; `woken` hears of users' wishes."""
        self._app = app
        self._now = now
        self._woken = woken
        self._held: dict[Device, HeldSocket] = {}
        self._refused: dict[Device, _Refusal] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def follow(self, device: Device) -> None:
        """Close a device's websocket, or open another one, as it wants; return when that is done.

        One that was refused is asked for again after a while, or when the device has logged in.
        """
        held = self._held.get(device)
        if held is not None:
            if held.socket is device.socket and not held.over:
                return
            self.leave(device)
            await held.ended()
        socket, refused = device.socket, self._refused.get(device)
        if socket is None:
            return
        pause = 0.0
        if refused is not None and refused.socket is socket:
            if self._now() < refused.again:
                return
            pause = refused.pause
        held = await self._open(device, socket)
        if held.over:
            del self._held[device]
            pause = min(max(2 * pause, FIRST_PAUSE), LONGEST_PAUSE)
            self._refused[device] = _Refusal(socket, self._now() + pause, pause)
        else:
            self._refused.pop(device, None)

    def leave(self, device: Device) -> None:
        """Close a device's websocket, soon, if it has one."""
        held = self._held.pop(device, None)
        if held is not None:
            held.leave()

    def leave_all(self) -> None:
        """Close all, soon."""
        for device in list(self._held):
            self.leave(device)

    async def ended(self) -> None:
        """Wait until all are closed that were left."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _open(self, device: Device, socket: DeviceSocket) -> HeldSocket:
        def heard() -> None:
            if device.woken:
                self._woken(device)

        held = self._held[device] = HeldSocket(socket, self._now, heard)
        task = asyncio.create_task(held.run(self._app))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await held.answered()
        return held
