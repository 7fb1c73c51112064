"""Every observation can fail: a target that answers anything else is found out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ota_support.sequences import session_at
from otakit.contracts.acts import load
from otakit.contracts.acts.step import Step
from otakit.contracts.acts.tour import TOUR
from otakit.contracts.bench import Bench
from otakit.contracts.comparison import gap
from otakit.contracts.exchange import Exchange
from otakit.contracts.latitude import Freedom, freedom_at, latitude_of
from otakit.contracts.oracle import NOTHING, Expected
from otakit.contracts.trial import Trial

pytestmark = pytest.mark.xdist_group("observations")  # which share what was seen once

STEPS = load()
Seen = dict[str, list[tuple[Expected, int, Any]]]

ONLY_A_STATUS = {
    *("artifacts-delete", "artifacts-describe", "artifacts-upload", "configuration-deploy"),
    *("configuration-report", "configuration-set", "deployments-abort"),
    *("deployments-abort-device", "deployments-create", "deployments-dynamic"),
    *("deployments-group", "devices-ask", "devices-decide", "devices-decommission"),
    *("devices-dismiss", "devices-preauthorize", "devices-revoke", "filters-delete"),
    *("filters-save", "inventory-dissolve", "inventory-leave", "inventory-move"),
    *("inventory-replace", "inventory-retag", "inventory-scatter", "inventory-tag"),
    *("inventory-tell", "updates-log", "updates-report"),
}
"""Acts of whose answers nothing else is compared: what they do is looked at behind them."""


@pytest.fixture(scope="module")
def seen(edition_server: Callable[[str, str], Any]) -> Seen:
    """Return all that is compared on the tour: what was expected, and what was found."""
    told: Seen = {}

    class Listening(Trial):
        def _hold(self, step: Step, expected: Expected, answer: Exchange) -> None:
            has_body = expected.body != NOTHING and answer.status == expected.status
            body = step.read(self.hands, answer) if has_body else None
            told.setdefault(step.name, []).append((expected, answer.status, body))
            super()._hold(step, expected, answer)

    server = edition_server("mender", "documented")
    with session_at(server.url) as session, Bench(session).trial() as trial:
        Listening(trial.hands.backend, trial.oracle.ground).run(TOUR)
    return told


@pytest.mark.parametrize("name", STEPS)
def test_another_status_differs(name: str, seen: Seen) -> None:
    """Whatever status a target answers instead, but for what the table allows."""
    expected, status, body = seen[name][0]
    allowed = latitude_of(name).statuses.get(expected.status, frozenset())
    others = {200, 201, 202, 204, 400, 401, 403, 404, 409, 422, 500} - {status, *allowed}
    assert gap(expected, status, body, latitude_of(name)) is None
    assert [s for s in others if gap(expected, s, body, latitude_of(name)) is None] == []


@pytest.mark.parametrize("name", sorted(set(STEPS) - ONLY_A_STATUS))
def test_another_value_differs(name: str, seen: Seen) -> None:
    """Whatever field of a body has another value, is missing, or is one element too short."""
    missed, changed = [], 0
    for expected, status, body in seen[name]:
        if body is None:
            continue
        for path, other in _changes(expected.body, body, name, ()):
            changed += 1
            if gap(expected, status, other, latitude_of(name)) is None:
                missed.append(path)
    assert (missed, changed > 0) == ([], True)


def test_what_has_only_a_status_is_told(seen: Seen) -> None:
    """Nothing of an answer's body is left out by mistake."""
    bare = {
        name
        for name, compared in seen.items()
        if all(expected.body == NOTHING for expected, _, _ in compared)
    }
    assert bare == ONLY_A_STATUS


def _changes(
    expected: Any, body: Any, name: str, path: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Go through bodies that differ from one in a place that is compared."""
    freedom = freedom_at(latitude_of(name).fields, path)
    if freedom is Freedom.OPEN or expected == NOTHING:
        return
    if isinstance(expected, dict) and isinstance(body, dict):
        for key, value in expected.items():
            for where, other in _changes(value, body.get(key), name, (*path, key)):
                yield where, {**body, key: other}
    elif isinstance(expected, list):
        yield from _changes_of_list(expected, body, name, path)
    elif freedom is Freedom.MOMENT:
        yield path, None if expected else "2026-01-02T03:04:05Z"
    else:
        yield path, "something else"
        if expected is not None:
            yield path, None


def _changes_of_list(
    expected: list[Any], body: list[Any], name: str, path: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, [*body, "more"]
    if body:
        yield path, body[:-1]
    if body and freedom_at(latitude_of(name).fields, path) is not Freedom.ANY_ORDER:
        for where, other in _changes(expected[0], body[0], name, (*path, 0)):
            yield where, [other, *body[1:]]
