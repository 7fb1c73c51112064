"""Linearisability: what is done at the same time has to look as if one thing came after the other.

    before, step by step → lanes, each in a thread → look at everything → which order explains it?

An order explains a race if the oracle, to which the steps are done in that order, gives the answers
that the target gave, and shows in the end what the target shows. What was answered before something
else was asked comes before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Barrier, Thread
from typing import Any

from otakit.contracts.acts.step import Step
from otakit.contracts.bench import Bench
from otakit.contracts.comparison import Gap, gap
from otakit.contracts.errors import NoAnswer
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.hands import Hands
from otakit.contracts.latitude import latitude_of
from otakit.contracts.oracle import NOTHING, Expected, Oracle
from otakit.contracts.outcomes import NotReached
from otakit.contracts.races import Race
from otakit.contracts.trial import MALFORMED, Difference, Trial, looks_of

_UNAUTHORIZED = 401


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step of a race with its answer; `began` and `ended` tell when."""

    lane: int
    step: Step
    answer: Exchange | None
    silence: str
    began: float
    ended: float

    def __str__(self) -> str:
        """Say what was done and answered."""
        return f"{self.step} → {self.answer.status if self.answer else self.silence}"


@dataclass(frozen=True, kw_only=True)
class Unexplained:
    """How far the order gets that explains most: what differs then."""

    gap: Gap
    step: Step
    depth: int
    in_the_end: bool


def run_race(bench: Bench, race: Race, first: int = 0) -> tuple[Failure | None, list[Exchange]]:
    """Run a race once, the lane of a number first; return what no order explains, if anything.

    Raises NotReached where it does not come to the race, and TargetUnreachable.
    """
    with bench.trial() as trial:
        try:
            for step in race.before:
                trial.perform(step)
        except Difference as difference:
            message = f"it needs '{difference.step}', but {difference}"
            raise NotReached(message) from difference
        events = _at_the_same_time(trial, race.lanes, first)
        failure = _judged(trial, race, events)
        return failure, list(trial.hands.backend.exchanges)


