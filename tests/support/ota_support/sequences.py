"""Searches of the sequences phase, in the test's own process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

from ota_support.checks import target
from otakit.contracts.acts import load
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.bench import Bench
from otakit.contracts.documents import Documents
from otakit.contracts.profiles import PROFILES
from otakit.contracts.sequences import Budget, Search
from otakit.contracts.session import Session
from otakit.contracts.trial import Trial

_numbers = count(1)
_documents = cache(Documents)


@contextmanager
def session_at(
    url: str, *, dialect: str = "documented", profile: str = "mender-enterprise", **more: object
) -> Iterator[Session]:
    """Give a session with a name that no other one has had at any server."""
    claimed = PROFILES[profile]
    documents = _documents(claimed.edition, dialect)
    session = Session(target(url, **more), claimed, documents, f"otakit-seq{next(_numbers)}")
    try:
        yield session
    finally:
        session.close()


@contextmanager
def search_at(  # noqa: PLR0913 - what a search depends on
    url: str,
    *,
    dialect: str = "documented",
    profile: str = "mender-enterprise",
    seed: int = 1,
    sequences: int = 8,
    acts: int = 10,
    patience: float = 1.0,
) -> Iterator[Search]:
    """Give a short search for whatever differs."""
    budget = Budget(sequences=sequences, acts=acts, seconds=600.0)
    with session_at(url, dialect=dialect, profile=profile, patience=patience) as session:
        yield Search(session, wanted=set(load()), budget=budget, seed=seed)


def tour_of(url: str, *, dialect: str = "documented") -> Trial:
    """Do the tour at a server, and return the trial."""
    with session_at(url, dialect=dialect) as session, Bench(session).trial() as trial:
        trial.run(TOUR)
    return trial
