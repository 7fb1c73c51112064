"""The simulated devices of one universe, moved within the server's process on its World's clock."""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from starlette.types import ASGIApp

from otakit.fixtures.device import Device
from otakit.fixtures.device_requests import Request, Response, Seconds
from otakit.mockserver.simulation.fleet import Fleet
from otakit.mockserver.simulation.in_process import Send
from otakit.mockserver.simulation.websockets import Websockets
from otakit.mockserver.universe import Universe

__all__ = ["Simulation"]

POLLS_PER_RUN = 150
"""How often an idle device asks at most for updates while one long span is played."""

POLLS_PER_SECOND = 500
"""How often idle devices ask together at most in a second of the wall's, however fast time goes."""

_LOG = logging.getLogger("otakit.simulation")


@dataclass(slots=True)
class _Turn:
    """When a device is next, and what it is `doing` until then.

    `exact` is when it wanted to be next, if it was made to wait for longer.
    """

    due: Seconds
    exact: Seconds
    number: int
    doing: str


class Simulation:
    """Moves devices by discrete events: each is asked for its next action when its time has come.

    It belongs to the World that the universe had when it was made: once the universe has another
    one, or the simulation is closed, nothing moves any more. The same devices, seeds and calls on
    a frozen clock give the same history. `fleet` are those devices that were added by themselves.
    """

    def __init__(self, universe: Universe, send: Send, app: ASGIApp) -> None:
        """Begin without devices; they reach the universe through `send`, their websockets `app`."""
        self._universe = universe
        self._world = universe.world
        self.fleet = Fleet(universe, self)
        self._send = send
        self._websockets = Websockets(app, universe.world.clock.now, self._wake)
        self._turns: dict[Device, _Turn] = {}
        self._heap: list[tuple[Seconds, int, Device]] = []
        self._count = 0
        self._doing: Counter[str] = Counter()
        self._closed = False
        self._moving = asyncio.Lock()
        self._changed = asyncio.Event()
        self._still = asyncio.Event()
        self._still.set()

    @property
    def closed(self) -> bool:
        """Say whether nothing moves any more."""
        return self._closed or self._universe.world is not self._world

    @property
    def devices(self) -> list[Device]:
        """The devices, in the order in which they came."""
        return list(self._turns)

    @property
    def doing(self) -> dict[str, int]:
        """How many devices are at what, in their own words; counted as they change."""
        return dict(sorted((+self._doing).items()))

    def add(self, device: Device, start: Seconds) -> None:
        """Let a device run from a moment on."""
        self._plan(device, start, start)
        self.woken()

    def remove(self, device: Device) -> None:
        """Switch a device off, for good; one that is not here is left alone."""
        turn = self._turns.pop(device, None)
        if turn is not None:
            self._doing[turn.doing] -= 1
        self._websockets.leave(device)

    def woken(self) -> None:
        """Look at the clock again: call it whenever the clock has been changed."""
        self._changed.set()

    def close(self) -> None:
        """Let nothing move any more; what runs ends with its present request."""
        self._closed = True
        self._websockets.leave_all()
        self._turns.clear()
        self._heap.clear()
        self._doing.clear()
        self.woken()

    async def run_until(self, moment: Seconds) -> None:
        """Play everything up to a moment of the World's in one go, and leave the clock there.

        So that long spans play in seconds, idle devices ask for updates no more often than every
        150th of the span: that is how late they may notice one. Other requests are served
        meanwhile. Cancelled, it leaves the clock where it had come to.
        """
        async with self._moving:
            stretch = max(0.0, moment - self._world.clock.now()) / POLLS_PER_RUN
            self._relax()
            try:
                while not self.closed and (device := self._next(moment)) is not None:
                    await self._move(device, stretch)
                if not self.closed:
                    self._reach(moment)
            finally:
                self.woken()

    async def live(self) -> None:
        """Move the devices while time goes by, until the simulation is closed.

        Where time goes fast, idle devices ask less often: 500 times a second of the wall's at most.
        """
        while not self.closed:
            if self._changed.is_set():
                self._changed.clear()
                self._relax()
            if not await self._move_due() and not self.closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), self._rest())
        await self.ended()

    async def still(self) -> None:
        """Wait until the request is answered that is under way, if one is."""
        await self._still.wait()

    async def ended(self) -> None:
        """Wait until the websockets are closed of devices that were switched off."""
        await self._websockets.ended()

    async def _move_due(self) -> bool:
        """Move the device that is due first, if one is now; say whether one was."""
        clock = self._world.clock
        async with self._moving:
            device = None if self.closed else self._next(clock.now())
            if device is not None:
                await self._move(device, clock.speed * len(self._turns) / POLLS_PER_SECOND)
            return device is not None

    def _rest(self) -> Seconds | None:
        """Tell how many wall seconds nothing is due; None: until something changes."""
        due = self._due()
        clock = self._world.clock
        if due is None or not clock.speed:
            return None
        return max(0.001, (due - clock.now()) / clock.speed)

    async def _move(self, device: Device, stretch: Seconds) -> None:
        """Let a device do what it wants to until it waits; if idle, for as long as `stretch`."""
        self._still.clear()
        try:
            await self._take_turn(device, stretch)
        finally:
            self._still.set()
        await asyncio.sleep(0)  # other requests have their turn

    async def _take_turn(self, device: Device, stretch: Seconds) -> None:
        due = self._turns[device].due
        self._reach(due)
        try:
            action = device.next_action(self._now(due))
            while isinstance(action, Request):
                await self._exchange(device, action, due)
                if self.closed or device not in self._turns:
                    return
                action = device.next_action(self._now(due))
            if device.connects:
                await self._websockets.follow(device)
                if self.closed or device not in self._turns:
                    self._websockets.leave(device)
                    return
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the others go on
            _LOG.exception("a simulated device stops: %s", device.identity)
            self.remove(device)
            return
        stretched = self._now(due) + stretch if action.idle else 0.0
        if device.woken and action.idle:  # while its websocket was opened
            self._wake(device)
        else:
            self._plan(device, max(action.until, stretched), action.until)

    async def _exchange(self, device: Device, request: Request, due: Seconds) -> None:
        """Make one request of a device's."""

        def take(response: Response) -> None:
            device.receive(response, self._now(due))

        try:
            await self._send(request, take)
        except ConnectionError as error:
            device.failed(str(error), self._now(due))
        except asyncio.CancelledError:
            device.failed("the connection was closed", self._now(due))
            raise
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # the server's front answers 503 in its place
            raise asyncio.CancelledError

    def _wake(self, device: Device) -> None:
        """Ask a device again at once: a user wants something of it."""
        if device in self._turns:
            now = self._world.clock.now()
            self._plan(device, now, now)
            self.woken()

    def _plan(self, device: Device, due: Seconds, exact: Seconds) -> None:
        self._count += 1
        last = self._turns.get(device)
        if last is not None:
            self._doing[last.doing] -= 1
        self._doing[device.doing] += 1
        self._turns[device] = _Turn(due, exact, self._count, device.doing)
        heappush(self._heap, (due, self._count, device))

    def _next(self, moment: Seconds) -> Device | None:
        """Take the device that is due first, if it is by that moment."""
        due = self._due()
        return None if due is None or due > moment else heappop(self._heap)[2]

    def _due(self) -> Seconds | None:
        """Tell when the next device is due; entries of devices that are gone are dropped."""
        while self._heap:
            due, number, device = self._heap[0]
            turn = self._turns.get(device)
            if turn is not None and turn.number == number:
                return due
            heappop(self._heap)
        return None

    def _relax(self) -> None:
        """Let who was made to wait for longer ask at its own intervals again.

        Whoever was on the move when a run was cancelled has its turn once more.
        """
        now = self._world.clock.now()
        for device, turn in self._turns.items():
            if turn.due > turn.exact:
                missed = max(0.0, now - turn.exact) // device.timing.poll + (now > turn.exact)
                turn.exact += missed * device.timing.poll
                turn.due = min(turn.due, turn.exact)
        self._heap = [(turn.due, turn.number, device) for device, turn in self._turns.items()]
        heapify(self._heap)

    def _now(self, due: Seconds) -> Seconds:
        """Tell the time to a device: the clock is cut to milliseconds, a turn is not."""
        return max(due, self._world.clock.now())

    def _reach(self, moment: Seconds) -> None:
        clock = self._world.clock
        clock.advance(max(0.0, moment - clock.now()))
