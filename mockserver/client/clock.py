"""A universe's clock, from outside."""

from datetime import datetime, timedelta

from msgspec import Struct

from otakit.mockserver.client.wire import Wire

FROZEN = 0.0


class ClockState(Struct, frozen=True):
    """What a clock shows: the universe's time, and its seconds in one of the wall's."""

    now: datetime
    speed: float


class Clock:
    """The clock of a universe: over tokens, links, phases, faults and simulated devices."""

    def __init__(self, wire: Wire, path: str) -> None:
        """Steer the clock at this path."""
        self._wire = wire
        self._path = path

    def read(self) -> ClockState:
        """Return time and speed at one moment."""
        return self._wire.ask(ClockState, "GET", self._path)

    @property
    def now(self) -> datetime:
        """The universe's time."""
        return self.read().now

    @property
    def speed(self) -> float:
        """Seconds of the universe in one of the wall's: 1 at first, 0 is frozen."""
        return self.read().speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._wire.tell("PUT", self._path, {"speed": speed})

    def freeze(self) -> datetime:
        """Let time stand still, and return where it does."""
        return self._wire.ask(ClockState, "PUT", self._path, {"speed": FROZEN}).now

    def advance(  # noqa: PLR0913 - a span's units
        self,
        by: timedelta = timedelta(),
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        to: datetime | None = None,
    ) -> datetime:
        """Turn the clock forward by a span, or to a moment; return the time that it is then.

        Simulated devices do meanwhile what they would have done. Raises ValueError for both at
        once and for a moment without a time zone, ControlError for one that is past.
        """
        span = by + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        turn: dict[str, float | str] = {"seconds": span.total_seconds()}
        if to is not None:
            if span:
                message = "advance takes a span or `to`, not both"
                raise ValueError(message)
            if to.tzinfo is None:
                message = f"to={to} has no time zone: say datetime(..., tzinfo=UTC)"
                raise ValueError(message)
            turn = {"to": to.isoformat()}
        return self._wire.ask(ClockState, "POST", f"{self._path}/advance", turn).now
