"""The schema phase: the mock answers as documented whatever is asked, and nobody else notices."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from ota_support.connect_project import prepared
from ota_support.sequences import session_at
from otakit.contracts import schema_line
from otakit.contracts.backend import Backend
from otakit.contracts.errors import TargetUnreachable
from otakit.contracts.ledger import found
from otakit.contracts.schema_bounds import why_left_out
from otakit.contracts.schema_line import BeyondTheFence, Line
from otakit.contracts.schema_search import Budget, SchemaSearch
from otakit.contracts.session import Session

SMALL = Budget(rounds=1, valid=2, invalid=1, chains=1, steps=5, seconds=60.0)
DEVICES = "v2/devauth/devices?per_page=500"
CONFIGURED = "v1/deviceconfig/configurations/device"
OTHERS = (
    *("v2/devauth/devices", "v1/inventory/devices", "v1/inventory/groups"),
    *("v1/deployments/artifacts", "v1/deployments/deployments", "v2/inventory/filters"),
    "v1/deployments/deployments?per_page=500&status=pending",
)
"""What others would see of a change, below /api/management/."""


@contextmanager
def search_at(
    session: Session, seed: int, chosen: Sequence[str] = (), budget: Budget = SMALL
) -> Iterator[SchemaSearch]:
    """Give a short search, of some operations or all, and clear away what it has made."""
    known = [o for o in session.documents.operations.values() if not why_left_out(o)]
    wanted = [o for o in known if not chosen or o.id in chosen]
    search = SchemaSearch(session, wanted, wanted, budget, seed)
    search.rounds = budget.rounds
    yield search
    cleaned = search.backend.ledger.clear(search.backend.management)
    assert cleaned.left == []


def found_by(search: SchemaSearch) -> list[str]:
    """Search, and say what was found in one line each."""
    findings = [finding for finding in search.findings() if finding is not None]
    return [f"{f.operation}: {f.failure}: {f.exchanges[-1:]}" for f in findings]


@pytest.mark.parametrize(
    ("profile", "dialect", "seed"),
    [
        ("mender-enterprise", "documented", 1),
        ("mender-enterprise", "as-built", 2),
        ("mender-1", "documented", 3),
        ("mender-2", "documented", 4),
    ],
)
def test_nothing_is_found_on_the_mock(
    profile: str, dialect: str, seed: int, edition_server: Callable[[str, str], Any]
) -> None:
    """Every operation is asked for, nothing is found, and nothing of the run's is left."""
    edition = profile if profile in {"mender-1", "mender-2"} else "mender"
    server = edition_server(edition, dialect)
    with session_at(server.url, dialect=dialect, profile=profile) as session:
        known = [o for o in session.documents.operations.values() if not why_left_out(o)]
        own = edition.replace("-", "_")  # what older editions have of others is tried in these
        chosen = {o.id for o in known if own == "mender" or o.api.name.startswith(own)}
        with search_at(session, seed, [*chosen]) as search:
            assert found_by(search) == []
            assert search.asked == chosen
        management = session.caller("/api/management/", session.token)
        assert [kind.word for kind, _, _ in found(management, session.run)] == []


def test_nothing_is_found_in_a_project(edition_server: Callable[[str, str], Any]) -> None:
    """Of JFrog Connect's documents."""
    url = edition_server("mender", "documented").url
    more = {"email": "", "password": "", **prepared(url)}
    with (
        session_at(url, profile="jfrog-connect", **more) as session,
        search_at(session, 1) as search,
    ):
        assert found_by(search) == []
        assert len(search.asked) == 6


