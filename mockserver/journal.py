"""The journal of one universe: what was asked of it and what it answered, a bounded number."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from otakit.mockserver.domain.clock import Seconds, rfc3339
from otakit.mockserver.exchange import Exchange

CAPACITY = 10_000
"""Requests that are kept; above it the oldest go."""


@dataclass(slots=True)
class Entry:
    """One request with its number and the universe's time at its end."""

    number: int
    at: Seconds
    exchange: Exchange

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
            "path": exchange.path,
            "status": exchange.status,
            "faults": list(exchange.faults),
            "request_id": exchange.request_id.decode("latin-1"),
        }


class Journal:
    """What was asked in one universe."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._number = 0

    def add(self, exchange: Exchange, at: Seconds) -> Entry:
        """Write an exchange down."""
        self._number += 1
        entry = Entry(self._number, at, exchange)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget all of it; numbers go on."""
        self._entries.clear()
