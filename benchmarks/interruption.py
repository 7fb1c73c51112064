"""An end at any time: by Ctrl-C, by SIGTERM, or of a part that takes too long.

Whatever was started goes first, also what those processes have started themselves; then the
exception unwinds what waited for them.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

GRACE = 3.0
"""Seconds that processes have to end by themselves."""


class TookTooLong(Exception):
    """A part was stopped."""


@contextmanager
def ending_all() -> Iterator[None]:
    """Let signals end everything that was started within."""
    handlers = {
        number: signal.signal(number, _interrupted) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        end_descendants()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TookTooLong once the time is up, and end what was started."""

    def stop(_: int, __: FrameType | None) -> None:
        end_descendants()
        message = f"stopped after {seconds:g} s"
        raise TookTooLong(message)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def end_descendants() -> None:
    """Terminate all processes that come of this one; kill those that do not end."""
    living = descendants(os.getpid())
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in living:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        end = time.monotonic() + GRACE
        while living and time.monotonic() < end:
            time.sleep(0.02)
            living = [pid for pid in living if _state(pid)[0] not in {"Z", ""}]


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children, and so on."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        children.setdefault(_state(int(folder.name))[1], []).append(int(folder.name))
    found = list(children.get(pid, ()))
    for child in found:  # grows meanwhile
        found += children.get(child, ())
    return found


def _state(pid: int) -> tuple[str, int]:
    """Return a process's state, empty if it is gone, and its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", 0
    state, parent = stat.rpartition(")")[2].split()[:2]
    return state, int(parent)


def _interrupted(_: int, __: FrameType | None) -> None:
    end_descendants()
    raise KeyboardInterrupt
