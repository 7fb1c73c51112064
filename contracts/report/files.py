"""Reports as files in a folder."""

import json
from pathlib import Path

from otakit.contracts.report.html_page import html_page
from otakit.contracts.report.json_report import json_report
from otakit.contracts.report.junit import junit_xml
from otakit.contracts.report.outcome import Outcome


def write_reports(folder: Path, outcome: Outcome) -> None:
    """Write the page, the JSON and the JUnit report, and capsules; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    reports = {
        "check.html": html_page(outcome),
        "check.json": json.dumps(json_report(outcome), indent=2, ensure_ascii=False) + "\n",
        "check.junit.xml": junit_xml(outcome),
    }
    for result in outcome.results:
        if result.capsule is not None:
            text = json.dumps(result.capsule, indent=2, ensure_ascii=False) + "\n"
            reports[f"capsules/{result.rule.id}.json"] = text
            (folder / "capsules").mkdir(exist_ok=True)
    for name, text in reports.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
