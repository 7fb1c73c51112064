"""The bench: where trials are set up at a target, again and again, and cleared away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from otakit.contracts.acts.step import Step
from otakit.contracts.backend import Backend
from otakit.contracts.caller import in_path
from otakit.contracts.exchange import Exchange
from otakit.contracts.ground import Ground
from otakit.contracts.ledger import Cleaned
from otakit.contracts.session import Session
from otakit.contracts.signing_device import DEVICES
from otakit.contracts.trial import Difference, Trial
from otakit.mockserver.domain.clock import Clock, from_rfc3339, wall

_OK = 200


@dataclass(frozen=True, kw_only=True)
class Run:
    """One whole sequence that was done: where it differed, if it did, and all its requests."""

    difference: Difference | None
    exchanges: tuple[Exchange, ...]


class Bench:
    """Trials at one target, each with things of its own, which are gone afterwards.

    `known` are observations that are known to differ: nobody waits for them.
    """

    def __init__(self, session: Session) -> None:
        """Make ready; nothing is sent yet."""
        self.session = session
        self.cleaned = Cleaned()
        self.known: set[str] = set()
        self.seen: set[str] = set()
        self.patience: float | None = None
        self.current: Backend | None = None
        self._clock: Clock | None = None

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Set up a trial, and clear it away."""
        backend = self.current = Backend(self.session)
        since = len(self.session.exchanges)
        ground = Ground(
            prefix=backend.name("seq"),
            dialect=self.session.documents.dialect,
            edition=self.session.documents.edition,
            clock=self._target_clock(backend),
        )
        trial = Trial(backend, ground, self._patience_for)
        yield trial
        self.seen |= trial.seen
        self.clear()
        self.session.thin_out(since)

    def run(self, steps: Sequence[Step], focus: str = "") -> Run:
        """Do a whole sequence; where it has a focus, that observation is looked for."""
        difference = None
        with self.trial() as trial:
            trial.focus = focus
            try:
                trial.run(steps)
            except Difference as found:
                difference = found
            exchanges = tuple(trial.hands.backend.exchanges)
        return Run(difference=difference, exchanges=exchanges)

    def clear(self) -> None:
        """Remove what the current trial has made."""
        backend, self.current = self.current, None
        if backend is not None:
            self.cleaned.add(backend.ledger.clear(backend.management))

    def _patience_for(self, observation: str) -> float | None:
        return 0.0 if observation in self.known else self.patience

    def _target_clock(self, backend: Backend) -> Clock:
        """Return a clock that goes like the target's, as far as a new device shows its time."""
        if self._clock is None:
            self._clock = Clock(start=_time_of(backend))
        return self._clock


def _time_of(backend: Backend) -> float:
    device = backend.new_device()
    if device.preauthorize().headers.get("Location"):
        shown = backend.management.get(f"{DEVICES}/{in_path(device.id)}")
        try:
            return from_rfc3339(str(shown.json()["created_ts"]))
        except (LookupError, TypeError, ValueError):
            pass
    return wall()
