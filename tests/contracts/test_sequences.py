"""Random sequences: the mock agrees with the oracle, whatever the dialect, seed and plan."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from ota_support.checks import documents
from ota_support.depth import examples
from ota_support.sequences import search_at, tour_of
from otakit.contracts.acts import load
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.choice import Choice
from otakit.contracts.concurrency_phase import race_rules
from otakit.contracts.events import RuleFinished
from otakit.contracts.ledger import found
from otakit.contracts.observations import observation_rules
from otakit.contracts.profiles import PROFILES
from otakit.contracts.rules import load as load_rules
from otakit.contracts.verdicts import Verdict

STEPS = load()
RACES_OF = {"mender-1": 14, "mender-2": 15}
"""Of 16: one has retries, one phases."""


@pytest.mark.parametrize(
    ("profile", "dialect", "seed"),
    [
        ("mender-enterprise", "documented", 1),
        ("mender-enterprise", "as-built", 2),
        ("mender-1", "documented", 3),
        ("mender-2", "documented", 4),
    ],
)
def test_mock_agrees_with_the_oracle(
    profile: str, dialect: str, seed: int, edition_server: Callable[[str, str], Any]
) -> None:
    """Nothing is found, everything is compared, and nothing is left behind."""
    server = edition_server(PROFILES[profile].edition, dialect)
    with search_at(
        server.url, profile=profile, dialect=dialect, seed=seed, sequences=examples(4)
    ) as search:
        assert list(filter(None, search.findings())) == []
        assert search.seen == {name for name, kind in STEPS.items() if search.knows(kind)}
        assert search.tried >= search.budget.sequences
        session = search.bench.session
        management = session.caller("/api/management/", session.token)
        left = [kind.word for kind, _, _ in found(management, session.run)]
        assert (left, search.bench.cleaned.left) == ([], [])


@pytest.mark.parametrize(("profile", "missing"), [("mender-1", 7), ("mender-2", 6)])
def test_older_editions_lack_some_observations(profile: str, missing: int) -> None:
    """Deployments to groups, say, were not there yet; all else is compared."""
    claimed = PROFILES[profile]
    rules = observation_rules(claimed, documents(claimed.edition))
    assert len(rules) == len(STEPS) - missing
    assert len(race_rules(claimed, documents(claimed.edition))) == RACES_OF[profile]


def test_documents_without_anything_to_make_say_so() -> None:
    """In a project of JFrog Connect nothing can be made that sequences or races were about."""
    choice = Choice(PROFILES["jfrog-connect"], documents("jfrog-connect"), load_rules())
    wanted = ("sequences", "concurrency")
    phases = choice.phases(wanted, (), (), effort="quick", seed=1)
    session: Any = None  # nothing is sent
    told = [event for phase in phases for event in phase.events(session)]
    results = {e.result.rule.id: e.result for e in told if isinstance(e, RuleFinished)}
    assert sorted(results) == ["CON-jfrog-connect", "SEQ-jfrog-connect"]
    assert all(result.verdict is Verdict.NOT_APPLICABLE for result in results.values())
    assert all("nothing of the run's own" in result.reason for result in results.values())


def test_less_is_tried_of_a_smaller_plan(edition_server: Callable[[str, str], Any]) -> None:
    """Without the plan enterprise nobody saves filters or deploys to them."""
    server = edition_server("mender", "documented")
    with search_at(server.url, profile="mender-open-source", sequences=2) as search:
        assert list(filter(None, search.findings())) == []
        missing = set(STEPS) - search.seen
    assert missing == {
        *("deployments-dynamic", "filters-delete", "filters-list", "filters-save"),
        "filters-search",
    }


def test_several_runs_share_a_backend(edition_server: Callable[[str, str], Any]) -> None:
    """Two runs at the same time see nothing of one another."""
    server = edition_server("mender", "documented")
    findings: list[Any] = []

    def run(seed: int) -> None:
        with search_at(server.url, seed=seed, sequences=2) as search:
            findings.extend(filter(None, search.findings()))
            findings.extend([] if search.tried else ["nothing was tried"])

    threads = [Thread(target=run, args=(seed,)) for seed in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert findings == []


def test_tour_has_every_kind_of_step(edition_server: Callable[[str, str], Any]) -> None:
    """What is no step of the tour itself is looked at behind one."""
    server = edition_server("mender", "documented")
    trial = tour_of(server.url)
    assert trial.seen == set(STEPS)
    assert trial.steps == list(TOUR)


def test_same_seed_gives_the_same_sequences(edition_server: Callable[[str, str], Any]) -> None:
    """What is tried depends on the seed alone."""
    server = edition_server("mender", "documented")
    tried = []
    for seed in (5, 5, 6):
        with search_at(server.url, seed=seed, sequences=2) as search:
            list(search.findings())
            tried.append(search.bench.session.thinned)
    assert tried[0] == tried[1] != tried[2]
