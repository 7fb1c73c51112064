"""Every planted bug is caught by the rules that it names."""

import os
import sys

import pytest

from ota_bugs.catalogue import Bug, load
from ota_bugs.server import served_with
from ota_support.checks import check
from otakit.contracts.verdicts import Verdict

BUGS = [bug for bug in load().values() if not bug.caught_by[0].startswith("FLEET-")]
"""Those of the fleet's invariants are tried where the fleet is."""

QUICK = [bug for bug in BUGS if not bug.caught_by[0].startswith("SEQ-")]
"""Sequences may search for a minute; what they find is looked at in test_capsules, too."""

EACH = 40
"""One bug in so many is tried: all of them take a quarter of an hour, and `tox -e bugs` has it."""

TRIED = BUGS if os.environ.get("OTAKIT_ALL_BUGS") else QUICK[sys.version_info.minor % EACH :: EACH]
"""Under each interpreter others."""


@pytest.mark.parametrize("bug", TRIED, ids=[bug.name for bug in TRIED])
def test_bug_is_caught(bug: Bug) -> None:
    """Each of them fails, on a server with nothing but this bug."""
    with served_with(bug) as url:
        results = check(url, *bug.caught_by, profile=bug.profile)
    assert {name: results[name].verdict for name in bug.caught_by} == dict.fromkeys(
        bug.caught_by, Verdict.FAIL
    )
