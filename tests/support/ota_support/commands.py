"""`otakit`, called here, or as a process that is met in the middle of its work."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from click.testing import CliRunner, Result

from otakit.cli.main import main
from otakit.mockserver.client import Universe

OTAKIT = str(Path(sys.executable).with_name("otakit"))


def otakit(*arguments: str, **environment: str) -> Result:
    """Call a command in this process, for what it says; an exception of no command goes on."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def after_requests(
    universe: Universe, count: int, *arguments: str
) -> "Iterator[subprocess.Popen[str]]":
    """Run a command, until the block ends; the block begins when so many requests were answered."""
    pipe = subprocess.PIPE
    with (
        universe.events() as events,
        subprocess.Popen([OTAKIT, *arguments], stdout=pipe, stderr=pipe, text=True) as process,
    ):
        try:
            requests = (event for event in events if event.kind == "request")
            assert sum(1 for _ in islice(requests, count)) == count, "the server ended"
            yield process
        finally:
            process.kill()
