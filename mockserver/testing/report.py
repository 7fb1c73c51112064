"""What there is to see in a universe when a test has failed: clock, faults, and what was asked."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from otakit.mockserver.client import (
    ClockState,
    ControlError,
    Entry,
    Fault,
    Universe,
    Unreachable,
)

__all__ = ["report_of"]

NEWEST = 50
"""Requests that are shown."""

FROZEN = 0.0


def report_of(universe: Universe, newest: int = NEWEST) -> str:
    """Write down a universe's clock, its faults and the newest requests, oldest of them first.

    Tokens, passwords and signatures are shortened. A server that is gone is said to be.
    """
    try:
        return "\n".join(_lines(universe, newest))
    except (ControlError, Unreachable) as error:
        return f"{universe!r} cannot be read any more: {error}"


def _lines(universe: Universe, newest: int) -> Iterator[str]:
    yield f"universe  {universe.id} at {universe.url}"
    yield f"clock     {_clock(universe.clock.read())}"
    names = {fault.id: fault.name or fault.id for fault in universe.faults}
    for fault in universe.faults:
        yield f"fault     {names[fault.id]}: {_fault(fault)}"
    entries = list(islice(universe.journal.entries(), newest))[::-1]
    if not entries:
        yield "journal   nothing was asked"
        return
    earlier = entries[0].number - 1
    more = f", and {earlier} before" if earlier else ""
    yield f"journal   {len(entries)} request{'s' if len(entries) > 1 else ''}{more}"
    for entry in entries:
        struck = ", ".join(names.get(fault, fault) for fault in entry.faults)
        yield from _request(universe, entry, struck)


def _clock(clock: ClockState) -> str:
    if clock.speed == FROZEN:
        return f"{_time(clock.now)}, frozen"
    return _time(clock.now) if clock.speed == 1.0 else f"{_time(clock.now)}, x{clock.speed:g}"


def _fault(fault: Fault) -> str:
    action, *rest = (f"{value}" for value in fault.do.values())
    conditions = [
        f"{key}={value}" for part in (fault.on, fault.when) for key, value in part.items()
    ]
    state = "" if fault.enabled else ", disabled"
    what = " ".join([action, *rest, *conditions])
    return f"{what}: struck {fault.hits} of {fault.seen} requests{state}"


def _request(universe: Universe, entry: Entry, struck: str) -> Iterator[str]:
    query = f"?{entry.query}" if entry.query else ""
    faults = f", fault {struck}" if struck else ""
    took = f"{entry.milliseconds:.1f} ms"
    yield (
        f"{entry.number:>4}  {_time(entry.at)}  {entry.method} {entry.path}{query}"
        f" -> {entry.status}  ({took}{faults})"
    )
    yield f"      {universe.journal.entry(entry.number).curl}"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
