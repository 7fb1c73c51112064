"""Runs of the conformance suite, in the test's own process."""

from functools import cache
from itertools import count
from typing import Any

from ota_support.connect_project import prepared
from ota_support.server import EMAIL, PASSWORD
from otakit.contracts.choice import Choice
from otakit.contracts.documents import Documents
from otakit.contracts.events import Event, RuleFinished
from otakit.contracts.phases import PHASES
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load
from otakit.contracts.runner import Run
from otakit.contracts.session import Session
from otakit.contracts.target import Target
from otakit.contracts.verdicts import Result

RUN = "otakit-test"
documents = cache(Documents)
_numbers = count(1)


def target(url: str, **more: Any) -> Target:
    """Return a server as a target that waits for nothing long."""
    login = {"email": EMAIL, "password": PASSWORD}
    return Target(**{"url": url, "patience": 1.0, **login, **more})


def events(url: str, *ids: str, profile: str = "mender-enterprise") -> list[Event]:
    """Run the rules of these ids, or all, and return all that the run tells.

    Sequences and races are run where they are named, until all of them have failed.
    """
    claimed = PROFILES[profile]
    mine = documents(claimed.edition)
    choice = Choice(claimed, mine, load())
    rules = choice.rules(PHASES, ids, (), None)
    others = choice.phases(PHASES if ids else (), ids, (), effort="thorough", seed=1)
    to = target(url, **(prepared(url) if profile == "jfrog-connect" else {}))
    session = Session(to, claimed, mine, f"{RUN}{next(_numbers)}")
    with Run(session, rules, phases=others, effort="thorough") as run:
        return list(run.events())


def check(url: str, *ids: str, profile: str = "mender-enterprise") -> dict[str, Result]:
    """Run the rules of these ids, or all, and return what became of each, by id."""
    told = events(url, *ids, profile=profile)
    return {e.result.rule.id: e.result for e in told if isinstance(e, RuleFinished)}
