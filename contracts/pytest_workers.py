"""What the leader of pytest-xdist's workers does for the servers that they share.

It holds a pipe open. A worker that wants a server before any other starts it, with that pipe as its
standard input (`otakit.mockserver.testing.shared`); it ends when the pipe does, with the leader,
however that comes about, and whichever workers are still there.
"""

import os
import shutil
import tempfile
from pathlib import Path

ALIVE = "alive"


class Leader:
    """A folder for a run's servers, and the pipe that keeps them alive."""

    def __init__(self) -> None:
        """Make both; this costs less than a millisecond, and starts nothing."""
        self.folder = Path(tempfile.mkdtemp(prefix="otakit-"))
        os.mkfifo(self.folder / ALIVE)
        # For reading, too: so that opening it waits for nobody.
        self._held = os.open(self.folder / ALIVE, os.O_RDWR)

    def close(self) -> None:
        """Let the servers end."""
        os.close(self._held)
        shutil.rmtree(self.folder, ignore_errors=True)
