"""A server with a bug, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ota_bugs.catalogue import Bug

SUPPORT = Path(__file__).parent.parent


@contextmanager
def served_with(bug: Bug) -> Iterator[str]:
    """Run a server with a bug, and give its URL."""
    command = [sys.executable, "-m", "ota_bugs", bug.name, "--port", "0", *bug.options]
    environment = {**os.environ, "PYTHONPATH": str(SUPPORT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("otakit ready "), f"instead of a ready line: {line!r}"
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=20)
