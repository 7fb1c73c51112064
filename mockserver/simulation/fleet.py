"""The simulated devices that are added to a universe, besides its scenario's, and taken away."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import msgspec

from otakit.fixtures.behaviours import assign, behaviour, names
from otakit.fixtures.device import Device, Timing
from otakit.fixtures.device_requests import Seconds
from otakit.fixtures.fleet.members import Member, Members
from otakit.fixtures.fleet.plan import FleetPlan
from otakit.mockserver.domain.admission import MAX_DEVICES, UNLIMITED
from otakit.mockserver.domain.device import ACCEPTED, AuthSet
from otakit.mockserver.domain.device import Device as Known
from otakit.mockserver.domain.errors import Conflict, Invalid, Unauthorized, Unprocessable
from otakit.mockserver.universe import Universe
from otakit.specs.catalogue import NAMES

if TYPE_CHECKING:
    from otakit.mockserver.simulation.simulation import Simulation

__all__ = ["Fleet", "FleetWish", "Told", "check_edition"]

RETRY: Seconds = 15.0
"""How often a device at most asks whether it is let in by now."""

SLICE = 100
"""So many devices are worked on while other requests wait."""

Told = Callable[[int, int], None]
"""Hears how many devices have been made, of how many."""


class FleetWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which devices are to be added, in the words of the control API.

    `behaviours` has the share of each by name. All chance comes from `seed`: without one, from the
    universe's, and each addition's is another. Who is not to `accept` leaves them pending.
    """

    devices: int
    behaviours: Mapping[str, float] = msgspec.field(default_factory=lambda: {"healthy": 1.0})
    poll: Seconds = 30.0
    inventory: Seconds = 600.0
    pace: float = 1.0
    device_types: tuple[str, ...] = ("raspberrypi4",)
    seed: int | None = None
    accept: bool = True

    def check(self) -> None:
        """Raise Invalid for behaviours that are neither shipped nor installed.

        So no request makes the server import whatever it names.
        """
        known = names()
        for name in self.behaviours:
            if name not in known:
                message = f"behaviours: '{name:.80}' is none of {', '.join(known)}"
                raise Invalid(message)
            try:
                behaviour(name)
            except ValueError as error:
                raise Invalid(str(error)) from None
        if not any(self.behaviours.values()):
            message = "behaviours: none of them has a weight above 0"
            raise Invalid(message)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A device that has been made, and that its server does not know yet."""

    member: Member
    device: Device
    pubkey: str


def check_edition(edition: str) -> None:
    """Raise Unprocessable where a server has nothing that its devices could ask."""
    if not any(name.startswith("mender/devices/") for name in NAMES[edition]):
        message = f"devices: edition '{edition}' has no API for Mender devices"
        raise Unprocessable(message)


class Fleet:
    """Those that were added to one simulation; they go with it."""

    def __init__(self, universe: Universe, simulation: "Simulation") -> None:
        """Begin without any."""
        self._universe = universe
        self._world = universe.world
        self._simulation = simulation
        self._members: list[Member] = []
        self._additions = 0

    def shown(self) -> dict[str, Any]:
        """Count the simulated devices, a scenario's too: by behaviour those added, all by doing."""
        doing = self._simulation.doing
        behaviours = Counter(member.behaviour_name for member in self._members)
        return {
            "devices": sum(doing.values()),
            "added": len(self._members),
            "behaviours": dict(sorted(behaviours.items())),
            "doing": doing,
        }

    async def add(self, wish: FleetWish) -> None:
        """Add devices while other requests are served.

        Raises Unprocessable where the server does not let so many in, and Conflict where the world
        was replaced meanwhile; then nothing has changed.
        """
        limit = self._world.admission.limit
        if wish.accept and wish.devices > limit != UNLIMITED:
            message = f"devices: {wish.devices} cannot be accepted: at most {limit} can"
            raise Unprocessable(message)
        made = await anyio.to_thread.run_sync(self.make, wish)
        self._check_world()
        for _ in self.switch_on(wish, made):
            if limit == UNLIMITED:  # with a limit, nobody else may take the room meanwhile
                await asyncio.sleep(0)
                self._check_world()

    def make(self, wish: FleetWish, told: Told = lambda *_: None) -> list[Newcomer]:
        """Make the devices that are wished for; nobody knows of them yet."""
        self._additions += 1
        seed = self._universe.seed + self._additions if wish.seed is None else wish.seed
        plan = FleetPlan(
            run=f"simulated-{self._additions}",
            devices=wish.devices,
            seed=seed,
            device_types=wish.device_types,
            timing=Timing(poll=wish.poll, inventory=wish.inventory, retry=RETRY, pace=wish.pace),
            connects=True,
        )
        dealt = assign(wish.behaviours, wish.devices, seed)
        kinds = {name: behaviour(name) for name in set(dealt)}
        behaviours = [(name, kinds[name]) for name in dealt]
        members = Members(plan, behaviours, self._universe.tenant_token)
        made = []
        for member in members.all:
            pubkey = members.key(member).public_pem
            made.append(Newcomer(member, members.switch_on(member), pubkey))
            if not len(made) % SLICE:
                told(len(made), wish.devices)
        return made

    def switch_on(self, wish: FleetWish, made: list[Newcomer]) -> Iterator[None]:
        """Let devices ask to be let in, and let them in, in slices; each wakes up within a poll.

        Raises Unprocessable where there is no room for all of them; then nothing has changed.
        """
        self._check_room(wish, made)
        for done, each in enumerate(made, 1):
            with suppress(Unauthorized):
                self._world.authenticate_device(each.device.identity, each.pubkey)
            known, auth_set = self._known(each)
            if known is not None and auth_set is not None and wish.accept and each.member.joins:
                self._world.admission.set_status(known.id, auth_set.id, ACCEPTED)
            awake = self._world.clock.now() + each.device.rng.uniform(0.0, wish.poll)
            self._simulation.add(each.device, awake)
            self._members.append(each.member)
            if not done % SLICE:
                yield

    async def remove(self) -> None:
        """Switch all off that were added, and decommission them."""
        gone = [member.device for member in self._members if member.device is not None]
        self._members.clear()
        for device in gone:
            self._simulation.remove(device)
        await self._simulation.still()  # or else who is asking just now would come back
        for done, device in enumerate(gone, 1):
            if self._simulation.closed:
                return
            known = self._world.devices.with_identity(device.identity)
            if known is not None:  # not removed by a user, nor with who shares its identity
                self._world.decommission_device(known.id)
                self._universe.sockets.recheck(self._world, known.id)
            if not done % SLICE:
                await asyncio.sleep(0)

    def _check_world(self) -> None:
        """Raise Conflict where the devices' world is gone."""
        if self._simulation.closed:
            message = "the universe has got another world meanwhile: no devices were added"
            raise Conflict(message)

    def _check_room(self, wish: FleetWish, made: list[Newcomer]) -> None:
        """Raise Unprocessable where not all fit; devices of a restored world may be in already."""
        devices, limit = self._world.devices, self._world.admission.limit
        if devices.count() + len(made) > MAX_DEVICES:
            message = f"devices: there are at most {MAX_DEVICES}, and {devices.count()} already"
            raise Unprocessable(message)
        if limit == UNLIMITED or not wish.accept:
            return
        joining = (self._known(each)[1] for each in made if each.member.joins)
        more = sum(auth_set is None or auth_set.status != ACCEPTED for auth_set in joining)
        accepted = devices.count(ACCEPTED)
        if accepted + more > limit:
            message = f"devices: {more} more cannot be accepted: {accepted} of at most {limit} are"
            raise Unprocessable(message)

    def _known(self, each: Newcomer) -> tuple[Known | None, AuthSet | None]:
        """Return what the server knows of a device, and of it with its key."""
        known = self._world.devices.with_identity(each.device.identity)
        sets = known.auth_sets.values() if known is not None else ()
        return known, next((one for one in sets if one.pubkey == each.pubkey), None)
