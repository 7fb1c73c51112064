"""Recordings: so many bytes of them, the newest."""

import pytest

from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.sockets import recordings
from otakit.mockserver.sockets.recordings import Recordings


def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no more than have to."""
    monkeypatch.setattr(recordings, "CAPACITY", 10)
    monkeypatch.setattr(recordings, "OVERHEAD", 0)
    kept = Recordings()
    for sid in ("a", "b", "c"):
        kept.add(sid, b"1234")
    with pytest.raises(NotFound, match="'a'"):
        kept.of("a")
    assert (kept.of("b"), kept.of("c")) == ([b"1234"], [b"1234"])
    kept.add("c", b"123456")
    with pytest.raises(NotFound):
        kept.of("b")
    assert kept.of("c") == [b"1234", b"123456"]


def test_one_that_is_too_long_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds also then."""
    monkeypatch.setattr(recordings, "CAPACITY", 10)
    kept = Recordings()
    kept.add("a", bytes(11))
    with pytest.raises(NotFound):
        kept.of("a")


def test_messages_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Very many small ones would cost more than their bytes."""
    monkeypatch.setattr(recordings, "MAX_FRAMES", 2)
    kept = Recordings()
    for _ in range(3):
        kept.add("a", b"")
    assert kept.of("a") == [b"", b""]


def test_sessions_without_words_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty message costs something as well."""
    monkeypatch.setattr(recordings, "CAPACITY", 2 * recordings.OVERHEAD)
    kept = Recordings()
    for sid in ("a", "b", "c"):
        kept.add(sid, b"")
    with pytest.raises(NotFound):
        kept.of("a")
    assert kept.of("c") == [b""]
