"""One bash for a page, to which blocks are given one after the other."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TIMEOUT = 90.0
"""Seconds that one block may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of a block: all that it printed, and whether it went well to its end."""

    text: str
    succeeded: bool


class Shell:
    """A bash that keeps its variables, functions and folder from one block to the next."""

    def __init__(self, folder: Path, asked: int, done: int) -> None:
        """Write blocks to `asked`, and hear of their ends from `done`."""
        self._folder = folder
        self._asked = asked
        self._done = done
        self._count = 0

    def run(self, block: str, *, shown: bool = False) -> Printed:
        """Type a block; what fails ends it, unless the page shows what it prints."""
        self._count += 1
        script = self._folder / f".block-{self._count}.sh"
        output = self._folder / f".block-{self._count}.txt"
        judged = f"OTA_SHOWN=1\nset +e\n{block}\nset -e\nOTA_SHOWN=\n" if shown else block
        script.write_text(judged, encoding="utf-8")
        output.touch()
        os.write(self._asked, f"{script} {output}\n".encode())
        ready, _, _ = select.select([self._done], [], [], TIMEOUT)
        succeeded = bool(ready and os.read(self._done, 1))
        late = "" if ready else f"\nnot done after {TIMEOUT:.0f} s"
        return Printed(output.read_text(encoding="utf-8") + late, succeeded)


@contextmanager
def shell(folder: Path, variables: dict[str, str]) -> Iterator[Shell]:
    """Start a bash in a folder, with these variables and few others; nothing of it stays."""
    (asked_end, asked), (done, done_end) = os.pipe(), os.pipe()
    process = subprocess.Popen(
        ["bash", "--norc", str(HERE / "session.sh")],
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "OTA_ASKED": str(asked_end),
            "OTA_DONE": str(done_end),
            "OTA_FOLDER": str(folder),
            "OTA_INSTALLABLE": str(HERE / "installable.py"),
            **variables,
        },
        pass_fds=[asked_end, done_end],
        start_new_session=True,
    )
    os.close(asked_end)
    os.close(done_end)
    try:
        yield Shell(folder, asked, done)
    finally:
        os.close(asked)
        os.close(done)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
