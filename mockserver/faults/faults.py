"""What goes wrong on purpose in one universe: the faults, and which requests they strike.

Pure: nothing here waits or sends. Chance belongs to the universe's seed, the fault's number, the
caller and how often it has asked, so that the same requests meet the same faults in any order.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from statistics import NormalDist
from typing import Any

import msgspec
from msgspec import UNSET

from otakit.mockserver.domain.clock import Seconds, from_rfc3339
from otakit.mockserver.domain.errors import NotFound, Unprocessable
from otakit.mockserver.domain.ids import Ids, chance
from otakit.mockserver.exchange import Exchange
from otakit.mockserver.faults.plan import (
    MAX_PAUSE,
    Empty,
    ExpiredLink,
    FaultPlan,
    Latency,
    RateLimit,
    Reset,
    Status,
)

MAX_FAULTS = 100
"""Faults that a universe may have."""

MAX_CALLERS = 100_000
"""Callers whose requests a fault counts; above it the oldest are forgotten."""

LINKED = frozenset({"downloadArtifact", "fetchConfiguration"})
"""The operations that take a signed link."""

_ENDINGS = (Status, RateLimit, Reset, Empty, ExpiredLink)
"""After one of these there is no answer left for other faults to do something to."""


class Fault:
    """One fault; `seen` counts the requests that fitted, `hits` those that were struck."""

    def __init__(self, fault_id: str, plan: FaultPlan, source: tuple[int, int]) -> None:
        """Begin without any request; `source` of its chance are a seed and a number."""
        self.id = fault_id
        self.plan = plan
        self.name, self.enabled = plan.name, plan.enabled
        self.seen = self.hits = 0
        self._source = source
        self._counts: dict[str, int] = {}
        self._spans: dict[str, tuple[Seconds, int]] = {}
        on, when = plan.on, plan.when
        self._operations = None if on.operations is UNSET else frozenset(on.operations)
        if isinstance(plan.do, ExpiredLink):
            self._operations = (self._operations or LINKED) & LINKED
        self._path = None if on.path is UNSET else re.compile(translate(on.path))
        self._begin = -math.inf if when.begin is UNSET else from_rfc3339(when.begin)
        self._until = math.inf if when.until is UNSET else from_rfc3339(when.until)

    def shown(self) -> dict[str, Any]:
        """Show it as a JSON value."""
        return {
            "id": self.id,
            **msgspec.to_builtins(self.plan),
            "name": self.name,
            "enabled": self.enabled,
            "seen": self.seen,
            "hits": self.hits,
        }

    def fits(self, exchange: Exchange, body: Any) -> bool:
        """Say whether a request is one of those that the fault is on."""
        if self._operations is not None and exchange.operation not in self._operations:
            return False
        on = self.plan.on
        return (
            (on.caller is UNSET or on.caller == exchange.caller)
            and (on.side is UNSET or on.side == exchange.side)
            and (on.method is UNSET or on.method == exchange.method)
            and (self._path is None or self._path.match(exchange.path) is not None)
            and (on.body is UNSET or has(body, on.body))
        )

    def meet(self, caller: str, now: Seconds, *, is_taken: bool = False) -> float | None:
        """Count a request that fits, and say whether it is struck: None, or seconds.

        Those are how long its answer is held up, or after how long it may be sent again. One
        that another fault has taken is counted and not struck.
        """
        if not self._begin <= now < self._until:
            return None
        self.seen += 1
        when, do = self.plan.when, self.plan.do
        key = caller if when.each == "caller" else ""
        number = self._counts.pop(key, 0) + 1  # what counts stays young
        _keep(self._counts, key, number)
        is_over = when.times is not UNSET and self.hits >= when.times
        if is_taken or is_over or not self._is_time(key, number):
            return None
        seconds: float | None = 0.0
        if isinstance(do, RateLimit):
            seconds = self._over(do, caller, now)
        elif isinstance(do, Latency):
            seconds = drawn(do, chance(*self._source, "seconds", key, number))
        if seconds is not None:
            self.hits += 1
        return seconds

    def _is_time(self, key: str, number: int) -> bool:
        wanted, probability = self.plan.when.occurrence, self.plan.when.probability
        if isinstance(wanted, int):
            if number != wanted:
                return False
        elif wanted is not UNSET and (
            number < wanted.first or (wanted.last is not UNSET and number > wanted.last)
        ):
            return False
        return probability is UNSET or chance(*self._source, key, number) < probability

    def _over(self, limit: RateLimit, caller: str, now: Seconds) -> float | None:
        """Count a request against a limit; return when the next span begins if it is over."""
        begin, count = self._spans.pop(caller, (now, 0))
        if now >= begin + limit.per:
            begin, count = now, 0
        is_over = count >= limit.requests
        _keep(self._spans, caller, (begin, count if is_over else count + 1))
        return begin + limit.per - now if is_over else None


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault that strikes one request; `seconds` is what `Fault.meet` said."""

    fault: Fault
    exchange: Exchange
    seconds: float

    def spare(self) -> None:
        """Take the hit back: there was nothing that the fault could do something to."""
        self.fault.hits -= 1
        kept = (other for other in self.exchange.faults if other != self.fault.id)
        self.exchange.faults = tuple(kept)


