"""A universe's simulated devices, from outside."""

from typing import Any

from msgspec import Struct

from otakit.mockserver.client.wire import Wire


class FleetState(Struct, frozen=True):
    """How many simulated devices there are, and how many of them were `added` beside a scenario's.

    `behaviours` counts those that were added by their behaviour, `doing` all by what they are at.
    """

    devices: int
    added: int
    behaviours: dict[str, int]
    doing: dict[str, int]


class Fleet:
    """The simulated devices of a universe: they live in the server, on the universe's clock."""

    def __init__(self, wire: Wire, path: str) -> None:
        """Steer the fleet at this path."""
        self._wire = wire
        self._path = path

    def add(
        self, devices: int, behaviours: dict[str, float] | None = None, **more: Any
    ) -> FleetState:
        """Add devices, which are accepted at once; return how many there are then.

        ```python
        universe.fleet.add(devices=20, behaviours={"healthy": 90, "stuck": 10}, poll=15)
        universe.clock.advance(seconds=15)  # each has woken up
        ```

        `behaviours` has the weight of each by name. More: `poll` and `inventory` in seconds,
        `pace`, `device_types`, `seed`, and `accept=False` for devices that are left pending.
        """
        body = {"devices": devices, **more}
        if behaviours is not None:
            body["behaviours"] = behaviours
        return self._wire.ask(FleetState, "POST", self._path, body)

    def state(self) -> FleetState:
        """Count them."""
        return self._wire.ask(FleetState, "GET", self._path)

    def remove(self) -> None:
        """Switch off and decommission those that were added; a scenario's stay."""
        self._wire.tell("DELETE", self._path)
