"""Servers that several processes of one test run share: the first that wants one starts it."""

import fcntl
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from otakit.mockserver.testing.process import Option, ServerProcess

__all__ = ["ALIVE", "shared_url"]

ALIVE = "alive"
"""The pipe in the run's folder that its leader holds open: servers end when it is closed."""


def shared_url(folder: Path, options: Mapping[str, Option]) -> str:
    """Return the URL of the run's server with these options; raises StartFailed.

    Who comes while another process starts it waits for that.
    """
    name = hashlib.sha256(repr(sorted(options.items())).encode()).hexdigest()[:16]
    found = folder / f"{name}.url"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            alive = os.open(folder / ALIVE, os.O_RDONLY)
            try:
                process = ServerProcess(options, alive=alive)
            finally:
                os.close(alive)
            process.let_go()
            found.write_text(process.url, encoding="utf-8")
    return found.read_text(encoding="utf-8")
