"""What the proxy has seen, as a file: JSON for programs, or one page that needs nothing else."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from otakit.contracts.proxy_tally import Tally, Violation

FORMAT = 1
"""Goes up when a field changes its meaning or is taken away."""

ENDINGS = (".html", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What was watched: from when, how long, and what came of it."""

    target: str
    edition: str
    dialect: str
    started: float
    seconds: float
    tally: Tally

    def sentence(self) -> str:
        """Say in one line what came of it."""
        tally = self.tally
        requests = f"{tally.requests} request{'' if tally.requests == 1 else 's'}"
        kinds = len(tally.violations)
        if not tally.total:
            return f"no violation in {requests} to {self.target}"
        of_kinds = f" of {kinds} kind{'' if kinds == 1 else 's'}"
        times = f"{tally.total} violation{'' if tally.total == 1 else 's'}"
        return f"{times}{of_kinds} in {requests} to {self.target}"


def write_proxy_report(file: Path, watch: Watch) -> None:
    """Write a report in the format of the file's ending; raises OSError."""
    if file.suffix == ".html":
        text = proxy_page(watch)
    else:
        text = json.dumps(proxy_json(watch), indent=2, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8", errors="replace")


def proxy_json(watch: Watch) -> dict[str, Any]:
    """Return what was seen as JSON values."""
    tally = watch.tally
    return {
        "format": FORMAT,
        "held": not tally.total,
        "sentence": watch.sentence(),
        "target": watch.target,
        "edition": watch.edition,
        "dialect": watch.dialect,
        "started": time_of(watch.started),
        "seconds": round(watch.seconds, 3),
        "requests": tally.requests,
        "violations": [violation_json(v) for v in tally.violations],
        "violations_not_kept": tally.unnamed,
        "operations": [
            {
                "operation": reached.operation,
                "name": reached.name,
                "documented": list(reached.documented),
                "reached": {str(status): n for status, n in reached.statuses.items()},
            }
            for reached in tally.reached
        ],
        "undocumented": dict(tally.strangers.most_common()),
        "bodies_not_read": tally.unread,
        "requests_not_looked_at": tally.missed,
    }


def violation_json(violation: Violation) -> dict[str, Any]:
    """Return a violation as JSON values."""
    times = {"first": time_of(violation.first), "last": time_of(violation.last)}
    return asdict(violation) | times


def time_of(moment: float) -> str:
    """Return a moment as reports have it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def proxy_page(watch: Watch) -> str:
    """Return what was seen as an HTML page."""
    style = files("otakit.contracts.report").joinpath("page.css").read_text(encoding="utf-8")
    sections = [_head(watch), _violations(watch.tally), _operations(watch.tally)]
    body = "".join([*sections, _strangers(watch.tally)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>otakit proxy: {escape(watch.sentence())}</title>\n<style>\n{style}</style>\n"
        f"</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _head(watch: Watch) -> str:
    tally = watch.tally
    facts = {
        "documents": f"{watch.edition}, {watch.dialect}",
        "from": time_of(watch.started),
        "for": f"{watch.seconds:.0f} s",
    }
    if tally.unread:
        facts["not read"] = f"{tally.unread} bodies: too long, or packed in another way than gzip"
    if tally.missed:
        facts["not looked at"] = f"{tally.missed} requests: too many came at once"
    pairs = "".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in facts.items())
    kind = "fail" if tally.total else "pass"
    return f'<header><h1 class="{kind}">{escape(watch.sentence())}</h1><dl>{pairs}</dl></header>\n'


def _violations(tally: Tally) -> str:
    rows: list[tuple[str, ...]] = [
        (
            f'<b class="fail">{v.count}</b>',
            v.kind,
            _place(v),
            escape(v.what),
            f'<span class="faint">{time_of(v.first)}</span>',
        )
        for v in sorted(tally.violations, key=lambda v: -v.count)
    ]
    if tally.unnamed:
        rows.append((str(tally.unnamed), "", "more that are not listed", "", ""))
    return _table("Violations", ("times", "whose", "first seen at", "what", "when"), rows)


def _place(violation: Violation) -> str:
    v = violation
    return (
        f"<code>{escape(v.method)} {escape(v.path)}</code> → {v.status or 'no answer'}"
        f'<div class="faint">{escape(v.operation)} {escape(v.request_id)}</div>'
    )


def _operations(tally: Tally) -> str:
    rows: list[tuple[str, ...]] = []
    for reached in tally.reached:
        seen = [
            f'<span class="{"pass" if str(status) in reached.documented else "fail"}">'
            f"{status or 'no answer'} ({count})</span>"
            for status, count in reached.statuses.items()
        ]
        rows.append((f"<code>{escape(reached.name)}</code>", " &nbsp; ".join(seen)))
    return _table("Operations and the status codes that they answered", ("", ""), rows)


def _strangers(tally: Tally) -> str:
    counted = tally.strangers.most_common()
    rows: list[tuple[str, ...]] = [(str(n), f"<code>{escape(name)}</code>") for name, n in counted]
    return _table("Requests that no document has", ("times", "request"), rows)


def _table(heading: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><tr>{head}</tr>{body}</table>"
    return f'<section><h2>{heading}</h2><div class="scroll">{table}</div></section>\n'
