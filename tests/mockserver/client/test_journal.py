"""A universe's journal by the client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from otakit.mockserver.client import ControlError, NewUniverse, journal

DEVICES = "/api/management/v2/devauth/devices"
FILTERS = "/api/management/v2/inventory/filters"


@pytest.fixture
def user(universe: NewUniverse) -> Iterator[httpx.Client]:
    """Return the universe's user, who has listed devices five times, and searched badly once."""
    headers = {"Authorization": f"Bearer {universe.token}"}
    with httpx.Client(base_url=universe.url, headers=headers) as user:
        for _ in range(5):
            user.get(DEVICES).raise_for_status()
        assert user.post(FILTERS, json={"name": "f"}).status_code == 400
        yield user


def test_entries_are_newest_first(
    universe: NewUniverse, user: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, page by page, each once, also where requests come between the pages."""
    monkeypatch.setattr(journal, "PAGE", 2)
    entries = universe.journal.entries()
    first = next(entries)
    assert (first.method, first.path, first.status) == ("POST", FILTERS, 400)
    user.get(DEVICES)
    assert [entry.number for entry in entries] == [5, 4, 3, 2, 1]
    assert first.at.tzinfo == UTC


@pytest.mark.usefixtures("user")
def test_entries_are_chosen(universe: NewUniverse) -> None:
    """By what fits of them, times too."""
    assert [e.number for e in universe.journal.entries({"status": "4xx"})] == [6]
    assert [e.number for e in universe.journal.entries({"since": 4, "method": "GET"})] == [5]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert list(universe.journal.entries({"from": later})) == []
    assert len(list(universe.journal.entries({"until": later}))) == 6
    with pytest.raises(ControlError, match="status"):
        list(universe.journal.entries({"status": "bad"}))


@pytest.mark.usefixtures("user")
def test_entry_shows_everything(universe: NewUniverse) -> None:
    """Bodies, headers, and the command; the token only where it is asked for."""
    shown = universe.journal.entry(6)
    assert shown.request["body"]["json"] == {"name": "f"}
    assert "terms" in shown.answer["body"]["json"]["error"]
    assert shown.curl.startswith("curl")
    assert universe.token not in repr(shown)
    assert universe.token in repr(universe.journal.entry(6, secrets=True))


@pytest.mark.usefixtures("user")
def test_verdict_says_whether_and_why_not(universe: NewUniverse) -> None:
    """It is true or false itself, and tells what came nearest."""
    verify = universe.journal.verify
    assert verify({"operation": "listDevices"}, exactly=5)
    assert verify({"operation": "listDevices"}, at_least=2, at_most=5).count == 5
    verdict = verify({"operation": "createFilter", "body": {"name": "g"}}, exactly=1)
    assert not verdict
    assert verdict.nearest is not None
    assert verdict.nearest.entry.number == 6
    assert "name" in verdict.message
    assert not verify({"operation": "listDevices"}, after={"method": "POST"})
    assert verify({"operation": "listDevices"}, exactly=5, before={"method": "POST"})
    assert verify({"side": "devices"}, exactly=0)


def test_archive_and_clearing(universe: NewUniverse, user: httpx.Client) -> None:
    """The archive has what fits; a cleared journal counts on."""
    archive = universe.journal.har({"method": "GET"})
    assert len(archive["log"]["entries"]) == 5
    universe.journal.clear()
    assert list(universe.journal.entries()) == []
    user.get(DEVICES)
    assert next(universe.journal.entries()).number == 7
