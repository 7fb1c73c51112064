"""An older edition's words in place of the oracle's: read out of its file, and of a small table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ota_support.checks import documents
from ota_support.sequences import session_at
from otakit.contracts.acts.artifacts import Upload
from otakit.contracts.acts.deployment_looks import Devices, Listed, Statistics
from otakit.contracts.acts.deployments import Create
from otakit.contracts.acts.step import Step
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.acts.updates import Report
from otakit.contracts.bench import Bench
from otakit.contracts.edition_words import EditionWords
from otakit.contracts.oracle import NOTHING, Expected

WORDS = {
    edition: EditionWords(documents(edition)) for edition in ("mender", "mender-1", "mender-2")
}
COUNTS = {
    "pending": 1,
    "installing": 1,
    "pause_before_rebooting": 2,
    "aborted": 1,
    "decommissioned": 1,
}


@pytest.mark.parametrize(
    ("step", "told", "older"),
    [
        (Upload(artifact=0, release=0, types=("a",)), Expected(status=409), Expected(status=400)),
        (
            Statistics(deployment=0),
            Expected(status=200, body=COUNTS),
            Expected(status=200, body={"pending": 1, "installing": 3, "aborted": 2}),
        ),
        (
            Devices(deployment=0),
            Expected(status=200, body={"devices": ["a"], "a": {"status": "rebooting", "image": 1}}),
            Expected(status=200, body={"devices": ["a"], "a": {"status": "inprogress"}}),
        ),
        (
            Listed(),
            Expected(status=200, body={"deployments": [], "count": 0}),
            Expected(status=200, body={"deployments": [], "count": NOTHING}),
        ),
        (Report(device=0, deployment=0, status="x"), Expected(status=409), Expected(status=409)),
    ],
)
def test_answer_is_what_the_older_document_knows(
    step: Step, told: Expected, older: Expected
) -> None:
    """What it does not list is refused, counted or called as something that it does."""
    assert WORDS["mender"].told(step, told) == told
    assert WORDS["mender-1"].told(step, told) == older


def test_nothing_is_asked_that_a_document_does_not_know() -> None:
    """The second edition knows phases, none of the older ones retries."""
    plain = Create(deployment=0, release=0, devices=(0,))
    phased = replace(plain, phases=((None, None),))
    step = replace(phased, retries=1)
    asked = {edition: words.asked(step) for edition, words in WORDS.items()}
    assert asked == {"mender": step, "mender-2": phased, "mender-1": plain}


def test_target_with_other_words_differs(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were nothing folded, the tour would find statuses that are none of the document's."""
    monkeypatch.setattr("otakit.contracts.edition_words.FOLDS", {})
    server = edition_server("mender-1", "documented")
    with session_at(server.url, profile="mender-1") as session:
        tour = [step for step in TOUR if WORDS["mender-1"].knows(type(step))]
        found = Bench(session).run(tour).difference
    assert found is not None
    assert found.observation == "deployments-devices"
