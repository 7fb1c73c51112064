"""Every rule holds at the mock, which keeps to the documents."""

from collections.abc import Callable
from typing import Any

import pytest

from ota_support.checks import check
from otakit.contracts.rule import Rule
from otakit.contracts.rules import load
from otakit.contracts.verdicts import Verdict

RULES = load().values()

OPTIONS = {
    "MEN-MGT-AUT-016": ("--device-limit", "0"),
}
"""Rules that need a server of their own, and how it is started."""


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_rule_holds(
    rule: Rule, edition_server: Callable[[str, str], Any], start_server: Callable[..., Any]
) -> None:
    """The rule holds in the documents that it is from."""
    profile = "mender-enterprise" if "mender-enterprise" in rule.profiles else rule.profiles[0]
    if rule.id in OPTIONS:
        server = start_server(*OPTIONS[rule.id])
    else:
        server = edition_server(rule.edition, "documented")
    result = check(server.url, rule.id, profile=profile)[rule.id]
    assert (result.verdict, result.failure, result.reason) == (Verdict.PASS, None, "")
