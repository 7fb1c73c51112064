"""Every rule holds at the mock, which keeps to the documents."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from ota_support.checks import check
from otakit.contracts.rules import load
from otakit.contracts.verdicts import Verdict

RULES = load()

OPTIONS = {
    "MEN-MGT-AUT-016": ("--device-limit", "0"),
}
"""Rules that need a server of their own, and how it is started."""

TOGETHER: defaultdict[str, list[str]] = defaultdict(list)
"""The rules about an API, in a run of their own, by how their ids begin."""

for _name in RULES.keys() - OPTIONS.keys():
    TOGETHER[_name.rsplit("-", 1)[0]].append(_name)


@pytest.mark.parametrize("api", sorted(TOGETHER))
def test_rules_hold(api: str, edition_server: Callable[[str, str], Any]) -> None:
    """In the documents that they are from."""
    (edition,) = {RULES[name].edition for name in TOGETHER[api]}
    hold(edition_server(edition, "documented").url, *sorted(TOGETHER[api]))


@pytest.mark.parametrize("name", OPTIONS)
def test_rule_holds_at_a_server_of_its_own(name: str, start_server: Callable[..., Any]) -> None:
    """The others could not be tried there."""
    hold(start_server(*OPTIONS[name]).url, name)


def hold(url: str, *names: str) -> None:
    """Try rules with the largest profile that has all of them."""
    profiles = [RULES[name].profiles for name in names]
    profile = "mender-enterprise" if "mender-enterprise" in profiles[0] else profiles[0][0]
    assert all(profile in mine for mine in profiles)
    results = check(url, *names, profile=profile)
    told = {n: (results[n].verdict, results[n].failure, results[n].reason) for n in names}
    assert told == dict.fromkeys(names, (Verdict.PASS, None, ""))
