"""What the proxy sees, as a person at a terminal follows it: a line for each new violation."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from otakit.contracts.exchange import printable
from otakit.contracts.proxy_tally import Violation
from otakit.contracts.report.proxy_report import Watch, proxy_json, violation_json

_COLOURS = {"request": "yellow", "answer": "red", "target": "magenta"}
_MOST_SHOWN = 20


def is_told(violation: Violation) -> bool:
    """Say whether a line is due: the first time, the tenth, the hundredth and so on."""
    return str(violation.count).strip("0") == "1"


def line(violation: Violation) -> str:
    """Return a violation in one line."""
    moment = datetime.fromtimestamp(violation.last, UTC).astimezone().strftime("%H:%M:%S")
    kind = click.style(f"{violation.kind:7}", fg=_COLOURS[violation.kind])
    times = f" ({violation.count} times)" if violation.count > 1 else ""
    name = f" [{violation.operation}]" if violation.operation else ""
    place = f"{violation.method} {violation.path} → {violation.status or 'no answer'}"
    return f"{moment} {kind} {place}: {printable(violation.what)}{name}{times}"


def json_line(violation: Violation) -> str:
    """Return a violation as a line of JSON."""
    return json.dumps({"event": "violation", **violation_json(violation)})


def json_summary(watch: Watch) -> str:
    """Return the end as a line of JSON."""
    return json.dumps({"event": "summary", **proxy_json(watch)})


def summary(watch: Watch) -> Iterator[str]:
    """Go through the lines that are shown at the end."""
    tally = watch.tally
    if reached := tally.reached:
        yield "operations and the statuses that they answered:"
        width = max(len(r.name) for r in reached)
        for r in reached:
            yield f"  {r.name:{width}}  {_statuses(r.statuses, r.documented)}"
    if tally.strangers:
        yield "requests that no document has:"
        shown = tally.strangers.most_common(_MOST_SHOWN)
        yield from (f"  {count:6} {printable(name)}" for name, count in shown)
        if more := len(tally.strangers) - len(shown):
            yield f"  and {more} others"
    if tally.violations:
        yield "violations:"
        for v in sorted(tally.violations, key=lambda v: (v.operation, v.kind, -v.count)):
            whose = f"{v.operation or 'no operation'} {v.status or 'no answer'}"
            yield f"  {v.count:6} {v.kind:7} {whose}: {printable(v.what)}"
    if tally.unnamed:
        yield f"  and {tally.unnamed} more that were only counted"
    if tally.unread:
        yield f"{tally.unread} bodies were passed on unread: too long, or packed unreadably"
    if tally.missed:
        yield f"{tally.missed} requests were passed on and not looked at: too many came at once"
    yield click.style(watch.sentence(), fg="red" if tally.total else "green", bold=True)


def _statuses(seen: dict[int, int], documented: tuple[str, ...]) -> str:
    return "  ".join(
        f"{status or 'no answer'}{'' if str(status) in documented or not status else '!'} ({count})"
        for status, count in seen.items()
    )