def _at_the_same_time(trial: Trial, lanes: Sequence[Sequence[Step]], first: int) -> list[Event]:
    """Do each lane in a thread of its own; raises TargetUnreachable, and whatever else ends one."""
    events: list[Event] = []
    ended: list[BaseException] = []
    start = Barrier(len(lanes))
    now = trial.now

    def go(number: int) -> None:
        start.wait()
        for step in lanes[number]:
            began, answer, silence = now(), None, ""
            try:
                answer = step.send(trial.hands)
            except NoAnswer as error:
                silence = str(error)
            except BaseException as error:  # noqa: BLE001 - raised behind, where it is heard
                ended.append(error)
                return
            event = Event(
                lane=number, step=step, answer=answer, silence=silence, began=began, ended=now()
            )
            events.append(event)

    order = [(first + place) % len(lanes) for place in range(len(lanes))]
    threads = [Thread(target=go, args=(number,), daemon=True) for number in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if ended:
        raise ended[0]
    return sorted(events, key=lambda event: event.began)


def _judged(trial: Trial, race: Race, events: list[Event]) -> Failure | None:
    """Look for an order that explains all answers, and what is seen in the end."""
    silent = next((event for event in events if event.answer is None), None)
    if silent is not None:
        return Failure(title=race.sentence, expected="an answer", actual=silent.silence)
    for event in events:
        assert event.answer is not None  # noqa: S101 - looked for above
        try:
            event.step.learn(trial.hands, event.answer)
        except (NotReached, *MALFORMED) as error:
            return _failure(race, events, f"{event.step}: {error}", event.answer)

    def judge() -> None:
        unexplained = Explanation(trial, race.before, events).missing()
        if unexplained is not None:
            raise _Unexplained(unexplained)

    try:
        judge()
    except _Unexplained as failure:
        acts = {step.name for step in race.before} | {event.step.name for event in events}
        found = failure.what
        try:
            if not found.in_the_end or not latitude_of(found.step.name).is_late(
                acts, found.gap.where
            ):
                raise
            trial.hands.backend.eventually(judge)
        except _Unexplained as left:
            found = left.what
            place = f", '{found.gap.where}'" if found.gap.where else ""
            told = f"{found.step}{place}: {found.gap.actual} instead of {found.gap.expected}"
            return _failure(race, events, told, events[-1].answer)
    return None


class _Unexplained(Failure):
    def __init__(self, what: Unexplained) -> None:
        super().__init__(title="", expected=what.gap.expected, actual=what.gap.actual)
        self.what = what


def _failure(race: Race, events: Sequence[Event], told: str, answer: Exchange | None) -> Failure:
    return Failure(
        title=race.sentence,
        expected="answers that the steps give in some order, one after the other",
        actual=f"{'; '.join(map(str, events))}; then, in the order that explains most, {told}",
        exchange=answer,
    )


class Explanation:
    """The search for an order of events that the oracle agrees with."""

    def __init__(self, trial: Trial, before: Sequence[Step], events: Sequence[Event]) -> None:
        """Look at the target no sooner than an order needs it."""
        self._hands: Hands = trial.hands
        self._ground = trial.oracle.ground
        self._words = trial.words
        self._before = before
        self._events = events
        self._seen: dict[Step, Exchange] = {}

    def missing(self) -> Unexplained | None:
        """Return how far the best order gets, or None if one explains everything."""
        best: Unexplained | None = None
        for order in orders(self._events):
            found = self._tried(order)
            if found is None:
                return None
            if best is None or found.depth > best.depth:
                best = found
        return best

    def _tried(self, order: Sequence[Event]) -> Unexplained | None:
        oracle = Oracle(self._ground)
        for step in self._before:
            if step.possible(oracle):
                step.expect(oracle)
        depth = count()
        for place, event in enumerate(order):
            assert event.answer is not None  # noqa: S101 - silence was judged before
            expected = event.step.expect(oracle)
            found = self._gap(event.step, expected, event.answer, oracle)
            beside = any(not _comes_before(other, event) for other in order[:place])
            if found is not None and expected.status == _UNAUTHORIZED and beside:
                found = self._let_through(event, oracle)
            if found is not None:
                return Unexplained(gap=found, step=event.step, depth=next(depth), in_the_end=False)
            next(depth)
        for look in looks_of(oracle):
            if look.possible(oracle):
                found = self._gap(look, look.expect(oracle), self._look(look), oracle)
                if found is not None:
                    return Unexplained(gap=found, step=look, depth=next(depth), in_the_end=True)
                next(depth)
        return None

    def _let_through(self, event: Event, oracle: Oracle) -> Gap | None:
        """Compare as if the device's token had been looked at before what came in between.

        No document says that a token is still good when the request is carried out.
        """
        assert event.answer is not None  # noqa: S101 - silence was judged before
        oracle.let_through = set(oracle.tokens)
        expected = event.step.expect(oracle)
        oracle.let_through = set()
        return self._gap(event.step, expected, event.answer, oracle)

    def _look(self, look: Step) -> Exchange:
        if look not in self._seen:
            self._seen[look] = look.send(self._hands)
        return self._seen[look]

    def _gap(self, step: Step, expected: Expected, answer: Exchange, oracle: Oracle) -> Gap | None:
        body: Any = None
        expected = self._words.told(step, expected)
        if expected.body != NOTHING and answer.status == expected.status:
            try:
                body = step.read(self._hands, answer)
            except MALFORMED as error:
                return Gap(where="body", expected="the documented form", actual=str(error))
        wanted = Expected(status=expected.status, body=oracle.labels.labelled(expected.body))
        return gap(wanted, answer.status, body, latitude_of(step.name))


def orders(events: Sequence[Event]) -> Iterator[tuple[Event, ...]]:
    """Go through all orders in which events may have come, as far as their times tell."""
    if not events:
        yield ()
    for event in events:
        rest = [other for other in events if other is not event]
        if not any(_comes_before(other, event) for other in rest):
            for behind in orders(rest):
                yield (event, *behind)


def _comes_before(one: Event, other: Event) -> bool:
    return one.ended < other.began or (one.lane == other.lane and one.began < other.began)
