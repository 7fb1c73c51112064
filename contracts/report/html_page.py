"""The run as one page that needs nothing else: no script, no network."""

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from otakit.contracts.events import Reached
from otakit.contracts.exchange import Exchange
from otakit.contracts.report.json_report import MOST_EXCHANGES
from otakit.contracts.report.outcome import ORDER, Outcome
from otakit.contracts.verdicts import Result, Verdict

_HEADINGS = {
    Verdict.FAIL: "Broken",
    Verdict.NOT_REACHED: "Not reached",
    Verdict.WAIVED: "Waived",
    Verdict.NOT_APPLICABLE: "Not applicable",
    Verdict.PASS: "Held",
}
_IN_FULL = {Verdict.FAIL, Verdict.NOT_REACHED}


def html_page(outcome: Outcome) -> str:
    """Return a whole run as an HTML page."""
    style = files("otakit.contracts.report").joinpath("page.css").read_text(encoding="utf-8")
    body = [_head(outcome), *(_section(outcome, verdict) for verdict in ORDER), _reached(outcome)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>otakit check: {escape(outcome.sentence())}</title>\n<style>\n{style}</style>\n"
        f"</head>\n<body>\n{''.join(body)}</body>\n</html>\n"
    )


def _head(outcome: Outcome) -> str:
    started, finished, cleaned = outcome.started, outcome.finished, outcome.cleaned
    facts: dict[str, str] = {}
    if started:
        facts |= {"profile": started.profile.name, "dialect": started.dialect, "run": started.run}
    if finished:
        facts["took"] = f"{finished.seconds:.1f} s, {finished.requests} requests"
    if cleaned:
        left = f"; still there: {'; '.join(cleaned.left)}" if cleaned.left else ""
        facts["removed"] = f"{cleaned.removed} things that the run had made{left}"
    counts = "".join(
        f'<li class="{_class(verdict)}"><b>{count}</b>{verdict}</li>'
        for verdict, count in outcome.counts.items()
    )
    kind = "pass" if outcome.held else "fail"
    sentence = escape(outcome.sentence())
    return (
        f'<header><h1 class="{kind}">{sentence}</h1>{_pairs(facts)}'
        f'<ul class="counts">{counts}</ul></header>\n'
    )


def _section(outcome: Outcome, verdict: Verdict) -> str:
    results = outcome.of(verdict)
    if not results:
        return ""
    shown = "".join(map(_article, results)) if verdict in _IN_FULL else _table(results)
    if verdict == Verdict.PASS:
        shown = f"<details><summary>{len(results)} rules</summary>{shown}</details>"
    return f"<section><h2>{_HEADINGS[verdict]}</h2>{shown}</section>\n"


def _article(result: Result) -> str:
    rule, failure = result.rule, result.failure
    facts = {"document": rule.document, "operations": ", ".join(rule.operations)}
    if failure is None:
        facts["reason"] = result.reason
    else:
        facts |= {"what": failure.title, "expected": failure.expected, "got": failure.actual}
    exchange = failure.exchange if failure else None
    shown = f"<pre>{escape(chr(10).join(result.steps))}</pre>" if result.steps else ""
    shown += _exchange(exchange) if exchange else ""
    steps = "".join(map(_exchange, result.exchanges[-MOST_EXCHANGES:]))
    if steps:
        count = len(result.exchanges)
        shown += f"<details><summary>all its requests ({count})</summary>{steps}</details>"
    return (
        f'<article class="{_class(result.verdict)}" id="{escape(rule.id)}">'
        f"<h3><code>{escape(rule.id)}</code> {escape(rule.sentence)}"
        f' <span class="faint">{rule.severity}</span></h3>{_pairs(facts)}{shown}</article>\n'
    )


def _table(results: Iterable[Result]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(r.rule.id)}</code></td><td>{escape(r.rule.sentence)}"
        f'<div class="faint">{escape(r.rule.document)}</div></td><td>{escape(_why(r))}</td></tr>'
        for r in results
    )
    return f'<div class="scroll"><table>{rows}</table></div>'


def _why(result: Result) -> str:
    if result.failure is None:
        return result.reason or f"{result.seconds:.2f} s"
    return f"{result.reason}: expected {result.failure.expected}, got {result.failure.actual}"


def _exchange(exchange: Exchange) -> str:
    wrong = "".join(f'\n<span class="fail">! {escape(v)}</span>' for v in exchange.violations)
    return f"<pre>{escape(exchange.curl())}\n→ {escape(exchange.answer())}{wrong}</pre>"


def _reached(outcome: Outcome) -> str:
    """Show which documented status codes were seen of which operation."""
    if outcome.finished is None:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(reached.name)}</code></td><td>{_statuses(reached)}</td></tr>"
        for reached in outcome.finished.reached
    )
    return (
        "<section><h2>Operations and the status codes that they answered</h2>"
        '<p class="faint">Faint: documented, and not seen in this run. In brackets: how often, and'
        " in which phases.</p>"
        '<div class="scroll"><table><tr><th>operation</th><th>answers</th></tr>'
        f"{rows}</table></div></section>\n"
    )


def _statuses(reached: Reached) -> str:
    seen = {str(status): count for status, count in reached.statuses.items()}
    shown = []
    for status in sorted({*seen, *reached.documented}):
        kind = "pass" if status in reached.documented else "fail"
        count = seen.get(status)
        phases = ", ".join(reached.phases.get(int(status), ())) if count else ""
        text = f"{status} ({count}{': ' if phases else ''}{phases})" if count else status
        shown.append(f'<span class="{kind if count else "faint"}">{text}</span>')
    return " &nbsp; ".join(shown)


def _pairs(facts: dict[str, str]) -> str:
    return f"<dl>{''.join(f'<dt>{k}</dt><dd>{escape(v)}</dd>' for k, v in facts.items())}</dl>"


def _class(verdict: Verdict) -> str:
    return verdict.replace(" ", "-")