def test_others_notice_nothing(start_server: Callable[..., Any]) -> None:
    """All that others have is as it was, however often what changes something was asked for."""
    url = start_server("--clock", "frozen").url
    with session_at(url) as others, session_at(url) as session:
        mine = Backend(others)
        device, artifact = mine.accepted_device(), mine.artifact()
        mine.deploy(artifact, [device])
        device.send_inventory(place="hall 3")
        group = {"group": "0"}  # what is drawn first for any text
        mine.management.put(f"v1/inventory/devices/{device.id}/group", json=group)
        term = {"scope": "inventory", "attribute": "place", "type": "$exists", "value": True}
        saved = {"name": "0", "terms": [term]}
        mine.management.post("v2/inventory/filters", json=saved)
        before = [mine.management.get(path).json() for path in OTHERS]
        assert all(before)
        operations = session.documents.operations.values()
        changing = [o.id for o in operations if o.method != "GET" and not why_left_out(o)]
        with search_at(session, 5, changing) as search:
            assert found_by(search) == []
        after = [mine.management.get(path).json() for path in OTHERS]
    for listed, still in zip(before, after, strict=True):
        assert [item for item in listed if item not in still] == []


def test_nothing_is_kept_for_devices_that_there_are_not(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the real server keeps what is configured for any id, only own devices have some."""
    server = edition_server("mender", "as-built")
    monkeypatch.setattr(Session, "thin_out", lambda *_: None)
    asked = Budget(rounds=2, valid=10, invalid=2, chains=0, steps=0, seconds=60.0)
    with session_at(server.url, dialect="as-built") as session:
        with search_at(session, 1, ["setDeviceConfiguration"], asked) as search:
            assert found_by(search) == []
            management = search.backend.management
            devices = {device["id"] for device in management.get(DEVICES).json()}
            asked_about = {e.request.url.path.rpartition("/")[2] for e in session.exchanges}
            strangers = asked_about - devices
            kept = [i for i in strangers if management.get(f"{CONFIGURED}/{i}").status == 200]
        assert asked_about & devices
        assert kept == []


def test_what_no_client_can_send_is_not_sent(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL that is too long for the HTTP library is drawn anew, and ends nothing."""
    prepare = schema_line._prepared

    def prolonged(told: dict[str, Any]) -> Any:
        prepared = prepare(told)
        prepared.url = f"{prepared.url}?{'x' * (1 << 16)}"
        return prepared

    monkeypatch.setattr(schema_line, "_prepared", prolonged)
    server = edition_server("mender", "documented")
    with session_at(server.url) as session, search_at(session, 1, ["listDevices"]) as search:
        assert found_by(search) == []
        assert search.asked == set()


def test_fence_stops_what_is_not_ours(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a case not bound to the run's own things, it would not be sent."""
    server = edition_server("mender", "documented")
    monkeypatch.setattr(Line, "_bind", lambda *_: None)
    with session_at(server.url) as session, search_at(session, 1, ["deleteGroup"]) as search:
        sent = len(session.exchanges)
        with pytest.raises(BeyondTheFence, match="which is not ours"):
            list(search.findings())
        assert len(session.exchanges) == sent


def test_same_seed_asks_the_same(
    edition_server: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And another one asks for something else."""
    server = edition_server("mender", "documented")
    monkeypatch.setattr(Session, "thin_out", lambda *_: None)
    asked = []
    for seed in (7, 7, 8):
        with session_at(server.url) as session:
            with search_at(session, seed, ["listAuditLogs", "listReleases"]) as search:
                list(search.findings())
            asked.append([exchange.name for exchange in session.exchanges])
    assert asked[0] == asked[1] != asked[2]
    assert len(asked[0]) >= 2 * (SMALL.valid + SMALL.invalid)


def test_target_that_goes_away_ends_the_search(start_server: Callable[..., Any]) -> None:
    """It is no finding."""
    server = start_server()
    with session_at(server.url, retries=0) as session:
        known = session.documents.operations
        search = SchemaSearch(session, [known["listReleases"]], [], SMALL, 1)
        server.process.terminate()
        server.process.wait(timeout=20)
        with pytest.raises(TargetUnreachable):
            list(search.findings())
