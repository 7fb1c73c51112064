"""The simulated devices that `otakit serve` begins with: `--fleet` and `--fleet-behaviour`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from otakit.cli.worlds import MANY, progress

if TYPE_CHECKING:
    from otakit.mockserver.app import MockServer
    from otakit.mockserver.simulation.fleet import FleetWish


def first_fleet(
    devices: int | None, behaviours: Mapping[str, float] | None, edition: str
) -> "FleetWish | None":
    """Read what the options ask for; None where that is no fleet.

    Raises ClickException for options that do not go together.
    """
    if devices is None:
        if behaviours is not None:
            message = "--fleet-behaviour: there is nobody to behave so: --fleet says how many"
            raise click.ClickException(message)
        return None
    from otakit.mockserver.domain.errors import Unprocessable
    from otakit.mockserver.simulation.fleet import FleetWish, check_edition

    try:
        check_edition(edition)
    except Unprocessable as error:
        message = f"--fleet: {error.message}"
        raise click.ClickException(message) from None
    return FleetWish(devices=devices, behaviours=behaviours or {"healthy": 1.0})


def switch_on(wish: "FleetWish", server: "MockServer") -> str:
    """Add the devices to the unnamed universe, and say in words which; raises ClickException."""
    from otakit.mockserver.domain.errors import Unprocessable

    state = server.state
    fleet = state.simulations.of(state.universes.default).fleet
    try:
        if wish.devices < MANY:
            made = fleet.make(wish)
        else:
            with progress() as told:
                made = fleet.make(wish, told)
        for _ in fleet.switch_on(wish, made):
            pass
    except Unprocessable as error:
        message = f"--fleet: {error.message}"
        raise click.ClickException(message) from None
    counts = fleet.shown()["behaviours"]
    kinds = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{wish.devices} simulated devices: {kinds}"
