"""A server with a bug, in a process of its own."""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ota_bugs.catalogue import Bug

SUPPORT = Path(__file__).parent.parent

_resting: "list[subprocess.Popen[str]]" = []
"""Nurseries that have no server now."""


@atexit.register
def _close() -> None:
    """End the nurseries with this process."""
    for nursery in _resting:
        with nursery:  # its input ends, and it is waited for
            pass


@contextmanager
def served_with(bug: Bug) -> Iterator[str]:
    """Run a server with a bug, and give its URL."""
    nursery = _resting.pop() if _resting else _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(json.dumps([bug.name, *bug.options]) + "\n")
    nursery.stdin.flush()
    line = nursery.stdout.readline()
    assert line.startswith("otakit ready "), f"instead of a ready line: {line!r}"
    try:
        yield line.split()[-1]
    finally:
        nursery.stdin.write("end\n")
        nursery.stdin.flush()
        ended = nursery.stdout.readline()
        if ended == "ended\n":
            _resting.append(nursery)


def _nursery() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "ota_bugs.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )
