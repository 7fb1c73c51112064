"""One universe, from outside."""

from typing import Any

from msgspec import Struct

from otakit.mockserver.client.clock import Clock
from otakit.mockserver.client.connect import Connect, ConnectAccess
from otakit.mockserver.client.events import Events
from otakit.mockserver.client.faults import Faults
from otakit.mockserver.client.fleet import Fleet
from otakit.mockserver.client.journal import Journal
from otakit.mockserver.client.wire import Wire, below, query


class UniverseState(Struct, frozen=True):
    """What a universe shows of itself."""

    id: str
    name: str
    plan: str
    tenant_token: str
    email: str


class NewUniverseState(UniverseState, frozen=True):
    """What only the maker of one is shown."""

    password: str
    token: str
    connect: ConnectAccess


class LoadedScenario(Struct, frozen=True):
    """What a universe has once a scenario was loaded."""

    title: str
    devices: int
    accepted: int
    simulated: int
    artifacts: int
    deployments: int


class Universe:
    """A universe: a tenant and all that steers it.

    `url` is the server's, which is the base of all its APIs. Users log in with `email`; devices
    name `tenant_token`.
    """

    def __init__(self, wire: Wire, shown: UniverseState) -> None:
        """Steer this universe."""
        self._wire = wire
        self._path = below("universes", shown.id)
        self.url = wire.url
        self.id = shown.id
        self.name = shown.name
        self.email = shown.email
        self.tenant_token = shown.tenant_token
        self.clock = Clock(wire, f"{self._path}/clock")
        self.faults = Faults(wire, f"{self._path}/faults")
        self.journal = Journal(wire, f"{self._path}/journal")
        self.fleet = Fleet(wire, f"{self._path}/fleet")
        self.connect = Connect(wire, f"{self._path}/connect")

    def __repr__(self) -> str:
        """Name it."""
        return f"<{type(self).__name__} {self.id} {self.name!r} at {self.url}>"

    @property
    def plan(self) -> str:
        """What it has booked: os, professional or enterprise; may be set."""
        return str(self._wire.ask(dict[str, str], "GET", f"{self._path}/plan")["plan"])

    @plan.setter
    def plan(self, plan: str) -> None:
        self._wire.tell("PUT", f"{self._path}/plan", {"plan": plan})

    def reset(self) -> None:
        """Drop all of it but its first user, whose tokens stay good."""
        self._wire.tell("POST", f"{self._path}/reset")

    def delete(self) -> None:
        """Remove it and all that is in it."""
        self._wire.tell("DELETE", self._path)

    def load_scenario(self, name: str = "", *, definition: str = "") -> LoadedScenario:
        """Put a scenario in place of what it has: one that otakit brings, or the text of another.

        ```python
        universe.load_scenario("small-fleet")
        universe.load_scenario(definition=Path("ours.yaml").read_text())
        ```
        """
        wish = {"definition": definition} if definition else {"name": name}
        return self._wire.ask(LoadedScenario, "POST", f"{self._path}/scenario", wish)

    def snapshot(self) -> bytes:
        """Return all that it holds as JSON, artifacts included; meant to be kept, not edited."""
        return self._wire.send("GET", f"{self._path}/snapshot")

    def restore(self, snapshot: bytes) -> None:
        """Let it be what it was, or what another was, when the snapshot was taken."""
        self._wire.send("PUT", f"{self._path}/snapshot", snapshot)

    def overview(self, **bounds: int | str) -> dict[str, Any]:
        """Return it at a glance, as the dashboard shows it: counts, devices, deployments.

        `devices` and `deployments` say how many are listed, `device_status` which.
        """
        path = f"{self._path}/overview{query(bounds)}"
        return self._wire.ask(dict[str, Any], "GET", path)

    def events(self) -> Events:
        """Listen to what happens in it, from now on.

        ```python
        with universe.events() as events:
            universe.clock.freeze()
            print(next(events), next(events))  # or: for event in events
        ```
        """
        return Events(self._wire, f"{self._path}/events")


class NewUniverse(Universe):
    """A universe as its maker gets it: with its user's `password` and a management `token`."""

    def __init__(self, wire: Wire, shown: NewUniverseState) -> None:
        """Steer this universe."""
        super().__init__(wire, shown)
        self.password = shown.password
        self.token = shown.token
