"""The journal keeps the newest requests, and never more than fits."""

from pathlib import Path

import pytest

from ota_support.exchanges import exchange
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.exchange import MAX_BODY
from otakit.mockserver.journal.journal import CAPACITY, MAX_BYTES, SERVER_BYTES, Journal, Room
from otakit.mockserver.settings import Settings
from otakit.mockserver.storage import Storage
from otakit.mockserver.universes import Universes

BIG = b"x" * MAX_BODY


def numbers(journal: Journal) -> list[int]:
    """Return the numbers of what a journal has."""
    return [entry.number for entry in journal]


def test_newest_ten_thousand_are_kept() -> None:
    """The oldest go, and are counted."""
    journal = Journal()
    one = exchange()
    for _ in range(CAPACITY + 5):
        journal.add(one, 0.0)
    assert (len(journal), journal.forgotten) == (CAPACITY, 5)
    assert numbers(journal)[0] == 6
    assert next(reversed(journal)).number == CAPACITY + 5


def test_large_bodies_leave_room_for_fewer() -> None:
    """Both bodies count; the weight is what is left of them."""
    journal = Journal(limit=10 * MAX_BODY)
    for _ in range(20):
        journal.add(exchange(body=BIG, answer=BIG), 0.0)
    assert numbers(journal) == [17, 18, 19, 20]
    assert 8 * MAX_BODY < journal.weight <= 10 * MAX_BODY
    assert journal.weight == sum(entry.weight for entry in journal)


def test_request_that_is_larger_than_the_journal_goes_at_once() -> None:
    """It takes all the others with it: they were older."""
    journal = Journal(limit=MAX_BODY)
    journal.add(exchange(), 0.0)
    journal.add(exchange(headers=[(b"x", BIG)]), 0.0)
    assert (len(journal), journal.weight, journal.forgotten) == (0, 0, 2)


def test_journals_of_a_server_share_its_room() -> None:
    """Whoever fills it most gives way; those with little keep theirs."""
    room = Room(limit=100 * MAX_BODY)
    small, *large = (Journal(room) for _ in range(11))
    small.add(exchange(body=BIG), 0.0)
    for _ in range(200):
        for journal in large:
            journal.add(exchange(body=BIG), 0.0)
            assert room.taken <= room.limit
    assert len(small) == 1
    assert min(len(journal) for journal in large) > 5
    assert room.taken == small.weight + sum(journal.weight for journal in large)


def test_thousand_full_universes_fit() -> None:
    """Together they have at most what the server allows, and each may have its own at most."""
    room = Room()
    journals = [Journal(room) for _ in range(1000)]
    one = exchange(body=BIG, answer=BIG)
    for _ in range(5):
        for journal in journals:
            journal.add(one, 0.0)
    assert SERVER_BYTES * 0.9 < room.taken <= SERVER_BYTES
    assert MAX_BYTES < SERVER_BYTES


def test_closed_journal_leaves_its_room() -> None:
    """So a deleted universe takes no memory from the others."""
    room = Room()
    journal = Journal(room)
    journal.add(exchange(body=BIG), 0.0)
    journal.close()
    assert (room.taken, room.journals) == (0, set())


def test_universes_share_room_until_they_go(tmp_path: Path) -> None:
    """Whoever is deleted takes no more of it."""
    universes = Universes(Settings(), Storage(tmp_path))
    universe, _ = universes.create()
    universe.record(exchange(body=BIG))
    room = universes.default.journal.room
    assert universe.journal.room is room
    assert room.taken == universe.journal.weight > MAX_BODY
    universes.delete(universe.id)
    assert (room.taken, room.journals) == (0, {universes.default.journal})


def test_only_the_beginning_of_a_body_is_kept() -> None:
    """In one piece or in many; the size is the whole one's."""
    made = exchange(body=BIG + b"more", answer=BIG[1:])
    made.answered_with(b"yz")
    assert (len(made.body), made.body_size) == (MAX_BODY, MAX_BODY + 4)
    assert b"".join(made.answer) == BIG[1:] + b"y"
    assert made.answer_size == MAX_BODY + 1


def test_entries_are_found_by_number() -> None:
    """Also once older ones are gone; cleared, the numbers go on."""
    journal = Journal()
    for number in range(10):
        journal.add(exchange(path=f"/{number}"), 0.0)
    journal.shrink(journal.weight // 2)
    assert numbers(journal) == [6, 7, 8, 9, 10]
    assert journal.entry(8).exchange.path == "/7"
    for number in (0, 5, 11):
        with pytest.raises(NotFound, match="has 6 to 10"):
            journal.entry(number)
    journal.clear()
    with pytest.raises(NotFound, match="is empty"):
        journal.entry(10)
    assert journal.add(exchange(), 0.0).number == 11
    assert journal.forgotten == 0
