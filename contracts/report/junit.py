"""The run as JUnit XML, which CI servers show: a suite for each service, a case for each rule."""

import re
from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, tostring

from otakit.contracts.report.outcome import Outcome
from otakit.contracts.verdicts import Result, Verdict

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(outcome: Outcome) -> str:
    """Return a whole run as JUnit XML."""
    services: dict[str, list[Result]] = defaultdict(list)
    for result in sorted(outcome.results, key=lambda r: r.rule.id):
        services[_service(result)].append(result)
    root = Element("testsuites", {"name": "otakit check", **_counts(outcome.results)})
    for service, results in sorted(services.items()):
        suite = SubElement(root, "testsuite", {"name": service, **_counts(results)})
        for result in results:
            suite.append(_case(result, service))
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, encoding='unicode')}\n"


def _service(result: Result) -> str:
    return " / ".join(result.rule.document.split(" / ")[:2])


def _counts(results: list[Result]) -> dict[str, str]:
    verdicts = [result.verdict for result in results]
    return {
        "tests": str(len(results)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.NOT_REACHED)),
        "skipped": str(verdicts.count(Verdict.WAIVED) + verdicts.count(Verdict.NOT_APPLICABLE)),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _case(result: Result, service: str) -> Element:
    rule = result.rule
    name = _clean(f"{rule.id} {rule.sentence}")
    case = Element("testcase", classname=service, name=name, time=f"{result.seconds:.3f}")
    match result.verdict:
        case Verdict.FAIL if result.failure is not None:
            failure = SubElement(
                case, "failure", message=_clean(str(result.failure)), type=rule.severity
            )
            failure.text = _clean(_steps(result))
        case Verdict.NOT_REACHED:
            SubElement(case, "error", message=_clean(result.reason), type="not reached")
        case Verdict.WAIVED | Verdict.NOT_APPLICABLE:
            SubElement(case, "skipped", message=_clean(f"{result.verdict}: {result.reason}"))
        case _:
            pass
    return case


def _steps(result: Result) -> str:
    failure = result.failure
    assert failure is not None  # noqa: S101 - asked for by the caller
    lines = [result.rule.citation, f"expected: {failure.expected}", f"got: {failure.actual}", ""]
    lines += [*result.steps, ""] if result.steps else []
    for exchange in result.exchanges or ([failure.exchange] if failure.exchange else []):
        lines += [exchange.curl(), f"# {exchange.answer()}"]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """Leave out what cannot stand in XML."""
    return _NO_XML.sub("�", text)
