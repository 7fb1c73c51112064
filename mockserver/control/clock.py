"""The control API's clock: read, frozen, turned forward, made to go faster."""

from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.domain.clock import from_rfc3339, rfc3339
from otakit.mockserver.domain.errors import Conflict
from otakit.mockserver.events import CLOCK
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.universe import Universe

_LAST = from_rfc3339("9000-01-01T00:00:00Z")
"""Time enough for all that lasts from then on: years have four digits."""


@operation("getClock")
def get_clock(call: Call) -> Answer:
    """Read the clock."""
    return json_answer(clock_json(call.universe))


@operation("setClockSpeed")
def set_clock_speed(call: Call) -> Answer:
    """Freeze the clock, or let it go at another speed."""
    call.universe.set_speed(call.body["speed"])
    return _turned(call.universe)


@operation("advanceClock")
async def advance_clock(call: Call) -> Answer:
    """Turn the clock forward; raises Conflict for a moment that is past."""
    seconds = call.body.get("seconds")
    if seconds is None:
        seconds = from_rfc3339(call.body["to"]) - call.world.clock.now()
    if seconds < 0:
        message = f"to: {call.body['to']} is past: time never runs backwards"
        raise Conflict(message)
    if call.world.clock.now() + seconds > _LAST:
        message = f"{rfc3339(_LAST)} is as far as a clock can be turned; this would go beyond"
        raise Conflict(message)
    await call.universe.advance(seconds)
    return _turned(call.universe)


def clock_json(universe: Universe) -> dict[str, str | float]:
    """Show a universe's clock."""
    clock = universe.world.clock
    return {"now": rfc3339(clock.now()), "speed": clock.speed}


def _turned(universe: Universe) -> Answer:
    shown = clock_json(universe)
    universe.events.publish(CLOCK, shown)
    return json_answer(shown)
