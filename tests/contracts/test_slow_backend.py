"""A backend that is consistent after a while only: patience finds it right, haste wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ota_support
from ota_support.sequences import search_at

pytestmark = pytest.mark.xdist_group("slow backend")  # which share a server


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """Give the URL of a server whose inventory follows a quarter of a second later."""
    command = [sys.executable, "-m", "ota_support.late_server", "--port", "0"]
    support = Path(ota_support.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(support)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("otakit ready "), f"instead of a ready line: {line!r}"
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_patience_waits_for_what_comes_later(slow: str) -> None:
    """What may be late by the table is asked for again, and agrees then."""
    with search_at(slow, sequences=3, acts=6, patience=10.0) as search:
        assert list(filter(None, search.findings())) == []


def test_without_patience_it_differs(slow: str) -> None:
    """Nobody waits, so inventory is not what it should be."""
    with search_at(slow, sequences=1, acts=3, patience=0.0) as search:
        finding = next(filter(None, search.findings()))
    assert finding.difference.observation.startswith(("inventory-", "filters-"))
