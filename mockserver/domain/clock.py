"""The World's clock: the only source of time in otakit."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Seconds = float
"""Unix time, or a span of it, in seconds."""


def wall() -> Seconds:
    """Return the time outside, for what is told of requests; no World depends on it."""
    return time.time()


@dataclass(slots=True)
class Clock:
    """Tell the time of one World; runs at wall speed, faster, or stands still.

    Arguments: `speed` in World seconds per source second (0 freezes the clock); `source` gives
    the seconds that pass outside and is only read, so a test may put a counter in its place;
    `start` is the World's first moment, unless that is the source's own.
    """

    speed: float = 1.0
    source: Callable[[], Seconds] = time.time
    start: Seconds | None = None
    _origin: Seconds = field(init=False)
    _anchor: Seconds = field(init=False)

    def __post_init__(self) -> None:
        """Start at the source's own time, or another one."""
        self._anchor = self.source()
        self._origin = self._anchor if self.start is None else self.start

    def now(self) -> Seconds:
        """Return the World's time as Unix seconds, cut to milliseconds as the real server's are."""
        moment = self._origin + (self.source() - self._anchor) * self.speed
        return int(moment * 1000) / 1000

    def exactly(self) -> Seconds:
        """Return the World's time as it is before it is cut."""
        return self._origin + (self.source() - self._anchor) * self.speed

    def resume(self, moment: Seconds, speed: float) -> None:
        """Go on from a moment, an exact one, at a speed: as a World does that was put away."""
        self._origin, self._anchor, self.speed = moment, self.source(), speed

    def set_speed(self, speed: float) -> None:
        """Go on from now at another speed: 1 wall speed, 60 a minute a second, 0 frozen."""
        if speed < 0:
            message = f"the speed of a clock is 0 or more, not {speed}"
            raise ValueError(message)
        self._origin, self._anchor = self.now(), self.source()
        self.speed = speed

    def advance(self, seconds: Seconds) -> None:
        """Jump forward by so many seconds; time never runs backwards."""
        if seconds < 0:
            message = f"a clock advances by 0 or more seconds, not {seconds}"
            raise ValueError(message)
        self._origin += seconds


def rfc3339(moment: Seconds) -> str:
    """Write Unix seconds as RFC 3339 in UTC, with milliseconds: 2026-11-20T19:13:53.812Z."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def from_rfc3339(text: str) -> Seconds:
    """Read an RFC 3339 date-time with any offset as Unix seconds.

    Raises ValueError where the text is not a date-time or names no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"'{text}' has no time zone"
        raise ValueError(message)
    return moment.timestamp()