class Faults:
    """The faults of one universe, oldest first."""

    def __init__(self, seed: int = 0) -> None:
        """Begin without any; chance comes from the seed."""
        self._seed = seed
        self.clear()

    def __bool__(self) -> bool:
        """Say whether any is enabled: without them no request is looked at."""
        return bool(self._active)

    def __iter__(self) -> Iterator[Fault]:
        """Go through all of them."""
        return iter(self._faults.values())

    def add(self, plan: FaultPlan) -> Fault:
        """Make a fault; raises Unprocessable where there are a hundred."""
        if len(self._faults) >= MAX_FAULTS:
            message = f"a universe has at most {MAX_FAULTS} faults: delete one first"
            raise Unprocessable(message)
        self._made += 1
        fault = Fault(self._ids.uuid(), plan, (self._seed, self._made))
        self._faults[fault.id] = fault
        self._collect()
        return fault

    def fault(self, fault_id: str) -> Fault:
        """Return a fault; raises NotFound."""
        try:
            return self._faults[fault_id]
        except KeyError:
            message = f"no fault '{fault_id:.80}' in this universe"
            raise NotFound(message) from None

    def change(self, fault_id: str, *, name: str | None, enabled: bool | None) -> Fault:
        """Call it otherwise, switch it off or on; raises NotFound."""
        fault = self.fault(fault_id)
        fault.name = fault.name if name is None else name
        fault.enabled = fault.enabled if enabled is None else enabled
        self._collect()
        return fault

    def remove(self, fault_id: str) -> None:
        """Drop one; raises NotFound."""
        del self._faults[self.fault(fault_id).id]
        self._collect()

    def remove_all(self) -> None:
        """Drop all; no id is given twice."""
        self._faults.clear()
        self._collect()

    def clear(self) -> None:
        """Drop all, and begin anew with ids and chance."""
        self._faults: dict[str, Fault] = {}
        self._ids = Ids(self._seed, "faults")
        self._made = 0
        self._collect()

    def strike(self, exchange: Exchange, body: Any, now: Seconds) -> list[Strike]:
        """Return what strikes a request, and write it into the exchange; all that fit count it.

        The first that leaves no answer is the last: older faults come before younger ones.
        """
        strikes: list[Strike] = []
        for fault in self._active:
            if not fault.fits(exchange, body):
                continue
            is_taken = bool(strikes) and isinstance(strikes[-1].fault.plan.do, _ENDINGS)
            seconds = fault.meet(exchange.caller, now, is_taken=is_taken)
            if seconds is not None:
                strikes.append(Strike(fault, exchange, seconds))
        exchange.faults += tuple(strike.fault.id for strike in strikes)
        return strikes

    def _collect(self) -> None:
        self._active = tuple(fault for fault in self._faults.values() if fault.enabled)


def has(value: Any, wanted: Any) -> bool:
    """Say whether a JSON value has all of another one; objects may have more, lists may not."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in value and has(value[name], inner) for name, inner in wanted.items()
        )
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def drawn(latency: Latency, share: float) -> float:
    """Return a latency's seconds: the value below which lies this share of its distribution."""
    normal = NormalDist().inv_cdf(min(max(share, 1e-12), 1 - 1e-12))
    numbers: dict[str, float] = {
        name: getattr(latency, name) or 0.0
        for name in ("seconds", "low", "high", "mean", "deviation", "median", "sigma")
    }
    match latency.distribution:
        case "uniform":
            seconds = numbers["low"] + share * (numbers["high"] - numbers["low"])
        case "normal":
            seconds = numbers["mean"] + numbers["deviation"] * normal
        case "lognormal":
            seconds = numbers["median"] * math.exp(numbers["sigma"] * normal)
        case "exponential":
            seconds = -numbers["mean"] * math.log(1 - share)
        case _:
            seconds = numbers["seconds"]
    return min(max(seconds, 0.0), MAX_PAUSE)


def _keep(counted: dict[str, Any], key: str, value: Any) -> None:
    """Note what belongs to a caller as the youngest entry."""
    if len(counted) >= MAX_CALLERS:
        del counted[next(iter(counted))]
    counted[key] = value
