"""One universe: a tenant with a world, keys and files of its own."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol, TypedDict

from otakit.mockserver.connect_access import ConnectAccess
from otakit.mockserver.domain.clock import Seconds
from otakit.mockserver.domain.tokens import TokenRecord
from otakit.mockserver.domain.world import World
from otakit.mockserver.events import REQUEST, WORLD, Events
from otakit.mockserver.exchange import Exchange
from otakit.mockserver.faults.faults import Faults
from otakit.mockserver.journal.journal import Journal
from otakit.mockserver.links import LinkSigner
from otakit.mockserver.sockets.device_sockets import DeviceSockets
from otakit.mockserver.sockets.recordings import Recordings
from otakit.mockserver.storage import Storage
from otakit.mockserver.tokens import Side, TokenSigner


class Moving(Protocol):
    """What moves a universe's simulated devices on its clock; `Simulation` is one."""

    async def run_until(self, moment: Seconds) -> None:
        """Play everything up to a moment, and leave the clock there."""

    def woken(self) -> None:
        """Hear that the clock goes at another speed, or was turned."""

    def close(self) -> None:
        """Move nothing any more: the World that the devices lived in is gone."""


class Keys(TypedDict):
    """What a universe signs with and is known by; the same seed gives the same."""

    seed: int
    tenant_token: str
    tokens: TokenSigner
    links: LinkSigner
    connect: ConnectAccess


@dataclass(slots=True, kw_only=True)
class Universe:
    """One tenant: its world, its artifact files, and the keys that sign its tokens and links.

    Devices reach it by `tenant_token`; `email` is its first user's. Its keys come out of `seed`.
    `plan` is what it has booked now, `booked` what it began with. `connect` is what a client of
    JFrog Connect needs for the tenant's fleet. `sockets` are the live connections of its devices,
    `recordings` what their shells printed. `journal` has what was asked, `faults` what goes wrong
    on purpose, `events` who wants to hear of it; `simulation` moves simulated devices, if there are
    any.
    """

    id: str
    name: str
    email: str
    seed: int
    tenant_token: str
    booked: str
    plan: str
    world: World
    storage: Storage
    tokens: TokenSigner
    links: LinkSigner
    connect: ConnectAccess
    sockets: DeviceSockets = field(default_factory=DeviceSockets)
    recordings: Recordings = field(default_factory=Recordings)
    journal: Journal
    faults: Faults
    events: Events = field(default_factory=Events)
    simulation: Moving | None = None
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock)

    def sign(self, record: TokenRecord, side: Side) -> str:
        """Write a token for one of its devices or users."""
        return self.tokens.sign(record, side, self.plan)

    async def advance(self, seconds: Seconds) -> None:
        """Turn its clock forward; simulated devices do meanwhile what they would have done."""
        async with self._turning:  # who turns it at the same time turns it further
            clock = self.world.clock
            if self.simulation is None:
                clock.advance(seconds)
            else:
                await self.simulation.run_until(clock.now() + seconds)

    def set_speed(self, speed: float) -> None:
        """Let its clock go on at another speed."""
        self.world.clock.set_speed(speed)
        if self.simulation is not None:
            self.simulation.woken()

    def record(self, exchange: Exchange) -> None:
        """Write a request into the journal, and tell of it."""
        entry = self.journal.add(exchange, self.world.clock.now())
        if self.events:
            self.events.publish(REQUEST, entry.summary())

    def install(self, world: World) -> None:
        """Put another world in place of this one: what hung on it ends."""
        self.sockets.close_all()
        self.recordings.clear()
        self.stop_simulation()
        self.faults.clear()
        self.journal.clear()
        self.world = world
        self.events.publish(WORLD, {})

    def close(self) -> None:
        """End all that is open or goes on by itself: the universe goes."""
        self.sockets.close_all()
        self.events.close()
        self.stop_simulation()
        self.journal.close()

    def stop_simulation(self) -> None:
        """Let its simulated devices stand still for good."""
        if self.simulation is not None:
            self.simulation.close()
            self.simulation = None
