"""Reports: complete, well-formed whatever a server says, and nothing loaded from elsewhere."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from otakit.contracts.events import CleanedUp, RuleFinished, RunFinished, RunStarted
from otakit.contracts.exchange import Exchange
from otakit.contracts.failures import Failure
from otakit.contracts.profiles import PROFILES
from otakit.contracts.report.github import annotations, step_summary
from otakit.contracts.report.html_page import html_page
from otakit.contracts.report.json_report import json_report
from otakit.contracts.report.junit import junit_xml
from otakit.contracts.report.outcome import Outcome
from otakit.contracts.rule import Rule
from otakit.contracts.verdicts import Result, Verdict

NASTY = "]]> & \"'<script>alert(1)</script>\x00\x1b[31m\ud800 | %0A\n::error::x"
"""What a server may answer, and a report must survive."""


def a_rule(number: int, severity: str = "major") -> Rule:
    """Return a rule that is never tried."""
    fields: dict[str, Any] = {
        "id": f"MEN-DEV-AUT-{number:03}",
        "sentence": f"Statement {number} holds",
        "document": "Device APIs / Device authentication / Authenticate Device",
        "operations": ("authenticateDevice",),
        "severity": severity,
        "profiles": ("mender-enterprise",),
        "plan": "os",
        "effort": "quick",
        "check": lambda _: None,
    }
    return Rule(**fields)


def a_failure() -> Failure:
    """Return what a server with nasty answers has done."""
    body = NASTY.replace("\x00", "").encode(errors="replace")  # else it were taken for bytes
    request = httpx.Request("PUT", "https://x/api/a?<b>", content=body)
    response = httpx.Response(500, content=body, request=request)
    exchange = Exchange(request=request, response=response, seconds=0.1, violations=(NASTY,))
    return Failure(title=NASTY, expected=NASTY, actual=NASTY, exchange=exchange)


@pytest.fixture
def outcome() -> Outcome:
    """Return a run with a rule of each verdict, and two that failed."""
    failure = a_failure()
    assert failure.exchange is not None
    exchanges = (failure.exchange,)
    results = [
        Result(rule=a_rule(1), verdict=Verdict.PASS, seconds=0.5),
        Result(rule=a_rule(2), verdict=Verdict.FAIL, failure=failure, exchanges=exchanges),
        Result(rule=a_rule(3, "critical"), verdict=Verdict.FAIL, failure=failure),
        Result(rule=a_rule(4), verdict=Verdict.NOT_REACHED, reason=NASTY),
        Result(rule=a_rule(5), verdict=Verdict.NOT_APPLICABLE, reason=NASTY),
        Result(rule=a_rule(6), verdict=Verdict.WAIVED, reason=NASTY, failure=failure),
    ]
    made = Outcome()
    made.add(
        RunStarted(
            run="otakit-1",
            url="https://x",
            profile=PROFILES["mender-enterprise"],
            dialect="documented",
            rules=6,
        )
    )
    for result in results:
        made.add(RuleFinished(result=result))
    made.add(CleanedUp(removed=2, left=(NASTY,)))
    made.add(RunFinished(seconds=1.5, requests=7, reached=()))
    return made


def test_junit_counts_and_survives(outcome: Outcome) -> None:
    """Failures, errors and skipped ones are where CI servers look for them."""
    suites = ET.fromstring(junit_xml(outcome).encode())  # noqa: S314 - our own
    (suite,) = suites
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "2", "errors": "1", "skipped": "2"}
    assert suite.get("name") == "Device APIs / Device authentication"
    kinds = [[child.tag for child in case] for case in suite]
    assert kinds == [[], ["failure"], ["failure"], ["error"], ["skipped"], ["skipped"]]
    assert "curl -i -X PUT" in (suite[1][0].text or "")


def test_json_has_every_rule(outcome: Outcome) -> None:
    """With its failure, and the requests that led to it; it can be written as UTF-8."""
    report = json.loads(json.dumps(json_report(outcome)))
    assert (report["held"], report["run"], report["requests"]) == (False, "otakit-1", 7)
    assert [rule["verdict"] for rule in report["rules"]] == [
        "pass",
        "fail",
        "fail",
        "not reached",
        "not applicable",
        "waived",
    ]
    failed = report["rules"][1]
    assert failed["failure"]["expected"].startswith(
        "]]> & \"'<script>alert(1)</script>\\x00\\x1b[31m\\xd800"
    )
    assert failed["exchanges"][0]["status"] == 500


class Page(HTMLParser):
    """Collects what a page has, and what it would load."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See an element."""
        self.tags.append(tag)
        self.loads += [str(v) for n, v in attrs if n in {"src", "href", "data", "action"}]

    def handle_data(self, data: str) -> None:
        """See a text."""
        self.text += data


def test_page_has_all_and_loads_nothing(outcome: Outcome) -> None:
    """What broke comes first, the worst before the rest; no script, no link, no picture."""
    written = html_page(outcome)
    page = Page()
    page.feed(written)
    assert page.loads == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in written
    ids = re.findall(r"MEN-DEV-AUT-\d{3}", page.text)
    assert ids[:3] == ["MEN-DEV-AUT-003", "MEN-DEV-AUT-002", "MEN-DEV-AUT-004"]
    assert set(ids) == {f"MEN-DEV-AUT-{number:03}" for number in range(1, 7)}
    assert "<script>alert(1)</script>" in page.text
    assert "curl -i -X PUT" in page.text
    assert "contract broken: 3 of 6 rules at https://x as mender-enterprise" in page.text
    assert "prefers-color-scheme: dark" in written


def test_annotations_are_one_line_each(outcome: Outcome) -> None:
    """Nothing that a server answers becomes a command of its own."""
    lines = list(annotations(outcome))
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::error", "::warning"]
    assert not any("\n" in line for line in lines)
    assert "%250A" in lines[0]


def test_summary_is_a_table_that_holds(outcome: Outcome) -> None:
    """Each row has four cells, however many bars an answer has."""
    rows = [line for line in step_summary(outcome).splitlines() if line.startswith("| MEN-")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert not any("<script" in row.replace("\\<", "") for row in rows)
