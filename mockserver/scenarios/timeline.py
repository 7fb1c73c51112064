"""The past of a world, played: what happened, in the order of time, on a clock of its own."""

from collections.abc import Callable
from heapq import heappop, heappush

from otakit.mockserver.domain.clock import Clock, Seconds

Act = Callable[[], object]


class Timeline:
    """What is to happen to a world until now."""

    def __init__(self, clock: Clock, now: Seconds) -> None:
        """Play on this clock, which stands still, until `now`."""
        self.now = now
        self._clock = clock
        self._heap: list[tuple[Seconds, int, Act]] = []
        self._count = 0

    def at(self, moment: Seconds, act: Act) -> None:
        """Let something happen at a moment, what was said first before the rest.

        What is past is done as soon as it can be; what is after now does not happen.
        """
        self._count += 1
        heappush(self._heap, (moment, self._count, act))

    def after(self, seconds: Seconds, act: Act) -> None:
        """Let something happen in so many seconds."""
        self.at(self._clock.now() + seconds, act)

    def play(self) -> None:
        """Let all of it happen, and leave the clock at now."""
        while self._heap and self._heap[0][0] <= self.now:
            moment, _, act = heappop(self._heap)
            self._reach(moment)
            act()
        self._reach(self.now)

    def _reach(self, moment: Seconds) -> None:
        self._clock.advance(max(0.0, moment - self._clock.now()))
