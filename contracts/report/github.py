"""The run as GitHub Actions shows it: annotations, and the summary of the step."""

from collections.abc import Iterator

from otakit.contracts.report.outcome import ORDER, Outcome
from otakit.contracts.verdicts import Result, Verdict

_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_MORE_ESCAPES = {**_ESCAPES, ":": "%3A", ",": "%2C"}
_SHOWN = (Verdict.FAIL, Verdict.NOT_REACHED, Verdict.WAIVED)


def annotations(outcome: Outcome) -> Iterator[str]:
    """Go through the lines that make annotations when they are printed."""
    for verdict, command in ((Verdict.FAIL, "error"), (Verdict.NOT_REACHED, "warning")):
        for result in outcome.of(verdict):
            title = _escaped(f"{result.rule.id} {result.rule.sentence}", _MORE_ESCAPES)
            yield f"::{command} title={title}::{_escaped(_message(result), _ESCAPES)}"


def step_summary(outcome: Outcome) -> str:
    """Return the run in Markdown."""
    mark = "✅" if outcome.held else "❌"
    lines = [f"## {mark} otakit check", "", f"{_cell(outcome.sentence())}", ""]
    lines += ["| verdict | rules |", "|---|---|"]
    lines += [f"| {verdict} | {outcome.counts[verdict]} |" for verdict in ORDER]
    for verdict in _SHOWN:
        if results := outcome.of(verdict):
            lines += [
                "",
                f"### {verdict}",
                "",
                "| rule | severity | statement | |",
                "|---|---|---|---|",
            ]
            lines += [_row(result) for result in results]
    return "\n".join([*lines, ""])


def _row(result: Result) -> str:
    rule = result.rule
    cells = (rule.id, rule.severity, rule.sentence, _message(result))
    return f"| {' | '.join(map(_cell, cells))} |"


def _message(result: Result) -> str:
    if result.failure is None or result.verdict == Verdict.WAIVED:
        return result.reason
    return f"expected {result.failure.expected}, got {result.failure.actual}"


def _cell(text: str) -> str:
    for special in "\\`*_<>|[]":
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split())


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
