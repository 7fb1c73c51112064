"""The journal of one universe: what was asked of it and what it answered; its size is bounded."""

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from msgspec import Struct

from otakit.mockserver.domain.clock import Seconds, rfc3339
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.exchange import MAX_BODY, Exchange
from otakit.mockserver.journal.secrecy import safe_query, safe_text

CAPACITY = 10_000
"""Requests that a journal keeps; above it the oldest go."""

MAX_BYTES = 32 << 20
"""What a journal's requests may take of the memory; above it the oldest go, too."""

SERVER_BYTES = 256 << 20
"""What all journals of a server may take together; above it the largest gives way."""

_ENTRY, _HEADER, _OWN_HEADER = 1500, 125, 175
"""What Python takes for an entry, for a header besides its text, and for one of ours (measured)."""


class Entry(Struct, gc=False):
    """One request with its number, the universe's time at its end, and the bytes that it takes."""

    number: int
    at: Seconds
    exchange: Exchange
    weight: int = 0

    def summary(self) -> dict[str, Any]:
        """Show it in one line of a list."""
        exchange = self.exchange
        return {
            "number": self.number,
            "at": rfc3339(self.at),
            "wall": rfc3339(exchange.began),
            "milliseconds": round(exchange.took * 1000, 3),
            "side": exchange.side,
            "caller": exchange.caller,
            "operation": exchange.operation,
            "method": exchange.method,
            "path": safe_text(exchange.path),
            "query": safe_query(exchange.query.decode("latin-1")),
            "status": exchange.status,
            "faults": list(exchange.faults),
            "request_id": exchange.request_id.decode("latin-1"),
            "size": exchange.answer_size,
        }


class Room:
    """The memory that all journals of a server share."""

    def __init__(self, limit: int = SERVER_BYTES) -> None:
        """Let them take so many bytes."""
        self.limit = limit
        self.taken = 0
        self.journals: set[Journal] = set()

    def make(self) -> None:
        """Let the largest journals forget what is over the limit, and a little more."""
        while self.taken > self.limit:
            largest = max(self.journals, key=lambda journal: journal.weight)
            largest.shrink(max(0, largest.weight - 1 - self.limit // 256))


class Journal:
    """What was asked in one universe, oldest first; numbers are given once."""

    def __init__(self, room: Room | None = None, *, limit: int = MAX_BYTES) -> None:
        """Begin with nothing; `room` is what it shares with the other journals of the server."""
        self.weight = 0
        self.forgotten = 0
        self.room = room or Room()
        self.room.journals.add(self)
        self._limit = limit
        self._entries: deque[Entry] = deque()
        self._number = 0

    def __len__(self) -> int:
        """Return how many requests it has."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Go through them, oldest first."""
        return iter(self._entries)

    def __reversed__(self) -> Iterator[Entry]:
        """Go through them, newest first."""
        return reversed(self._entries)

    def add(self, exchange: Exchange, at: Seconds) -> Entry:
        """Write an exchange down."""
        self._number += 1
        weight = _weight(exchange)
        entry = Entry(self._number, at, exchange, weight)
        self._entries.append(entry)
        self.weight += weight
        room = self.room
        room.taken += weight
        if len(self._entries) > CAPACITY or self.weight > self._limit:
            self.shrink(self._limit)
        if room.taken > room.limit:
            room.make()
        return entry

    def entry(self, number: int) -> Entry:
        """Return the entry with a number; raises NotFound."""
        first = self._number - len(self._entries) + 1  # they stand without a gap
        if not first <= number <= self._number:
            kept = f"has {first} to {self._number}" if self._entries else "is empty"
            message = f"no entry {number}: the journal {kept}"
            raise NotFound(message)
        return next(islice(self._entries, number - first, None))

    def shrink(self, limit: int) -> None:
        """Forget the oldest until no more than a limit of bytes are taken, and 10,000 are left."""
        while self.weight > limit or len(self._entries) > CAPACITY:
            weight = self._entries.popleft().weight
            self.weight -= weight
            self.room.taken -= weight
            self.forgotten += 1

    def clear(self) -> None:
        """Drop all of it; numbers go on."""
        self._entries.clear()
        self.room.taken -= self.weight
        self.weight = self.forgotten = 0

    def close(self) -> None:
        """Leave its room to the other journals: the universe goes."""
        self.clear()
        self.room.journals.discard(self)


def _weight(exchange: Exchange) -> int:
    """Return about how many bytes of memory an exchange takes."""
    asked = exchange.headers
    answer = 0 if exchange.streams else min(exchange.answer_size, MAX_BODY)
    return (
        _ENTRY
        + len(exchange.body)
        + answer
        + len(exchange.path)
        + len(exchange.raw_path)
        + len(exchange.query)
        + _HEADER * len(asked)
        + sum(map(len, chain.from_iterable(asked)))
        + _OWN_HEADER * len(exchange.answer_headers)
    )
