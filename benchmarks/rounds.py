"""Alternating rounds: each server has its turn in each, so that a slow moment is slow for all."""

import math
import statistics
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.figures import digits
from benchmarks.serving import Server, Unexpected

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Case:
    """One request that is sent over and over; `bodies` and `headers` take turns."""

    method: str
    path: str
    status: int
    bodies: tuple[bytes, ...] = (b"",)
    headers: tuple[Mapping[str, str], ...] = ({},)


class Spread:
    """The figures of several rounds."""

    def __init__(self, values: Sequence[float]) -> None:
        """Hold what was measured, at least once."""
        self.values = tuple(values)

    @property
    def median(self) -> float:
        """The figure that is shown."""
        return statistics.median(self.values)

    def over(self, other: "Spread") -> "Spread":
        """Return the ratios to another's figures, round by round."""
        return Spread([a / b for a, b in zip(self.values, other.values, strict=True)])

    @property
    def ends(self) -> str:
        """The least and the most, for people."""
        return f"{digits(min(self.values))} to {digits(max(self.values))}"

    def __str__(self) -> str:
        """Write the median with the spread."""
        return f"{digits(self.median)} ({self.ends})"


def alternate(
    measures: Mapping[K, Callable[[], float]],
    rounds: int,
    *,
    warm_up: int = 1,
    budget: float = math.inf,
) -> dict[K, Spread]:
    """Measure one after the other, so many times, and before that to warm up.

    There are fewer rounds, at least two, once they have taken `budget` seconds.
    """
    seen: dict[K, list[float]] = {name: [] for name in measures}
    began = time.monotonic()
    for number in range(warm_up + rounds):
        if number >= warm_up + 2 and time.monotonic() - began > budget:
            break
        for name, measure in measures.items():
            value = measure()
            if number >= warm_up:
                seen[name].append(value)
    return {name: Spread(values) for name, values in seen.items()}


def cpu_per_request(
    server: Server, case: Case, requests: int, *, seconds: float = math.inf
) -> float:
    """Return the CPU microseconds that a request costs the server; raises Unexpected.

    There are fewer requests, at least one, once they have taken so many seconds.
    """
    server.connect_anew()
    began, before = time.monotonic(), server.cpu()
    for number in range(requests):
        status, _, answer = server.ask(
            case.method,
            case.path,
            body=case.bodies[number % len(case.bodies)],
            headers=case.headers[number % len(case.headers)],
        )
        if status != case.status:
            message = f"{case.method} {case.path}: {status}, not {case.status}: {answer[:200]!r}"
            raise Unexpected(message)
        if time.monotonic() - began > seconds:
            break
    return (server.cpu() - before) / (number + 1) * 1e6
