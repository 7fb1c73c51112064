"""The control API's fleet: simulated devices that live in the server, added and taken away."""

from msgspec import convert

from otakit.mockserver.answers import CREATED, Answer, empty, json_answer
from otakit.mockserver.events import FLEET
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.simulation.fleet import FleetWish, check_edition


@operation("getFleet")
def get_fleet(call: Call) -> Answer:
    """Count the simulated devices."""
    return json_answer(call.server.simulations.of(call.universe).fleet.shown())


@operation("addFleet")
async def add_fleet(call: Call) -> Answer:
    """Add simulated devices."""
    wish = convert(call.body, FleetWish)
    wish.check()
    check_edition(call.server.settings.edition)
    fleet = call.server.simulations.of(call.universe).fleet
    await fleet.add(wish)
    shown = fleet.shown()
    call.universe.events.publish(FLEET, shown)
    return json_answer(shown, CREATED)


@operation("removeFleet")
async def remove_fleet(call: Call) -> Answer:
    """Switch off what was added, and decommission it."""
    fleet = call.server.simulations.of(call.universe).fleet
    await fleet.remove()
    call.universe.events.publish(FLEET, fleet.shown())
    return empty()
