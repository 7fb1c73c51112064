"""Random sequences: the mock agrees with the oracle, whatever the dialect, seed and plan."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from ota_support.sequences import search_at, tour_of
from otakit.contracts.acts import load
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.ledger import found

STEPS = load()


@pytest.mark.parametrize("dialect", ["documented", "as-built"])
@pytest.mark.parametrize("seed", [1, 2])
def test_mock_agrees_with_the_oracle(
    dialect: str, seed: int, edition_server: Callable[[str, str], Any]
) -> None:
    """Nothing is found, everything is compared, and nothing is left behind."""
    server = edition_server("mender", dialect)
    with search_at(server.url, dialect=dialect, seed=seed) as search:
        assert list(filter(None, search.findings())) == []
        assert search.seen == set(STEPS)
        assert search.tried >= search.budget.sequences
        session = search.bench.session
        management = session.caller("/api/management/", session.token)
        left = [kind.word for kind, _, _ in found(management, session.run)]
        assert (left, search.bench.cleaned.left) == ([], [])


def test_less_is_tried_of_a_smaller_plan(edition_server: Callable[[str, str], Any]) -> None:
    """Without the plan enterprise nobody saves filters or deploys to them."""
    server = edition_server("mender", "documented")
    with search_at(server.url, profile="mender-open-source") as search:
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
        with search_at(server.url, seed=seed) as search:
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
        with search_at(server.url, seed=seed, sequences=4) as search:
            list(search.findings())
            tried.append(search.bench.session.thinned)
    assert tried[0] == tried[1] != tried[2]
