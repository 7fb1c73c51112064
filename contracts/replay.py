"""Replay: a capsule's steps are done again, at any server, to see whether that still differs."""

from dataclasses import dataclass

from otakit.contracts.bench import Bench
from otakit.contracts.capsule import Capsule
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.ledger import Cleaned
from otakit.contracts.linearisability import run_race
from otakit.contracts.races import Race
from otakit.contracts.session import Session

RACED = 30
"""How often what is done at the same time is done again: who wins is a matter of chance."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What came of a capsule: a failure if the server still differs, and all requests."""

    failure: Failure | None
    exchanges: tuple[Exchange, ...]
    cleaned: Cleaned


def replay(capsule: Capsule, session: Session) -> Replayed:
    """Do a capsule's steps again; raises TargetUnreachable, and NotReached before a race."""
    bench = Bench(session)
    failure: Failure | None = None
    exchanges: tuple[Exchange, ...] = ()
    try:
        if not capsule.lanes:
            run = bench.run(capsule.steps, capsule.id.partition("-")[2])
            failure, exchanges = run.difference, run.exchanges
        for number in range(RACED if capsule.lanes else 0):
            race = Race(
                name=capsule.id, sentence=capsule.title, before=capsule.steps, lanes=capsule.lanes
            )
            failure, seen = run_race(bench, race, number)
            exchanges = tuple(seen)
            if failure is not None:
                break
    finally:
        bench.clear()
    return Replayed(failure=failure, exchanges=exchanges, cleaned=bench.cleaned)
